import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.sequences import estimator as module
from tests.sequences.small_estimators import NO_SEQUENCES


def test_before_training_it_lifts_each_frame_as_the_lifter_it_starts_from(untrained, alone, walk):
    poses_2d = walk[0]
    together, each = untrained.lift_sequence(poses_2d), alone.lift(poses_2d)
    for name in ("keypoints_3d", "expected_error", "score", "elevation"):
        # What is missing would have a little confidence, which the filter gives from the start.
        np.testing.assert_allclose(getattr(together, name), getattr(each, name), atol=1e-4)


def test_a_frame_is_told_by_those_around_it_as_far_as_it_reaches(estimator, walk):
    poses_2d, reach = walk[0], estimator.lifter.reach
    before = estimator.lift_sequence(poses_2d).keypoints_3d
    moved = poses_2d.copy()
    moved[30] = poses_2d[5]
    after = estimator.lift_sequence(moved).keypoints_3d
    changed = np.flatnonzero((np.abs(after - before) > 1e-6).any(axis=(1, 2)))
    assert 29 in changed
    assert 31 in changed
    assert np.abs(changed - 30).max() <= reach


def test_a_causal_frame_sees_none_after_it(estimator, walk):
    poses_2d, confidence = walk
    whole = estimator.lift_sequence(poses_2d, confidence, causal=True)
    part = estimator.lift_sequence(poses_2d[:30], confidence[:30], causal=True)
    np.testing.assert_allclose(whole.keypoints_3d[:30], part.keypoints_3d, atol=1e-5)
    ahead = estimator.lift_sequence(poses_2d, confidence)
    assert np.nanmax(np.abs(whole.keypoints_3d - ahead.keypoints_3d)) > 1e-3


def test_frames_without_the_person_are_not_lifted_and_cost_the_others_nothing(estimator, walk):
    result = estimator.lift_sequence(*walk)
    assert np.flatnonzero(~result.lifted).tolist() == [20, 21]
    assert result.problems[20] == "only 0 of 17 joints are present, 9 are needed"
    assert np.isfinite(result.keypoints_3d[result.lifted]).all()
    assert np.isnan(result.keypoints_3d[20:22]).all()
    assert np.isnan(result.score[20:22]).all()
    np.testing.assert_array_equal(result.filled, (walk[1] == 0) & result.lifted[:, None])


def test_of_a_fast_recording_every_second_frame_is_a_sequence(estimator, walk):
    poses_2d, confidence = walk
    fast = estimator.lift_sequence(poses_2d, confidence, frame_rate=60).keypoints_3d
    half = estimator.lift_sequence(poses_2d[1::2], confidence[1::2], frame_rate=30).keypoints_3d
    np.testing.assert_allclose(fast[1::2], half, atol=1e-5)


def test_an_odd_number_of_frames_of_a_fast_recording_keeps_its_order(estimator, walk):
    poses_2d = walk[0][:37]
    fast = estimator.lift_sequence(poses_2d, frame_rate=90).keypoints_3d
    for phase in range(3):
        third = estimator.lift_sequence(poses_2d[phase::3], frame_rate=30).keypoints_3d
        np.testing.assert_allclose(fast[phase::3], third, atol=1e-5)


def test_frames_of_a_very_slow_recording_are_lifted_alone(estimator, walk):
    poses_2d = walk[0]
    slow = estimator.lift_sequence(poses_2d, frame_rate=2.0).keypoints_3d
    each = [estimator.lift_sequence(pose[None], frame_rate=2.0).keypoints_3d for pose in poses_2d]
    np.testing.assert_allclose(slow, np.concatenate(each), atol=1e-5)


def test_the_frame_rate_counts(estimator, walk):
    slow = estimator.lift_sequence(walk[0], frame_rate=10).keypoints_3d
    assert np.abs(estimator.lift_sequence(walk[0]).keypoints_3d - slow).max() > 1e-4


@pytest.mark.parametrize("frame_rate", [30, 60, 75, 120])
def test_long_sequences_are_lifted_in_chunks_without_a_seam(
    estimator, walk, monkeypatch, frame_rate
):
    whole = estimator.lift_sequence(*walk, frame_rate=frame_rate).keypoints_3d
    monkeypatch.setattr(module, "_CHUNK", 7)
    chunks = estimator.lift_sequence(*walk, frame_rate=frame_rate).keypoints_3d
    np.testing.assert_allclose(chunks, whole, atol=1e-5)


@pytest.mark.parametrize(("scale", "shift"), [(0.01, 0.0), (50.0, 1000.0)])
def test_the_place_in_the_image_and_the_size_do_not_matter(estimator, walk, scale, shift):
    poses_2d, confidence = walk
    usual = estimator.lift_sequence(poses_2d, confidence).keypoints_3d
    other = estimator.lift_sequence(scale * poses_2d + shift, confidence).keypoints_3d
    np.testing.assert_allclose(other, usual, atol=2e-3)


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_any_number_of_frames_can_be_lifted(estimator, walk, frames):
    result = estimator.lift_sequence(walk[0][:frames], height_mm=1700)
    assert result.keypoints_3d.shape == (frames, 17, 3)
    assert result.unit == "mm"
    assert np.isfinite(result.keypoints_3d).all()


def test_somebody_of_given_height_has_it_in_mm(estimator, walk):
    units = estimator.lift_sequence(walk[0])
    mm = estimator.lift_sequence(walk[0], height_mm=1700)
    factors = mm.keypoints_3d[:, 1:] / units.keypoints_3d[:, 1:]
    assert (np.ptp(factors, axis=(1, 2)) < 0.05 * factors.mean()).all()


@pytest.mark.parametrize(("changes", "message"), NO_SEQUENCES)
def test_what_is_no_sequence_is_refused(estimator, walk, changes, message):
    with pytest.raises(InputError, match=message):
        estimator.lift_sequence(**({"keypoints_2d": walk[0][:5]} | changes))
