import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.sequences.live import LiveLifter


@pytest.mark.parametrize("frame_rate", [30, 15])
def test_frame_after_frame_it_lifts_as_a_causal_sequence(estimator, walk, frame_rate):
    poses_2d, confidence = walk
    whole = estimator.lift_sequence(poses_2d, confidence, frame_rate, causal=True, height_mm=1700)
    live = LiveLifter(estimator, frame_rate, height_mm=1700)
    for frame, (pose, seen) in enumerate(zip(poses_2d, confidence, strict=True)):
        result = live.lift(pose, seen)
        assert result.problems[0] == whole.problems[frame]
        for name in ("keypoints_3d", "expected_error", "score", "elevation"):
            expected = getattr(whole, name)[frame]
            np.testing.assert_allclose(getattr(result, name)[0], expected, rtol=1e-4, atol=0.02)


def test_people_do_not_remember_each_other(estimator, walk):
    one, other = LiveLifter(estimator), LiveLifter(estimator)
    first = one.lift(walk[0][0]).keypoints_3d
    one.lift(walk[0][10])
    np.testing.assert_array_equal(other.lift(walk[0][0]).keypoints_3d, first)


def test_bad_input_is_refused_and_costs_no_memory(estimator, walk):
    live, other = LiveLifter(estimator), LiveLifter(estimator)
    for lifter in (live, other):
        lifter.lift(walk[0][0])
    with pytest.raises(InputError, match="nan"):
        live.lift(np.full((17, 2), np.nan))
    np.testing.assert_array_equal(
        live.lift(walk[0][1]).keypoints_3d, other.lift(walk[0][1]).keypoints_3d
    )


@pytest.mark.parametrize("frame_rate", [-1, 0, 5, 45, float("nan"), None, "30"])
def test_a_frame_rate_that_it_has_not_learned_is_refused(estimator, frame_rate):
    with pytest.raises(InputError, match=r"frame_rate must be at least 7\.5 and below 45"):
        LiveLifter(estimator, frame_rate)


def test_of_a_fast_camera_it_says_which_frames_to_give(estimator):
    with pytest.raises(InputError, match=r"Give every 4\. frame, and frame_rate=29\.97"):
        LiveLifter(estimator, 119.88)
