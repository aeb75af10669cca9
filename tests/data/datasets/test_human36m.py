import numpy as np
import pytest

from posenet3d.data.datasets import human36m
from posenet3d.errors import InputError
from posenet3d.poses.archives.videopose3d import JOINTS_OF_32


@pytest.fixture
def files(save_npz, positions_2d, positions_3d, metadata):
    """Paths of the true 2D, detected 2D and 3D, as they are when asked for."""

    class Files:
        def true_2d(self):
            return save_npz("data_2d_h36m_gt.npz", positions_2d=positions_2d, metadata=metadata)

        def detected(self):
            rng = np.random.default_rng(5)
            noisy = {
                subject: {
                    action: [v + rng.normal(0, 5, v.shape).astype(np.float32) for v in views]
                    for action, views in actions.items()
                }
                for subject, actions in positions_2d.items()
            }
            return save_npz("data_2d_h36m_cpn.npz", positions_2d=noisy, metadata=metadata)

        def positions_3d(self):
            return save_npz("data_3d_h36m.npz", positions_3d=positions_3d)

    return Files()


_READ = []


@pytest.fixture
def whole(files):
    """All that the files hold, read once: finding the cameras takes longest. Not to be changed."""
    if not _READ:
        _READ.append(human36m.read(files.true_2d(), files.positions_3d()))
    return _READ[0]


def truth(points, camera):
    points = points[:, JOINTS_OF_32]
    return 1000 * (points - points[:, :1]) @ camera.rotation.T


def test_subjects_are_split_as_in_the_protocol(whole):
    names = {k: {name.split()[0] for name in p.sequences} for k, p in whole.splits.items()}
    assert names == {"train": {"S1", "S5", "S6", "S7", "S8"}, "test": {"S9", "S11"}}
    assert len(whole.splits["train"]) == 5 * 4 * (20 + 30)
    assert len(whole.splits["test"]) == 2 * 4 * (20 + 30)


def test_sequences_are_views_of_recordings_camera_by_camera(whole, positions_2d):
    test = whole.splits["test"]
    assert test.sequences[:8] == ("S9 Directions",) * 4 + ("S9 Walking 1",) * 4
    assert test.lengths.tolist() == ([30] * 4 + [20] * 4) * 2
    assert whole.cameras["test"].tolist() == [0, 1, 2, 3] * 4
    assert test.frame_rate == 50
    np.testing.assert_array_equal(test.keypoints_2d[30:60], positions_2d["S9"]["Directions"][1])


def test_3d_is_in_the_frame_of_each_camera(whole, positions_3d, cameras):
    test = whole.splits["test"]
    parts = np.split(test.keypoints_3d, np.cumsum(test.lengths)[:-1])
    points = [positions_3d[s][a] for s in ("S9", "S11") for a in ("Directions", "Walking 1")]
    for number, part in enumerate(parts):
        expected = truth(points[number // 4], cameras[number % 4])
        np.testing.assert_allclose(part, expected, atol=0.01)  # mm


def test_training_split_holds_no_3d(whole):
    splits = whole.splits
    assert splits["train"].keypoints_3d is None
    assert splits["test"].keypoints_3d is not None


def test_2d_alone_is_enough(files):
    data = human36m.read(files.detected())
    assert all(poses.keypoints_3d is None for poses in data.splits.values())
    assert len(data.splits["test"]) == 400


def test_cameras_of_detected_2d_are_found_from_the_true(files, positions_3d, cameras):
    data = human36m.read(files.detected(), files.positions_3d(), files.true_2d())
    expected = truth(positions_3d["S9"]["Directions"], cameras[0])
    np.testing.assert_allclose(data.splits["test"].keypoints_3d[:30], expected, atol=0.01)


def test_2d_is_cut_to_the_length_of_the_3d(files, positions_2d):
    views = positions_2d["S1"]["Directions"]
    positions_2d["S1"]["Directions"] = [np.concatenate([v, v[-3:]]) for v in views]
    train = human36m.read(files.true_2d(), files.positions_3d()).splits["train"]
    assert train.lengths[:4].tolist() == [30] * 4
    whole = human36m.read(files.true_2d()).splits["train"]
    assert whole.lengths[:4].tolist() == [33] * 4


def test_recordings_without_3d_are_left_out_and_said(files, positions_3d):
    true_2d = files.true_2d()
    del positions_3d["S11"]["Directions"]
    data = human36m.read(true_2d, files.positions_3d())
    assert data.left_out == ("S11 Directions",)
    assert "S11 Directions" not in data.splits["test"].sequences
    assert len(data.splits["test"]) == 400 - 4 * 30


def test_recordings_without_2d_are_an_error(files, positions_2d):
    del positions_2d["S5"]["Walking 1"]
    with pytest.raises(InputError, match="S5 Walking 1 is missing; the 3D file has it"):
        human36m.read(files.true_2d(), files.positions_3d())


def test_detected_2d_does_not_pass_for_true(files):
    with pytest.raises(InputError, match=r"S9, camera 0: the 2D is not the projection.*true_2d"):
        human36m.read(files.detected(), files.positions_3d())


def test_2d_of_other_recordings_is_refused(files, positions_2d):
    positions_2d["S9"], positions_2d["S11"] = positions_2d["S11"], positions_2d["S9"]
    with pytest.raises(InputError, match="S9, camera 0"):
        human36m.read(files.true_2d(), files.positions_3d())


def test_true_2d_without_3d_is_an_error(files):
    with pytest.raises(InputError, match="give those too"):
        human36m.read(files.detected(), None, files.true_2d())


def test_bad_array_is_named_by_file_subject_action_and_camera(files, positions_2d):
    positions_2d["S7"]["Walking 1"][1][3, 0, 0] = np.nan
    path = files.true_2d()
    with pytest.raises(InputError) as error:
        human36m.read(path)
    assert f"{path}: S7 Walking 1, camera 1: nan at frame 3, joint pelvis" in str(error.value)
