import numpy as np
import pytest
import scipy.io

from posenet3d.data.datasets import mpi_inf_3dhp
from posenet3d.errors import InputError
from posenet3d.files.parts import parts_folder
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import H36M_17, MPI_INF_3DHP_17, MPI_INF_3DHP_28

FRAMES = 7
VALID = np.array([0, 1, 1, 0, 1, 1, 1, 0, 0, 1], np.uint8)  # ten frames of a test sequence
ACTIVITY = np.array([9, 1, 1, 0, 3, 3, 4, 0, 0, 4], float)  # what invalid ones say is no matter


def train_values(seed=0, cameras=14, joints=28):
    rng = np.random.default_rng(seed)
    views = [rng.uniform(0, 2048, (FRAMES, 2 * joints)) for _ in range(cameras)]
    return {"annot2": views, "cameras": np.arange(float(cameras))[None]}


def evaluation_values(seed=0):
    rng = np.random.default_rng(seed)
    return {
        "annot2": rng.uniform(0, 2048, (2, 17, 1, len(VALID))),
        "annot3": rng.normal(0, 500, (3, 17, 1, len(VALID))),
        "univ_annot3": rng.normal(0, 500, (3, 17, 1, len(VALID)))
        + [[[[100]]], [[[0]]], [[[3000]]]],
        "valid_frame": VALID[:, None],
        "activity_annotation": ACTIVITY[:, None],
    }


@pytest.fixture
def files(tmp_path, save_v73, cell):
    """Writes the files of recordings; returns the data set's folder."""
    folder = tmp_path / "mpi_inf_3dhp"

    class Files:
        path = folder

        def train(self, name, values=None, version="5", **changes):
            values = (values or train_values(int(name[1]))) | changes
            path = folder / name / "annot.mat"
            path.parent.mkdir(parents=True)
            if version == "7.3":
                save_v73(path, **values)
            else:
                values["annot2"] = cell(values["annot2"])
                scipy.io.savemat(path, values, do_compression=True)
            return path

        def test(self, name, values=None, version="7.3", **changes):
            values = (values or evaluation_values(int(name[2]))) | changes
            path = folder / "mpi_inf_3dhp_test_set" / name / "annot_data.mat"
            path.parent.mkdir(parents=True)
            save_v73(path, **values) if version == "7.3" else scipy.io.savemat(path, values)
            return path

    return Files()


def on_h36m(points, source):
    return joint_maps.get(source.name, "h36m17").apply(points)[0]


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_training_poses_are_those_of_the_eight_cameras(files, version):
    files.train("S1/Seq1", version=version)
    files.train("S3/Seq2", version=version)
    data = mpi_inf_3dhp.read(files.path)
    train = data.splits["train"]
    assert list(data.splits) == ["train"]
    assert train.keypoints_3d is None
    assert train.sequences == ("S1 Seq1",) * 8 + ("S3 Seq2",) * 8
    assert train.lengths.tolist() == [FRAMES] * 16
    assert data.labels["train_cameras"].tolist() == [0, 1, 2, 4, 5, 6, 7, 8] * 2
    assert data.labels["train_frame_rates"].tolist() == [25] * 8 + [50] * 8
    assert data.labels["train_image_sizes"].tolist() == [[2048, 2048]] * 16
    fourth = train_values(3)["annot2"][4].reshape(FRAMES, 28, 2).astype("f4")
    np.testing.assert_array_equal(
        train.keypoints_2d[11 * FRAMES : 12 * FRAMES], on_h36m(fourth, MPI_INF_3DHP_28)
    )


def test_cameras_are_found_by_number_not_by_place(files):
    values = train_values(1)
    values["annot2"], values["cameras"] = values["annot2"][::-1], values["cameras"][:, ::-1]
    files.train("S1/Seq1", values)
    files.train("S1/Seq2", train_values(1))
    first, second = np.split(mpi_inf_3dhp.read(files.path).splits["train"].keypoints_2d, 2)
    np.testing.assert_array_equal(first, second)


