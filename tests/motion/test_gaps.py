import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posenet3d.motion.gaps import fill_gaps
from posenet3d.motion.steady import bone_lengths
from posenet3d.skeletons.skeleton import H36M_17

START = 25


def with_gap(poses, frames, start=START):
    poses = poses.copy()
    poses[start : start + frames] = np.nan
    return poses


def error(poses, truth, frames):
    gap = slice(START, START + frames)
    return np.linalg.norm(poses[gap] - truth[gap], axis=-1).mean()


def straight(poses, frames):
    """The line between the poses around a gap."""
    share = np.arange(1, frames + 1)[:, None, None] / (frames + 1)
    return (1 - share) * poses[START - 1] + share * poses[START + frames]


@pytest.mark.parametrize("frames", [1, 5, 10])
def test_short_gaps_are_filled_and_marked(noisy, motion, frames):
    gap = with_gap(noisy, frames)
    poses, filled = fill_gaps(gap, 10, 30, H36M_17)
    assert np.flatnonzero(filled).tolist() == list(range(START, START + frames))
    np.testing.assert_array_equal(poses[~filled], gap[~filled])
    line = gap.copy()
    line[START : START + frames] = straight(gap, frames)
    assert error(poses, motion, frames) < error(line, motion, frames)


def test_long_gaps_and_the_ends_stay_empty(noisy):
    gap = with_gap(with_gap(with_gap(noisy, 11), 3, start=0), 5, start=55)
    poses, filled = fill_gaps(gap, 10, 30, H36M_17)
    np.testing.assert_array_equal(poses, gap)
    assert not filled.any()


def test_bones_of_filled_poses_lie_between_those_around(noisy):
    poses, _ = fill_gaps(with_gap(noisy, 3), 3, 30, H36M_17)
    lengths = bone_lengths(poses, H36M_17)
    around = np.median(lengths[START - 8 : START], 0), np.median(lengths[START + 3 :][:8], 0)
    np.testing.assert_allclose(lengths[START + 1], np.mean(around, axis=0))


def test_a_body_that_turns_does_not_shrink(motion):
    turns = Rotation.from_euler("y", np.linspace(0, np.pi, 21)[:, None]).as_matrix()
    turning = motion[0] @ turns
    gap = with_gap(turning, 9, start=6)
    poses, _ = fill_gaps(gap, 9, 30, H36M_17)
    np.testing.assert_allclose(
        bone_lengths(poses, H36M_17), bone_lengths(turning, H36M_17), rtol=1e-6
    )
    assert np.linalg.norm(poses - turning, axis=-1).max() < 30  # mm


def test_few_poses_around_are_joined_by_a_line(motion):
    poses = np.full((7, 17, 3), np.nan)
    poses[0], poses[4], poses[6] = motion[0], motion[0] + 40.0, motion[0] + 60.0
    filled = fill_gaps(poses, 3, 30, H36M_17)[0]
    # The root goes along, and so do all joints.
    np.testing.assert_allclose(filled, motion[0] + 10.0 * np.arange(7)[:, None, None], atol=1e-6)


@pytest.mark.parametrize("frames", [0, 1, 3])
def test_there_may_be_nothing_to_go_by(frames):
    empty = np.full((frames, 17, 3), np.nan)
    poses, filled = fill_gaps(empty, 5, 30, H36M_17)
    np.testing.assert_array_equal(poses, empty)
    assert not filled.any()
