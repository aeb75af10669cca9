import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.skeletons.skeleton import H36M_17

pytestmark = pytest.mark.eagerly


class PoleLifter(Lifter):
    """Takes everything for an upright pole, seen by cameras of one elevation in degrees."""

    def __init__(self, looks_down, says=None):
        super().__init__(width=8, num_blocks=0, elevation=says)
        self.slope = np.tan(np.radians(looks_down)).astype(np.float32)

    def call(self, keypoints_2d, confidence=None, training=False):
        lifted = super().call(keypoints_2d, confidence, training)
        down = keypoints_2d[..., 1]
        depth = camera.DISTANCE * down * self.slope / (1.0 - down * self.slope)
        return lifted._replace(depth_offsets=depth)


def poles():
    """Five people of whom only the height of each joint can be seen."""
    keypoints_2d = np.full((5, 17, 2), 300.0)
    keypoints_2d[..., 1] = np.random.default_rng(0).uniform(0, 500, (5, 17))
    return keypoints_2d


def pole_scores(looks_down, says, elevation):
    lifter = PoleLifter(looks_down, says)
    estimator = PoseEstimator(lifter, H36M_17, elevation=elevation)
    if says is not None:
        lifter.elevation_head.kernel.assign(tf.zeros_like(lifter.elevation_head.kernel))
    return estimator.lift(poles()).score


@pytest.mark.parametrize(
    ("looks_down", "says", "elevation"), [(0, None, 0.0), (20, None, 20.0), (20, 20.0, 20.0)]
)
def test_score_of_a_lifter_that_agrees_with_itself_is_one(looks_down, says, elevation):
    np.testing.assert_allclose(pole_scores(looks_down, says, elevation), 1, atol=1e-3)


@pytest.mark.parametrize(
    ("looks_down", "says", "elevation"),
    [(0, None, 20.0), (20, None, 0.0), (20, 0.0, 20.0), (20, 20.0, 0.0)],
)
def test_score_is_of_views_from_the_lifters_own_elevation(looks_down, says, elevation):
    assert pole_scores(looks_down, says, elevation).max() < 0.9


def test_score_is_lower_the_more_random_the_depths(pixels, people):
    scores = []
    for size in (0.0, 0.3, 3.0):
        lifter = Lifter(width=64, num_blocks=0, normalisation="none")
        estimator = PoseEstimator(lifter, people.skeleton)
        kernel = np.random.default_rng(0).normal(scale=size, size=lifter.head.kernel.shape)
        lifter.head.kernel.assign(kernel)
        scores.append(estimator.lift(np.concatenate([poles(), pixels])).score)
        assert ((scores[-1] > 0) & (scores[-1] <= 1)).all()
    flat, rough, random = (score[:5] for score in scores)
    np.testing.assert_allclose(flat, 1, atol=1e-3)
    assert (rough < 0.95).all()
    assert (random < 0.6 * rough).all()
    assert scores[2].max() < 0.5


def test_without_score_it_is_nan_and_all_else_the_same(make_completing, pixels, confidence):
    confidence[5] = 0  # one is not lifted
    estimator = make_completing()
    scored = estimator.lift(pixels, confidence, height_mm=1700)
    result = estimator.lift(pixels, confidence, height_mm=1700, score=False)
    assert np.isnan(result.score).all()
    np.testing.assert_array_equal(np.isnan(scored.score), ~scored.lifted)
    np.testing.assert_allclose(result.keypoints_3d, scored.keypoints_3d, atol=1e-2)  # mm
    np.testing.assert_allclose(result.elevation, scored.elevation, atol=1e-4)
    np.testing.assert_array_equal(result.filled, scored.filled)
    assert result.problems == scored.problems


def test_elevation_is_in_degrees(make_completing, pixels, confidence):
    confidence[5] = 0  # one is not lifted
    estimator = make_completing(average_mirrored=False)
    elevation = estimator.lift(pixels, confidence).elevation
    assert elevation.dtype == np.float32
    np.testing.assert_array_equal(np.isnan(elevation), np.arange(10) == 5)
    completed = camera.normalise(estimator.complete(pixels, confidence)[:5], 0).keypoints_2d
    expected = estimator.lifter(completed, tf.constant(confidence[:5])).elevation
    np.testing.assert_allclose(elevation[:5], np.degrees(expected), atol=1e-3)
    head = estimator.lifter.elevation_head
    head.kernel.assign(tf.zeros_like(head.kernel))
    np.testing.assert_allclose(estimator.lift(pixels).elevation, 8.0, rtol=1e-5)


def test_no_elevation_from_a_lifter_that_estimates_none(make_estimator, pixels):
    assert np.isnan(make_estimator(elevation=15.0).lift(pixels).elevation).all()


def test_average_of_turned_copies_lies_between_the_pose_and_what_they_say(pixels, people):
    def lift(share):
        lifter = Lifter(width=16, num_blocks=0, normalisation="none")
        estimator = PoseEstimator(lifter, people.skeleton, average_turned=share)
        kernel = np.random.default_rng(0).normal(scale=0.3, size=lifter.head.kernel.shape)
        lifter.head.kernel.assign(kernel)
        dense = lifter.trunk.widen.dense
        dense.kernel.assign(np.random.default_rng(1).normal(scale=0.1, size=dense.kernel.shape))
        return estimator.lift(pixels, score=False).keypoints_3d

    none, half, all_of_it = lift(0.0), lift(0.5), lift(1.0)
    assert np.abs(all_of_it - none).max() > 0.1
    np.testing.assert_allclose(half, (none + all_of_it) / 2, atol=1e-4)


def test_average_of_turned_copies_leaves_a_lifter_that_agrees_with_itself():
    keypoints_3d = [
        PoseEstimator(PoleLifter(0), H36M_17, average_turned=share).lift(poles()).keypoints_3d
        for share in (0.0, 1.0)
    ]
    np.testing.assert_allclose(*keypoints_3d, atol=0.01)