def test_annotations_after_the_last_frame_are_cut(files, monkeypatch):
    monkeypatch.setitem(mpi_inf_3dhp.TRAIN_FRAMES, "S1/Seq1", (5, 25))
    files.train("S1/Seq1")
    assert mpi_inf_3dhp.read(files.path).splits["train"].lengths.tolist() == [5] * 8


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_valid_test_frames_have_3d_from_the_pelvis_and_activities(files, version):
    files.test("TS1", version=version)
    files.test("TS5", version=version)
    data = mpi_inf_3dhp.read(files.path)
    test = data.splits["test"]
    assert list(data.splits) == ["test"]
    walking, sitting, reaching = "Standing/Walking", "Sitting", "Reaching/Crouching"
    names = [f"TS1 {name}" for name in (walking, sitting, reaching, reaching)]
    assert test.sequences[:4] == tuple(names)
    assert test.lengths.tolist() == [2, 2, 1, 1] * 2
    assert data.labels["test_activities"].tolist() == [1, 3, 4, 4] * 2
    assert data.labels["test_frames"].tolist() == [1, 2, 4, 5, 6, 9] * 2
    assert data.labels["test_image_sizes"].tolist() == [[2048, 2048]] * 4 + [[1920, 1080]] * 4
    values, rows = evaluation_values(5), VALID > 0
    points = on_h36m(values["annot2"][:, :, 0].T[rows].astype("f4"), MPI_INF_3DHP_17)
    np.testing.assert_array_equal(test.keypoints_2d[6:], points)
    points = on_h36m(values["univ_annot3"][:, :, 0].T[rows], MPI_INF_3DHP_17)
    expected = points - points[:, [H36M_17.root]]
    np.testing.assert_allclose(test.keypoints_3d[6:], expected, atol=0.01)


def test_single_frame_is_read(files):
    values = {key: array[..., 1:2] for key, array in evaluation_values(1).items() if "annot" in key}
    one = np.ones((1, 1))
    files.test("TS1", values | {"valid_frame": one, "activity_annotation": 2 * one})
    assert mpi_inf_3dhp.read(files.path).splits["test"].sequences == ("TS1 Exercising",)


def test_test_set_alone_is_found_in_its_own_folder(files):
    files.test("TS2")
    data = mpi_inf_3dhp.read(files.path / "mpi_inf_3dhp_test_set")
    assert len(data.splits["test"]) == VALID.sum()


def test_counts_are_compared_with_the_published_and_missing_parts_named(files):
    files.train("S2/Seq1")
    for number in (1, 2, 3):
        files.test(f"TS{number}")
    train, test = mpi_inf_3dhp.read(files.path).notes
    assert train == (
        "MPI-INF-3DHP train: 1,052,736 poses expected, found 56: S1/Seq1, S1/Seq2, S2/Seq2, "
        "S3/Seq1, S3/Seq2 and 10 others are missing."
    )
    assert test == (
        "MPI-INF-3DHP test: 2,929 valid frames expected, found 18: TS4, TS5 and TS6 are missing."
    )


