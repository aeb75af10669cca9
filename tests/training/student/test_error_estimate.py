import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import rotation
from posenet3d.training.student.error_estimate import (
    aligned_distance,
    error_loss,
    likely_distance,
)

ROOT = 2


@pytest.fixture(scope="module")
def poses_3d():
    """Two hundred poses of five joints, and what a lifter might say of them."""
    rng = np.random.default_rng(0)
    true = rng.normal(size=(200, 5, 3)).astype(np.float32)
    noise = rng.normal(size=true.shape) * [[0.1], [0.2], [0.0], [0.3], [0.4]]
    return tf.constant(true), tf.constant((true + noise).astype(np.float32))


def test_it_is_least_where_each_joints_mean_distance_is_expected(poses_3d):
    true, predicted = poses_3d
    distance = aligned_distance(predicted, true)
    mean = tf.reduce_mean(distance, axis=0)

    def loss(factor):
        return float(error_loss(tf.tile(factor * mean[None], [200, 1]), distance, ROOT))

    best = loss(tf.ones(5))
    for joint in range(5):
        for wrong in (0.8, 1.25):
            worse = loss(tf.where(tf.one_hot(joint, 5) > 0, wrong, 1.0))
            assert worse > best or (joint == ROOT and worse == best)


def test_size_place_and_direction_of_the_truth_do_not_matter(poses_3d):
    true, predicted = poses_3d
    moved = 7.0 * rotation.rotate(true, rotation.about_x(0.4)) + 3.0
    distance = aligned_distance(predicted, true)
    np.testing.assert_allclose(aligned_distance(predicted, moved), distance, atol=1e-4)
    np.testing.assert_allclose(aligned_distance(2.0 * predicted, true), 2.0 * distance, atol=1e-4)
    mirrored = true * [-1.0, 1.0, 1.0]
    assert np.mean(aligned_distance(predicted, mirrored)) > 2.0 * np.mean(distance)


def test_only_what_is_expected_has_a_gradient_and_it_is_finite(poses_3d):
    true, predicted = poses_3d
    expected = tf.stack([tf.zeros(5), tf.fill([5], 1e-4), tf.ones(5)])
    for said in (predicted[:3], true[:3], tf.zeros([3, 5, 3])):
        with tf.GradientTape() as tape:
            tape.watch([expected, said, true])
            loss = error_loss(expected, aligned_distance(said, true[:3]), ROOT)
        gradients = tape.gradient(loss, [expected, said, true])
        assert gradients[1:] == [None, None]
        assert np.isfinite(loss)
        assert np.isfinite(gradients[0]).all()


def test_lessons_count_as_many_times_as_poses_say_whose_truth_is_known():
    from_lesson = tf.constant([[0.1, 0.3], [0.2, 0.2], [0.1, 0.5], [9.0, 9.0]])
    from_truth = tf.constant([[0.3, 0.7], [0.5, 0.5], [0.0, 0.0], [0.0, 0.0]])
    known, counts = tf.constant([1.0, 1.0, 0.0, 1.0]), tf.constant([1.0, 1.0, 1.0, 0.0])
    likely = likely_distance(from_lesson, from_truth, known, counts).numpy()
    np.testing.assert_array_equal(likely[[0, 1, 3]], from_truth.numpy()[[0, 1, 3]])
    np.testing.assert_allclose(likely[2], [0.25, 1.25], rtol=1e-6)  # 2.0 / 0.8 times


@pytest.mark.parametrize(("truth", "known", "times"), [(0.05, 1, 1), (100.0, 1, 5), (9.0, 0, 1)])
def test_lessons_count_once_at_least_and_never_without_bound(truth, known, times):
    """Few known poses, or none, in a step."""
    ones = tf.ones([2, 3])
    likely = likely_distance(ones, truth * ones, tf.constant([float(known), 0.0]), tf.ones(2))
    np.testing.assert_allclose(likely[1], times)
