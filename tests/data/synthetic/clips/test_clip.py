import numpy as np
import pytest

from posenet3d.data.synthetic.clips.clip import ARM_POSES, Clip
from posenet3d.data.synthetic.clips.routine import Routine, bump, minimum_jerk
from posenet3d.data.synthetic.people.angles import ANGLES, LIMITS

LOWEST, HIGHEST = np.array(list(LIMITS.values())).T


@pytest.fixture
def clip():
    return Clip(np.random.default_rng(5), count=8, frames=240, frame_rate=30.0)


def routine(moves, holds, count=20, seconds=12):
    time = np.arange(30 * seconds) / 30
    return Routine(np.random.default_rng(0), count, time, moves, holds)


def test_minimum_jerk_rests_at_both_ends():
    phase = np.linspace(0, 1, 1001)
    course = minimum_jerk(phase)
    assert course[0] == 0
    assert course[-1] == pytest.approx(1)
    assert (np.diff(course) >= 0).all()
    assert np.diff(course)[[0, -1]].max() < 1e-6
    assert minimum_jerk(0.5) == pytest.approx(0.5)


def test_bump_repeats_and_peaks_at_its_centre():
    phase = np.linspace(0, 1, 200, endpoint=False)
    assert phase[bump(phase, 0.7, 0.1).argmax()] == pytest.approx(0.7, abs=0.006)
    np.testing.assert_allclose(bump(phase + 3, 0.7, 0.1), bump(phase, 0.7, 0.1), atol=1e-9)
    assert bump(0.2, 0.7, 0.1) < 0.01


def test_a_routine_visits_its_key_poses_and_holds_them():
    course = routine([(0.4, 0.6)] * 2, [(0.5, 1.0)] * 2).course((0, 0), (10, 20))
    assert course.min() >= 0
    assert (course.max(1) > 10).all()
    assert (course.min(1) == 0).all()
    assert (np.diff(course) == 0).mean() > 0.3
    assert np.abs(np.diff(course)).max() < 20 * 1.875 / (0.4 * 0.85 * 30) * 1.01  # peak speed


def test_people_do_not_move_in_step():
    course = routine([(0.4, 0.6)] * 2, [(0.5, 1.0)] * 2).course((0, 0), (1, 1))
    assert course.mean(0).min() > 0.1
    assert course.mean(0).max() < 0.9


def test_legs_are_posed_against_the_vertical(clip):
    clip["pelvis_tilt"] = np.full(clip.shape, 30.0)
    clip.leg("left", thigh=np.float64(80), shank=np.float64(20))
    np.testing.assert_allclose(clip["left_hip_flexion"], 110)
    np.testing.assert_allclose(clip["left_knee"], 100)


def test_arms_are_held_only_where_asked(clip):
    where = np.arange(8)[:, None] < 4
    clip.hold_arm("left", "up", spread=0, where=where)
    assert (clip["left_shoulder_flexion"][:4] == ARM_POSES["up"][0]).all()
    assert (clip["left_shoulder_flexion"][4:] < 40).all()


def test_a_moved_arm_passes_through_the_poses_in_order(clip):
    swing = clip.routine([(0.5, 0.6)] * 2, [(0.3, 0.4)] * 2)
    clip.move_arm(swing, "right", "hang", ("up", "point_up"), spread=0)
    flexion = clip["right_shoulder_flexion"]
    assert (flexion.max(1) >= 128).all()
    np.testing.assert_allclose(flexion.min(1), 0, atol=1e-9)


def test_limits_hold_whatever_an_activity_asks(clip):
    for name in ANGLES:
        clip[name] = clip.wander(1000)
    angles = clip.finish()
    assert angles.shape == (8, 240, len(ANGLES))
    assert (angles >= LOWEST).all()
    assert (angles <= HIGHEST).all()


def test_either_hand_may_act():
    clip = Clip(np.random.default_rng(0), count=60, frames=5, frame_rate=30.0)
    clip.hold_arm("right", "up")
    flexion = clip.finish()[:, 0]
    right = flexion[:, ANGLES.index("right_shoulder_flexion")] > 90
    left = flexion[:, ANGLES.index("left_shoulder_flexion")] > 90
    assert (right ^ left).all()
    assert 15 < left.sum() < 45


def test_nobody_stands_perfectly_still(clip):
    moved = np.ptp(clip.finish(), axis=1)
    assert (moved.max(1) > 1).all()


def test_wander_has_the_amplitude_asked_for(clip):
    signal = np.concatenate([clip.wander(7.0, rate=2.0) for _ in range(40)])
    assert signal.std() == pytest.approx(7.0, rel=0.1)
