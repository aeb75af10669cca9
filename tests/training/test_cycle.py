import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera, rotation, views
from posenet3d.training.cycle import lift_reproject_lift

COUNT = 32


@pytest.fixture
def truth():
    """Poses of body size, of which every normalised 2D pose is the exact projection."""
    pose_3d = np.random.default_rng(0).normal(scale=0.6, size=(COUNT, 17, 3)).astype(np.float32)
    pose_3d -= pose_3d[:, :1]
    return tf.constant(pose_3d), views.uniform_views(COUNT, [0, 1], math.radians(20))


class Oracle:
    """A lifter that knows the depths of the pose that is projected."""

    def __init__(self, *poses_3d):
        self.poses_3d = list(poses_3d)

    def __call__(self, keypoints_2d):
        return self.poses_3d.pop(0)[..., 2]


def test_true_3d_passes_unchanged(truth):
    pose_3d, turn = truth
    keypoints_2d = camera.project(pose_3d)
    oracle = Oracle(pose_3d, rotation.rotate(pose_3d, turn))
    cycle = lift_reproject_lift(oracle, keypoints_2d, turn, resize=False)
    np.testing.assert_allclose(cycle.keypoints_3d, pose_3d, atol=1e-5)
    np.testing.assert_allclose(cycle.relifted_3d, cycle.turned_3d, atol=1e-5)
    np.testing.assert_allclose(cycle.returned_2d, keypoints_2d, atol=1e-6)


def test_true_3d_passes_unchanged_when_resized(truth):
    pose_3d, turn = truth
    keypoints_2d = camera.project(pose_3d)
    size = np.linalg.norm(
        lift_reproject_lift(Oracle(pose_3d, pose_3d), keypoints_2d, turn).turned_3d, axis=(1, 2)
    ) / np.linalg.norm(pose_3d, axis=(1, 2))
    resized = rotation.rotate(pose_3d, turn) * size[:, None, None]
    cycle = lift_reproject_lift(Oracle(pose_3d, resized), keypoints_2d, turn)
    np.testing.assert_allclose(cycle.relifted_3d, cycle.turned_3d, atol=1e-4)
    np.testing.assert_allclose(cycle.returned_2d, keypoints_2d, atol=1e-5)


def test_wrong_depth_does_not_pass(truth):
    pose_3d, turn = truth
    cycle = lift_reproject_lift(
        lambda keypoints_2d: tf.zeros(keypoints_2d.shape[:2]), camera.project(pose_3d), turn
    )
    assert np.abs(cycle.relifted_3d - cycle.turned_3d).mean() > 0.1


def test_resized_projections_are_normalised(truth):
    pose_3d, turn = truth
    cycle = lift_reproject_lift(Oracle(pose_3d, pose_3d), camera.project(pose_3d), turn)
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
    turn = views.uniform_views(4, [0, 1], 0.3)
    with tf.GradientTape() as tape:
        cycle = lift_reproject_lift(lambda pose: weight + pose[..., 0] * weight, pose_2d, turn)
        loss = tf.add_n([tf.reduce_sum(tf.square(part)) for part in cycle])
    assert np.isfinite(loss)
    assert np.isfinite(tape.gradient(loss, weight))
