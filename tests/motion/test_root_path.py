import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.motion.root_path import aims, calm_path, centred_2d, root_positions, turns
from posenet3d.skeletons.skeleton import H36M_17

FOCAL, CENTRE = 1000.0, np.array([640.0, 360.0])
FRAMES = 60


@pytest.fixture(scope="module")
def walk(motion):
    """A person on the way from the left to the right, and nearer: `[60, 17, 3]` mm, camera frame.

    The pose at its root, the way of the root, and what the camera sees.
    """
    time = np.linspace(0, 1, FRAMES)[:, None]
    root = np.array([-2000.0, 300.0, 6000.0]) + time * np.array([3500.0, 0.0, -2500.0])
    joints = motion - motion[:, :1]
    placed = joints + root[:, None]
    return joints, root, FOCAL * placed[..., :2] / placed[..., 2:] + CENTRE


def ones(keypoints_2d):
    return np.ones(keypoints_2d.shape[:2])


def test_a_pose_is_where_it_must_be_to_be_seen_so(walk):
    joints, root, seen = walk
    found = root_positions(seen, ones(seen), joints, FOCAL, CENTRE)
    np.testing.assert_allclose(found, root, atol=0.1)


def test_a_person_of_twice_the_size_is_twice_as_far_away(walk):
    joints, root, seen = walk
    found = root_positions(seen, ones(seen), 2 * joints, FOCAL, CENTRE)
    np.testing.assert_allclose(found, 2 * root, atol=0.1)


def test_missing_joints_take_no_part(walk):
    joints, root, seen = walk
    seen, confidence = seen.copy(), ones(seen)
    seen[:, 3], confidence[:, 3] = 9999.0, 0.0
    confidence[5], confidence[6, 1:] = 0.0, 0.0
    joints = joints.copy()
    joints[7] = np.nan
    found = root_positions(seen, confidence, joints, FOCAL, CENTRE)
    lost = np.isin(np.arange(FRAMES), [5, 6, 7])
    assert np.isnan(found[lost]).all()
    np.testing.assert_allclose(found[~lost], root[~lost], atol=0.1)


def test_a_camera_that_looks_at_the_person_sees_it_in_the_middle(walk):
    joints, root, seen = walk
    aim = aims(seen, ones(seen), H36M_17)
    np.testing.assert_array_equal(aim, seen[:, 0])
    rotations = turns(aim, FOCAL, CENTRE)
    np.testing.assert_allclose(
        rotations @ rotations.transpose(0, 2, 1), [np.eye(3)] * 60, atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(rotations), 1.0)
    centred = centred_2d(seen, rotations, FOCAL, CENTRE)
    np.testing.assert_allclose(centred[:, 0], [CENTRE] * FRAMES, atol=1e-6)
    # It is the image of the same pose, turned into that camera's frame.
    turned = joints @ rotations
    turned[..., 2] += np.linalg.norm(root, axis=1)[:, None]
    expected = FOCAL * turned[..., :2] / turned[..., 2:] + CENTRE
    np.testing.assert_allclose(centred, expected, atol=1e-6)


def test_in_the_middle_nothing_turns():
    np.testing.assert_allclose(turns(CENTRE[None], FOCAL, CENTRE), [np.eye(3)])


def test_without_the_root_the_middle_of_what_is_seen_is_aimed_at(walk):
    _, _, seen = walk
    confidence = ones(seen)
    confidence[0, 0], confidence[1] = 0, 0
    aim = aims(seen, confidence, H36M_17)
    np.testing.assert_allclose(aim[0], seen[0, 1:].mean(axis=0))
    assert np.isnan(aim[1]).all()


def test_distances_are_smoothed_and_directions_are_not(walk):
    _, root, _ = walk
    noise = 1 + np.random.default_rng(0).normal(0, 0.02, (FRAMES, 1))
    calm = calm_path(root * noise, fps=30.0)
    before, after = (np.linalg.norm(path - root, axis=1).mean() for path in (root * noise, calm))
    assert after < 0.4 * before
    unit = [path / np.linalg.norm(path, axis=1, keepdims=True) for path in (calm, root)]
    np.testing.assert_allclose(*unit, atol=1e-9)


def test_gaps_of_a_path_are_bridged_and_its_ends_stay_open(walk):
    _, root, _ = walk
    holes = root.copy()
    holes[[0, 20, 21, 22, 59]] = np.nan
    calm = calm_path(holes, fps=30.0)
    np.testing.assert_array_equal(np.isnan(calm).any(axis=1), np.isin(np.arange(FRAMES), [0, 59]))
    np.testing.assert_allclose(calm[20:23], root[20:23], atol=60)
    assert np.isnan(calm_path(np.full((5, 3), np.nan), fps=30.0)).all()
    np.testing.assert_allclose(calm_path(root[:2], fps=30.0), root[:2])


@pytest.mark.parametrize("fps", [0.0, -1.0, np.nan])
def test_a_rate_that_is_none_is_refused(walk, fps):
    with pytest.raises(InputError, match="fps"):
        calm_path(walk[1], fps)
