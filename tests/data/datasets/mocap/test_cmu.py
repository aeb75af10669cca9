import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posenet3d.data.datasets.mocap import cmu
from posenet3d.data.datasets.mocap.config import MocapConfig
from posenet3d.errors import ConfigError, InputError
from posenet3d.files import parts
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.archives.archive_writer import write_splits
from posenet3d.skeletons.skeleton import CMU_17

FRAMES = {"01_01": 120, "01_02": 61, "02_01": 80, "03_07": 40}  # at 120 Hz
CONFIG = MocapConfig(cameras=3, test_subjects=("02",), seed=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, acclaim):
    """Four motions of three subjects, laid out as the database's archive is."""
    folder = tmp_path_factory.mktemp("subjects")
    for seed, (name, frames) in enumerate(FRAMES.items()):
        subject = name[:2]
        (folder / subject).mkdir(exist_ok=True)
        (folder / subject / f"{subject}.asf").write_text(acclaim.asf_text())
        text = acclaim.amc_text(acclaim.walk(frames, seed))
        (folder / subject / f"{name}.amc").write_text(text)
    return folder


@pytest.fixture(scope="module")
def data(folder):
    return cmu.read(folder, CONFIG)


@pytest.fixture
def copied(folder, tmp_path):
    """The folder, to be changed."""
    for path in folder.rglob("*.a*"):
        (tmp_path / path.name).write_text(path.read_text())
    return tmp_path


def joint(points, name):
    return points[..., CMU_17.index(name), :]


def test_subjects_are_split_and_views_are_sequences(data):
    train, test = data.splits["train"], data.splits["test"]
    assert data.notes == (
        "train: 3 motions of 2 subjects (01, 03), 56 frames.",
        "test: 1 motion of 1 subject (02), 20 frames.",
    )
    assert train.sequences == ("01_01",) * 3 + ("01_02",) * 3 + ("03_07",) * 3
    assert train.lengths.tolist() == [30] * 3 + [16] * 3 + [10] * 3
    assert test.sequences == ("02_01",) * 3
    assert test.lengths.tolist() == [20] * 3
    assert data.labels["train_cameras"].tolist() == [0, 1, 2] * 3
    assert (train.frame_rate, train.image_size, train.skeleton) == (30, (1000, 1000), CMU_17)


def test_training_split_holds_no_3d(data):
    assert data.splits["train"].keypoints_3d is None
    assert data.splits["test"].keypoints_3d is not None


def test_every_joint_is_in_the_picture(data):
    for poses in data.splits.values():
        assert (poses.keypoints_2d >= 0).all()
        assert (poses.keypoints_2d <= 1000).all()


def place_of(plane, pose_3d):
    """Where the root is, `[3]`, in front of a camera that sees a pose `[17, 3]` at `[17, 2]`."""
    # (x + tx) = u (z + tz), and so for y: linear in the place t.
    ones = np.ones((17, 1))
    rows = np.block([[ones, 0 * ones, -plane[:, :1]], [0 * ones, ones, -plane[:, 1:]]])
    return np.linalg.lstsq(rows, (plane * pose_3d[:, 2:] - pose_3d[:, :2]).T.ravel())[0]


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    focal=st.floats(300, 3000),
    size=st.tuples(st.integers(200, 4000), st.integers(200, 4000)),
    elevation=st.floats(-30, 60),
)
def test_2d_and_3d_are_one_pose_in_front_of_the_camera(folder, seed, focal, size, elevation):
    config = MocapConfig(
        cameras=2, test_subjects=("03",), seed=seed, focal_length_px=focal, image_size=size,
        elevation_mean_deg=elevation, elevation_std_deg=0, frame_rate=12,
    )  # fmt: skip
    test = cmu.read(folder, config).splits["test"]
    plane = (test.keypoints_2d.astype(float) - np.array(size) / 2) / focal
    for pose_2d, pose_3d in zip(plane, test.keypoints_3d / 1000.0, strict=True):
        place = place_of(pose_2d, pose_3d)
        seen = pose_3d + place
        assert seen[:, 2].min() > 0
        projected = seen[:, :2] / seen[:, 2:]
        unprojected = np.concatenate([pose_2d, np.ones((17, 1))], axis=1) * seen[:, 2:]
        np.testing.assert_allclose(projected, pose_2d, atol=1e-5)
        np.testing.assert_allclose(unprojected - place, pose_3d, atol=1e-4)  # m
    up = joint(test.keypoints_3d, "neck") - joint(test.keypoints_3d, "pelvis")
    leans = np.degrees(np.arctan2(-up[:, 2], -up[:, 1]))  # towards a camera that looks down
    assert abs(leans.mean() - elevation) < 20  # the walk itself leans by some degrees


