import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.motion.mending.exchanged_sides import with_sides
from posenet3d.motion.mending.mended_2d import LONGEST_GAP, is_jittery, is_motion, mended
from posenet3d.skeletons.skeleton import H36M_17

ELBOW = H36M_17.index("left_elbow")
GAP = round(LONGEST_GAP * 30)  # frames
FRAMES = 60


@pytest.fixture(scope="module")
def walk():
    """One person, `[60, 17, 2]` pixels."""
    config = synthetic.SyntheticConfig(num_sequences=1, frames_per_sequence=FRAMES, seed=5)
    return synthetic.generate_poses(config).keypoints_2d.astype(float)


@pytest.fixture
def seen():
    return np.ones((FRAMES, 17))


def noise(walk, share):
    size = np.linalg.norm(walk - walk[:, :1], axis=-1).mean()
    return np.random.default_rng(0).normal(0, share * size, walk.shape)


def test_what_is_right_stays_as_it_is(walk, seen):
    track = mended(walk, seen, H36M_17)
    np.testing.assert_array_equal(track.keypoints_2d, walk)
    np.testing.assert_array_equal(track.confidence, seen)
    assert not track.exchanged.any()
    assert not track.was_calmed


def test_sides_gaps_and_jitter_are_mended_together(walk, seen):
    """A joint that is missing where sides are exchanged is bridged between right ones."""
    marks = np.zeros((FRAMES, 17), bool)
    marks[25:33] = np.array(H36M_17.mirror) != np.arange(17)
    seen[28:30, ELBOW] = 0
    given = with_sides(walk + noise(walk, 0.03), marks, H36M_17)
    track = mended(given, with_sides(seen, marks, H36M_17), H36M_17)
    assert track.was_calmed
    assert track.exchanged[25:33].any(axis=1).all()
    assert not track.exchanged[:25].any()
    assert not track.exchanged[33:].any()
    assert (track.confidence > 0).all()
    before, after = (np.linalg.norm(x - walk, axis=-1) for x in (given, track.keypoints_2d))
    assert after[25:33].mean() < 0.3 * before[25:33].mean()
    assert after[28:30, ELBOW].max() < before[25:33].mean()


def test_a_joint_is_bridged_for_a_while_and_less_sure(walk, seen):
    seen[10 : 10 + GAP, ELBOW] = 0
    seen[30 : 31 + GAP, ELBOW] = 0
    track = mended(walk, seen, H36M_17)
    assert (track.confidence[10 : 10 + GAP, ELBOW] == 0.5).all()
    assert (track.confidence[30 : 31 + GAP, ELBOW] == 0).all()


def test_at_few_frames_a_second_little_is_known_of_the_time_between(walk, seen):
    seen[10:13, ELBOW] = 0
    assert (mended(walk, seen, H36M_17, fps=30.0).confidence[10:13, ELBOW] == 0.5).all()
    assert (mended(walk, seen, H36M_17, fps=5.0).confidence[10:13, ELBOW] == 0).all()
    noisy = walk + noise(walk, 0.05)
    assert mended(noisy, seen, H36M_17, fps=30.0).was_calmed
    assert not mended(noisy, seen, H36M_17, fps=10.0).was_calmed


def test_frames_without_the_person_stay_empty(walk, seen):
    walk, seen = walk.copy(), seen.copy()
    walk[20:40], seen[20:40] = np.nan, np.nan
    track = mended(walk, seen, H36M_17)
    assert (track.confidence[20:40] == 0).all()
    np.testing.assert_array_equal(track.keypoints_2d[:20], walk[:20])


def test_photographs_of_people_are_no_motion(walk, seen):
    order = np.random.default_rng(0).permutation(400)
    config = synthetic.SyntheticConfig(num_sequences=400, frames_per_sequence=2, seed=5)
    photographs = synthetic.generate_poses(config).keypoints_2d[::2][order]
    assert is_motion(walk, seen)
    assert is_motion(walk[::4], seen[::4])
    assert not is_motion(photographs, np.ones((400, 17)))


def test_jitter_is_noticed(walk, seen):
    assert not is_jittery(walk, seen)
    assert is_jittery(walk + noise(walk, 0.03), seen)