def test_interrupted_reading_goes_on_and_gives_the_same(files, tmp_path):
    for name in ("S1/Seq1", "S1/Seq2"):
        files.train(name)
    files.test("TS1")
    whole = mpi_inf_3dhp.read(files.path)
    parts = parts_folder(tmp_path / "out.npz")

    def stop(names):
        yield from names[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mpi_inf_3dhp.read(files.path, parts, stop)
    again = mpi_inf_3dhp.read(files.path, parts)
    assert again.notes == whole.notes
    for split, poses in whole.splits.items():
        for key in ("keypoints_2d", "lengths"):
            assert getattr(again.splits[split], key).tobytes() == getattr(poses, key).tobytes()
    assert (
        again.splits["test"].keypoints_3d.tobytes() == whole.splits["test"].keypoints_3d.tobytes()
    )
    files.test("TS2")
    with pytest.raises(InputError, match="unfinished run that was different"):
        mpi_inf_3dhp.read(files.path, parts)


def broken(array, index, value=np.nan):
    array = array.copy()
    array[index] = value
    return array


TRAIN = train_values(1)
TEST = evaluation_values(1)
BAD_TRAIN = {
    "joints": (train_values(joints=17), r"S1/Seq1, camera 0: .*\[frames, 56\].*got \[7, 34\]"),
    "camera": (train_values(cameras=6), r"S1/Seq1, camera 6 is missing.*0, 1, 2, 3, 4, 5\."),
    "cells": (TRAIN | {"cameras": np.arange(13.0)}, "14 cells for 13 cameras"),
    "nan": (
        TRAIN | {"annot2": [broken(v, (3, 6)) for v in TRAIN["annot2"]]},
        "S1/Seq1, camera 0: nan at frame 3, joint spine$",
    ),
    "text": (TRAIN | {"annot2": ["text"] * 14}, "must be an array of numbers, got str"),
    "no cell": ({"annot2": [], "cameras": np.zeros((0, 0))}, "camera 0 is missing.*none"),
}


@pytest.mark.parametrize(("values", "message"), BAD_TRAIN.values(), ids=BAD_TRAIN)
def test_bad_training_file_is_named(files, values, message):
    path = files.train("S1/Seq1", dict(values))
    with pytest.raises(InputError, match=message.rstrip("$")) as error:
        mpi_inf_3dhp.read(files.path)
    assert str(path) in str(error.value)


BAD_TEST = {
    "joints": ({"annot2": TEST["annot2"][:, :14]}, r"TS1: annot2 .*\[2, 17, 10\].*\[2, 14, 10\]"),
    "frames": ({"univ_annot3": TEST["univ_annot3"][..., :9]}, r"univ_annot3.*got \[3, 17, 9\]"),
    "nan": (
        {"univ_annot3": broken(TEST["univ_annot3"], (1, 16, 0, 5))},
        "TS1, univ_annot3: nan at frame 5, joint head",
    ),
    "valid": ({"valid_frame": VALID[:9, None]}, "got 9 and 10"),
    "none valid": ({"valid_frame": 0 * VALID[:, None]}, "none of the 10 frames is valid"),
    "activity": (
        {"activity_annotation": broken(ACTIVITY, 6, 8)[:, None]},
        "must be 1 to 7 at valid frames, got 8 at frame 6",
    ),
    "no number": (
        {"activity_annotation": broken(ACTIVITY, 1)[:, None]},
        "got nan at frame 1",
    ),
}


@pytest.mark.parametrize(("changes", "message"), BAD_TEST.values(), ids=BAD_TEST)
def test_bad_test_file_is_named(files, changes, message):
    path = files.test("TS1", TEST, **changes)
    with pytest.raises(InputError, match=message) as error:
        mpi_inf_3dhp.read(files.path)
    assert str(path) in str(error.value)


def test_nan_in_frames_that_are_not_valid_does_not_matter(files):
    files.test("TS1", TEST, univ_annot3=broken(TEST["univ_annot3"], (0, 0, 0, 3)))
    assert len(mpi_inf_3dhp.read(files.path).splits["test"]) == VALID.sum()


def test_truncated_file_is_named(files):
    path = files.train("S1/Seq1")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match=f"{path} is damaged or not a MATLAB file"):
        mpi_inf_3dhp.read(files.path)


def test_folder_without_its_file_and_folder_of_something_else_are_named(files):
    files.train("S1/Seq1").unlink()
    with pytest.raises(InputError, match=r"Seq1 holds no annot\.mat"):
        mpi_inf_3dhp.read(files.path)
    with pytest.raises(InputError, match="give the folder with S1 to S8 or that with TS1 to TS6"):
        mpi_inf_3dhp.read(files.path / "absent")
