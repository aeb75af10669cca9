import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera, rotation, views
from posenet3d.models.lifter import Lifted
from posenet3d.training.cycle.lift_reproject_lift import (
    lift_reproject_lift,
    turn,
)

COUNT = 32


@pytest.fixture
def truth():
    """Poses of body size, of which every normalised 2D pose is the exact projection."""
    pose_3d = np.random.default_rng(0).normal(scale=0.6, size=(COUNT, 17, 3)).astype(np.float32)
    pose_3d -= pose_3d[:, :1]
    return tf.constant(pose_3d), views.uniform_views(COUNT, [0, 1], math.radians(20))


def lift_as(pose_3d):
    """A lifter that gives every pose these depths."""
    return lambda keypoints_2d: Lifted(pose_3d[..., 2], keypoints_2d)


def once_around(lift, keypoints_2d, *args, **kwargs):
    return lift_reproject_lift(lift, lift(keypoints_2d), *args, **kwargs)


def true_cycle(pose_3d, views_of, resize):
    """The cycle of a lifter that knows the depths of both poses."""
    turned_3d, _, _ = turn(pose_3d, views_of, resize)
    lifted = lift_as(pose_3d)(camera.project(pose_3d))
    return lift_reproject_lift(lift_as(turned_3d), lifted, views_of, resize)


@pytest.mark.parametrize("resize", [False, True])
def test_true_3d_passes_unchanged(truth, resize):
    pose_3d, views_of = truth
    cycle = true_cycle(pose_3d, views_of, resize)
    np.testing.assert_allclose(cycle.keypoints_3d, pose_3d, atol=1e-5)
    np.testing.assert_allclose(cycle.relifted_3d, cycle.turned_3d, atol=1e-4)
    np.testing.assert_allclose(cycle.returned_2d, camera.project(pose_3d), atol=1e-5)


def test_turned_pose_is_the_pose_seen_from_elsewhere(truth):
    pose_3d, views_of = truth
    turned_3d, synthetic_2d, size = turn(pose_3d, views_of)
    np.testing.assert_allclose(turned_3d, size * rotation.rotate(pose_3d, views_of), atol=1e-5)
    np.testing.assert_allclose(synthetic_2d, camera.project(turned_3d), atol=1e-6)
    _, _, unchanged = turn(pose_3d, views_of, resize=False)
    np.testing.assert_array_equal(unchanged, np.ones([COUNT, 1, 1]))


def test_what_the_lifter_makes_of_the_2d_pose_is_what_is_turned(truth):
    pose_3d, views_of = truth
    completed_2d = camera.project(pose_3d)
    lifted = Lifted(pose_3d[..., 2], completed_2d, elevation=tf.zeros([COUNT]))
    cycle = lift_reproject_lift(lift_as(pose_3d), lifted, views_of)
    assert cycle.lifted is lifted
    np.testing.assert_allclose(cycle.keypoints_3d, pose_3d, atol=1e-5)


def test_wrong_depth_does_not_pass(truth):
    pose_3d, views_of = truth
    cycle = once_around(lift_as(tf.zeros_like(pose_3d)), camera.project(pose_3d), views_of)
    assert np.abs(cycle.relifted_3d - cycle.turned_3d).mean() > 0.1


def test_resized_projections_are_normalised(truth):
    pose_3d, views_of = truth
    cycle = once_around(lift_as(pose_3d), camera.project(pose_3d), views_of)
    mean = np.linalg.norm(cycle.synthetic_2d, axis=-1).mean(axis=-1)
    np.testing.assert_allclose(mean * camera.DISTANCE, 1.0, atol=0.01)


@pytest.mark.parametrize(
    ("keypoints_2d", "depth"),
    [(0.0, 0.0), (0.1, 0.0), (0.1, -9.5), (0.1, 100.0), (1e4, 0.0)],
    ids=["coincident joints", "flat", "at the depth clamp", "far", "large"],
)
def test_gradients_are_finite(keypoints_2d, depth):
    rng = np.random.default_rng(1)
    pose_2d = tf.constant(rng.normal(size=(4, 17, 2)) * keypoints_2d, tf.float32)
    weight = tf.Variable(depth, dtype=tf.float32)
    views_of = views.uniform_views(4, [0, 1], 0.3)
    with tf.GradientTape() as tape:
        lift = lambda pose: Lifted(weight + pose[..., 0] * weight, pose)  # noqa: E731
        cycle = once_around(lift, pose_2d, views_of)
        parts = (cycle.turned_3d, cycle.synthetic_2d, cycle.relifted_3d, cycle.returned_2d)
        loss = tf.add_n([tf.reduce_sum(tf.square(part)) for part in parts])
    assert np.isfinite(loss)
    assert np.isfinite(tape.gradient(loss, weight))