def test_cameras_are_as_far_as_asked_for(data):
    test = data.splits["test"]
    plane = (test.keypoints_2d.astype(float) - 500) / CONFIG.focal_length_px
    pairs = zip(plane, test.keypoints_3d / 1000.0, strict=True)
    depths = [place_of(pose_2d, pose_3d)[2] for pose_2d, pose_3d in pairs]
    assert min(depths) > 4 - 1
    assert max(depths) < 7 + 1


def test_the_3d_is_the_captured_person_seen_from_the_side_that_the_elevation_says(data, acclaim):
    walk = acclaim.walk(80, seed=2)
    bones = {"left_ankle": "ltibia", "right_wrist": "rradius", "head": "head", "pelvis": "root"}
    places = {j: acclaim.bone_end(b, walk, 40) * 25.4 / 0.45 for j, b in bones.items()}
    test = data.splits["test"]
    for view in range(3):
        seen = test.keypoints_3d[20 * view + 10]
        for first in bones:
            for second in bones:
                apart = np.linalg.norm(joint(seen, first) - joint(seen, second))
                expected = np.linalg.norm(places[first] - places[second])
                assert apart == pytest.approx(expected, abs=0.01)  # mm


def test_people_stand_upright_and_are_not_mirrored(data):
    seen = data.splits["test"].keypoints_3d
    assert (joint(seen, "head")[:, 1] < joint(seen, "left_ankle")[:, 1] - 1000).all()  # y is down
    left = joint(seen, "left_hip") - joint(seen, "right_hip")
    down = joint(seen, "pelvis") - joint(seen, "thorax")
    front = joint(seen, "left_hip") + joint(seen, "right_hip")  # hips lie before the pelvis
    turned = np.cross(left, -down)  # left x up points to the front of a person who is not mirrored
    assert ((turned * front).sum(-1) > 0).all()


def test_a_person_who_faces_the_camera_has_the_left_hand_on_the_right(folder):
    config = dataclasses.replace(CONFIG, cameras=40, elevation_mean_deg=0, elevation_std_deg=0)
    test = cmu.read(folder, config).splits["test"]
    hips = joint(test.keypoints_3d, "left_hip") + joint(test.keypoints_3d, "right_hip")
    facing = hips[:, 2] < -0.9 * np.linalg.norm(hips[:, [0, 2]], axis=-1)  # the front is nearer
    away = hips[:, 2] > 0.9 * np.linalg.norm(hips[:, [0, 2]], axis=-1)
    across = joint(test.keypoints_2d, "left_hip") - joint(test.keypoints_2d, "right_hip")
    assert facing.sum() > 20
    assert away.sum() > 20
    assert (across[facing, 0] > 0).all()
    assert (across[away, 0] < 0).all()


def test_the_archive_is_read_back_on_the_cmu_skeleton(data, tmp_path):
    write_splits(tmp_path / "cmu.npz", data.splits, data.labels)
    for split, poses in data.splits.items():
        found = read_archive(tmp_path / "cmu.npz", split, placement="cmu17")
        assert found.skeleton == CMU_17
        assert found.sequences == poses.sequences
        np.testing.assert_array_equal(found.keypoints_2d, poses.keypoints_2d)


def test_the_same_seed_gives_the_same_and_another_others(folder, data):
    again = cmu.read(folder, CONFIG).splits["train"].keypoints_2d
    other = cmu.read(folder, dataclasses.replace(CONFIG, seed=6)).splits["train"].keypoints_2d
    np.testing.assert_array_equal(again, data.splits["train"].keypoints_2d)
    assert np.abs(other - again).max() > 1


