import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera, mirror
from posenet3d.models import LiftResult, self_check
from posenet3d.skeletons.skeleton import H36M_17

pytestmark = pytest.mark.eagerly

OTHERS = [joint for joint in range(17) if joint != H36M_17.root]


@pytest.fixture(scope="module")
def make_honest(make_completing):
    """Makes a small estimator that estimates its error."""
    return lambda **settings: make_completing(estimates_error=True, **settings)


def test_it_is_the_lifters_own_where_the_pose_is_lifted_and_nothing_for_the_root(
    make_honest, pixels, confidence
):
    confidence[5] = 0  # one is not lifted
    estimator = make_honest(average_mirrored=False)
    result = estimator.lift(pixels, confidence)
    assert result.expected_error.dtype == np.float32
    np.testing.assert_array_equal(np.isnan(result.expected_error).all(axis=1), ~result.lifted)
    np.testing.assert_array_equal(result.expected_error[result.lifted, H36M_17.root], 0.0)
    completed = camera.normalise(estimator.complete(pixels, confidence)[:5], 0).keypoints_2d
    expected = estimator.lifter(completed, tf.constant(confidence[:5])).expected_error
    np.testing.assert_allclose(result.expected_error[:5], expected, atol=1e-5)


def test_a_pose_in_a_mirror_has_the_same_with_sides_exchanged(make_honest, pixels):
    estimator = make_honest()
    expected = estimator.lift(pixels).expected_error
    mirrored = estimator.lift(mirror.mirror(pixels, H36M_17).numpy()).expected_error
    np.testing.assert_allclose(mirrored[:, H36M_17.mirror], expected, rtol=1e-3)
    assert np.abs(mirrored - expected).max() > 0.01
    alone = make_honest(average_mirrored=False).lift(pixels).expected_error
    assert np.abs(alone - expected).max() > 0.01


def test_with_a_height_it_is_in_mm_as_the_pose_is(make_honest, pixels):
    estimator = make_honest()
    heights = np.linspace(1500, 1900, len(pixels))
    plain, tall = estimator.lift(pixels), estimator.lift(pixels, height_mm=heights)
    mm_a_unit = np.linalg.norm(tall.keypoints_3d[:, 1], axis=1) / np.linalg.norm(
        plain.keypoints_3d[:, 1], axis=1
    )
    assert mm_a_unit.min() > 50
    np.testing.assert_allclose(
        tall.expected_error, plain.expected_error * mm_a_unit[:, None], rtol=1e-3
    )
    for result in (plain, tall):
        mean = result.expected_error[:, OTHERS].mean(axis=1)
        np.testing.assert_allclose(result.expected_error_mm, mean, rtol=1e-5)


def test_the_score_is_read_off_it_and_costs_no_further_lift(make_honest, pixels, monkeypatch):
    monkeypatch.setattr(self_check, "answers", None)
    result = make_honest().lift(pixels)
    mean = result.expected_error[:, OTHERS].mean(axis=1)
    np.testing.assert_allclose(result.score, 1.0 / (1.0 + mean / 0.1), rtol=1e-4)
    assert np.ptp(result.score) > 0.01


def test_without_a_score_it_is_the_same(make_honest, pixels, confidence):
    estimator = make_honest()
    result = estimator.lift(pixels, confidence, score=False)
    assert np.isnan(result.score).all()
    expected = estimator.lift(pixels, confidence).expected_error
    np.testing.assert_allclose(result.expected_error, expected, rtol=1e-4)


def test_a_lifter_that_does_not_estimate_it_gives_nan(make_completing, pixels):
    result = make_completing().lift(pixels)
    assert result.expected_error.shape == (len(pixels), 17)
    assert np.isnan(result.expected_error).all()
    assert np.isnan(result.expected_error_mm).all()
    assert not np.isnan(result.score).any()


def test_a_result_that_is_made_without_it_has_nan():
    result = LiftResult(
        np.zeros((2, 17, 3)), np.zeros((2, 17), bool), np.ones(2, bool), ("", ""),
        np.ones(2), np.zeros(2), "pose",
    )  # fmt: skip
    assert result.expected_error.shape == (2, 17)
    assert np.isnan(result.expected_error_mm).all()
