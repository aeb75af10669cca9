import json

import numpy as np
import pytest

from posenet3d.data.dataset import count_note
from posenet3d.data.datasets.prepare import SOURCES, Request, prepare, summary
from posenet3d.errors import ConfigError, InputError
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.skeletons.skeleton import H36M_17, MPII_16


@pytest.fixture
def photographs(tmp_path):
    """MPII's JSON: twenty persons in ten pictures, the last of whom lacks an ankle."""
    rng = np.random.default_rng(0)
    people = [
        {"image": f"{i // 2}.jpg", "joints": rng.uniform(1, 900, (16, 2)).tolist(),
         "joints_vis": [int(i < 19)] + [1] * 15, "scale": 2.0}
        for i in range(20)
    ]  # fmt: skip
    (tmp_path / "train.json").write_text(json.dumps(people))
    return tmp_path


def test_archive_has_the_data_sets_joints_and_maps_to_the_lifters(photographs):
    output = photographs / "mpii.npz"
    data = prepare(Request("mpii", str(output), input=str(photographs)))
    assert summary(data) == [
        "train: 20 poses, 10 pictures, 2D only.",
        "MPII train.json: 22,246 persons expected, found 20.",
    ]
    assert archive_splits(output) == ("train",)
    poses = read_archive(output, "train")
    assert poses.skeleton == MPII_16
    assert poses.on(H36M_17).confidence.sum() == 20 * 17 - 1
    with np.load(output) as archive:
        assert archive["train_scales"].tolist() == [2.0] * 20
    assert sorted(p.name for p in photographs.iterdir()) == ["mpii.npz", "train.json"]


def test_single_file_gives_an_archive_without_splits(photographs):
    output = photographs / "mpii.npz"
    path = str(photographs / "train.json")
    data = prepare(Request("mpii", str(output), input=path, min_joints=16))
    assert summary(data)[0] == "all: 19 poses, 10 pictures, 2D only."
    assert len(read_archive(output)) == 19


def test_human36m_goes_through_hourglass_keypoints_too(save_npz, hourglass, tmp_path):
    symmetry = [[3, 4, 5, 13, 14, 15], [0, 1, 2, 10, 11, 12]]
    metadata = {"num_joints": 16, "keypoints_symmetry": symmetry}
    path = save_npz(
        "data_2d_h36m_sh_pt_mpii.npz", positions_2d=hourglass(mpii=True), metadata=metadata
    )
    output = str(tmp_path / "sh.npz")
    data = prepare(Request("human36m", output, keypoints_2d=str(path)))
    assert summary(data)[:2] == [
        "train: 1,000 poses, 40 views of 10 recordings, 2D only.",
        "test: 400 poses, 16 views of 4 recordings, 2D only.",
    ]
    for placement in ("h36m17", "cmu17"):  # whatever model it is for
        assert read_archive(output, "test", placement=placement).skeleton == H36M_17


BAD = {
    "data set": ({"dataset": "imagenet"}, "must be one of human36m, mpi_inf_3dhp, mpii, coco"),
    "needs input": ({"dataset": "mpii"}, "mpii needs --input; it takes --input, --min_joints"),
    "needs 2d": ({"dataset": "human36m"}, "human36m needs --keypoints_2d; it takes --keypoints_2d"),
    "of another": (
        {"dataset": "coco", "input": "a", "positions_3d": "b"},
        "--positions_3d is not for coco, which takes --input, --min_joints",
    ),
    "input": ({"dataset": "human36m", "keypoints_2d": "a", "input": "b"}, "--input is not for hum"),
    "no persons": (
        {"dataset": "mpi_inf_3dhp", "input": "a", "min_joints": 3},
        "--min_joints is not for mpi_inf_3dhp",
    ),
    "min_joints": ({"dataset": "coco", "input": "a", "min_joints": 0}, "at least 1, got 0"),
    "output": ({"dataset": "coco", "input": "out.npz"}, "output is one of the files to read"),
}


@pytest.mark.parametrize(("given", "message"), BAD.values(), ids=BAD)
def test_requests_that_cannot_be_meant_are_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        prepare(Request(**({"output": "out.npz"} | given)))


def test_missing_output_folder_is_refused_before_anything_is_read(tmp_path):
    output = tmp_path / "absent" / "out.npz"
    with pytest.raises(InputError, match="there is no folder"):
        prepare(Request("coco", str(output), input="absent.json"))


def test_every_data_set_names_a_missing_file(tmp_path):
    for name, source in SOURCES.items():
        fields = dict.fromkeys(source.needs, str(tmp_path / "absent"))
        with pytest.raises(InputError, match="absent"):
            prepare(Request(name, str(tmp_path / "out.npz"), **fields))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("found", "missing", "note"),
    [
        (2929, (), "MPI test: 2,929 frames, as published."),
        (900, (), "MPI test: 2,929 frames expected, found 900."),
        (900, ["TS4"], "MPI test: 2,929 frames expected, found 900: TS4 is missing."),
        (
            900,
            ["TS4", "TS6"],
            "MPI test: 2,929 frames expected, found 900: TS4 and TS6 are missing.",
        ),
    ],
)
def test_counts_are_told_in_plain_words(found, missing, note):
    assert count_note("MPI test", "frames", 2929, found, missing) == note