def test_cameras_differ_and_are_those_of_the_motion_whatever_else_is_there(folder, copied, data):
    train = data.splits["train"].keypoints_2d
    assert np.abs(train[:30] - train[30:60]).max() > 1
    (copied / "01_01.amc").unlink()
    fewer = cmu.read(copied, CONFIG).splits["train"].keypoints_2d
    np.testing.assert_array_equal(fewer, train[90:])


def test_test_subjects_are_drawn_by_the_seed(folder):
    drawn = set()
    for seed in range(6):
        config = MocapConfig(cameras=1, seed=seed, test_share=0.3)
        splits = cmu.read(folder, config).splits
        train, test = ({name[:2] for name in splits[s].sequences} for s in ("train", "test"))
        assert len(test) == 1
        assert train == {"01", "02", "03"} - test
        drawn |= test
    assert len(drawn) > 1


def test_bad_files_are_an_error_or_left_out_and_named(copied, data):
    text = (copied / "01_02.amc").read_text()
    (copied / "01_02.amc").write_text(text[: len(text) // 2])
    with pytest.raises(InputError, match=r"01_02.amc.*To leave such files out, set skip_bad"):
        cmu.read(copied, CONFIG)
    found = cmu.read(copied, CONFIG, skip_bad=True)
    assert len(found.notes) == 3
    assert "Left out: " in found.notes[2]
    assert "01_02.amc" in found.notes[2]
    assert set(found.splits["train"].sequences) == {"01_01", "03_07"}
    kept = data.splits["train"].keypoints_2d
    np.testing.assert_array_equal(found.splits["train"].keypoints_2d[:90], kept[:90])


def test_a_killed_run_goes_on_where_it_was(folder, data, tmp_path):
    kept, seen = tmp_path / "cmu.npz.parts", []

    def killed(names):
        for name in names:
            if name == "02_01":
                raise KeyboardInterrupt
            yield name

    with pytest.raises(KeyboardInterrupt):
        cmu.read(folder, CONFIG, parts_folder=kept, progress=killed)
    before = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.npz")}
    assert len(before) == 2

    def watched(names):
        seen.extend(names)
        return names

    found = cmu.read(folder, CONFIG, parts_folder=kept, progress=watched)
    assert seen == list(FRAMES)
    assert {k: (kept / k).stat().st_mtime_ns for k in before} == before
    for split, poses in data.splits.items():
        np.testing.assert_array_equal(found.splits[split].keypoints_2d, poses.keypoints_2d)
    with pytest.raises(InputError, match=r"seed was 5 and is 6 now|unfinished run"):
        cmu.read(folder, dataclasses.replace(CONFIG, seed=6), parts_folder=kept)
    parts.remove(kept)


def test_a_wrong_axis_is_noticed(folder):
    found = cmu.read(folder, dataclasses.replace(CONFIG, up="z"))
    assert found.notes[2] == "People lie in 4 of 4 motions: is another axis up? Set up."


@pytest.mark.parametrize(("share", "splits"), [(0.0, {"train"}), (1.0, {"test"})])
def test_all_may_be_of_one_split(folder, share, splits):
    found = cmu.read(folder, MocapConfig(cameras=1, test_share=share))
    assert set(found.splits) == splits
    assert sum(len(poses) for poses in found.splits.values()) == 30 + 16 + 20 + 10


def test_a_split_of_bad_files_alone_is_refused(copied):
    (copied / "02_01.amc").write_text("1\nroot")
    with pytest.raises(InputError, match=r"no usable motion for the split test. Left out: .*02_01"):
        cmu.read(copied, CONFIG, skip_bad=True)


def test_what_cannot_be_split_is_refused(copied):
    with pytest.raises(ConfigError, match="no file is of 99; there are 01, 02, 03"):
        cmu.read(copied, MocapConfig(test_subjects=("99",)))
    with pytest.raises(ConfigError, match="at_60_hz: no file is of 02_02; there are 01, 01_01"):
        cmu.read(copied, MocapConfig(at_60_hz=("02", "02_02")))
    for name in ("02_01", "03_07"):
        (copied / f"{name}.amc").unlink()
    with pytest.raises(InputError, match="All motions are of one subject, 01"):
        cmu.read(copied)
