"""The losses of what comes around the cycle."""

import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera, mirror, views
from posenet3d.models.lifter import Lifted
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.cycle import losses
from posenet3d.training.cycle.lift_reproject_lift import lift_reproject_lift, turn

COUNT = 32


@pytest.fixture(scope="module")
def pose_3d(poses):
    """True 3D in units of the pose's size."""
    points = poses.keypoints_3d[:: len(poses) // COUNT][:COUNT]
    size = np.linalg.norm(points[..., :2], axis=-1).mean(axis=-1)
    return tf.constant(points / size[:, None, None])


@pytest.fixture(scope="module")
def views_of():
    return views.uniform_views(COUNT, [0, 1], math.radians(20))


def cycle_of(lifted_3d, relifted_3d, views_of, **outputs):
    """The cycle of a lifter that gives these depths."""

    def lift(keypoints_2d):
        return Lifted(relifted_3d[..., 2], keypoints_2d, **outputs)

    lifted = Lifted(lifted_3d[..., 2], camera.project(lifted_3d), **outputs)
    return lift_reproject_lift(lift, lifted, views_of)


@pytest.fixture(scope="module")
def true_cycle(pose_3d, views_of):
    return cycle_of(pose_3d, turn(pose_3d, views_of)[0], views_of)


def consistency(cycle, pose_3d, views_of):
    """The three losses that true 3D passes."""
    three = (
        losses.squared_error(cycle.returned_2d, camera.project(pose_3d)),
        losses.squared_error(cycle.relifted_3d, cycle.turned_3d),
        losses.deformation(cycle.keypoints_3d, cycle.turned_3d, cycle.relifted_3d, views_of),
    )
    return [float(value) for value in three]


def test_true_3d_passes_every_consistency(true_cycle, pose_3d, views_of):
    assert max(consistency(true_cycle, pose_3d, views_of)) < 1e-6


def test_flat_poses_pass_none(pose_3d, views_of):
    flat = pose_3d * [1.0, 1.0, 0.0]
    consistency_2d, consistency_3d, deformation = consistency(
        cycle_of(flat, flat, views_of), pose_3d, views_of
    )
    assert consistency_2d > 1e-3
    assert consistency_3d > 1.0
    assert deformation > 1.0


def test_an_error_that_all_poses_share_is_no_deformation(pose_3d, views_of):
    """Deformation is of differences: adding one and the same pose to all does not change them."""
    turned_3d, _, _ = turn(pose_3d, views_of)
    cycle = cycle_of(pose_3d, turned_3d, views_of)
    size = tf.norm(cycle.turned_3d, axis=[1, 2]) / tf.norm(cycle.keypoints_3d, axis=[1, 2])
    shared = tf.random.stateless_normal([1, 17, 3], [0, 1])
    spoiled = cycle.relifted_3d + size[:, None, None] * (shared @ tf.transpose(views_of, [0, 2, 1]))
    _, consistency_3d, deformation = consistency(
        cycle._replace(relifted_3d=spoiled), pose_3d, views_of
    )
    assert consistency_3d > 1.0
    assert deformation < 1e-6


def test_a_lifter_that_completes_is_held_to_the_whole_poses(true_cycle, pose_3d):
    def completion(cycle):
        whole_2d = camera.project(pose_3d), cycle.synthetic_2d
        return float(losses.completion(cycle.lifted, whole_2d[0], cycle.relifted, whole_2d[1]))

    assert completion(true_cycle) < 1e-10
    wrong_2d = mirror.mirror(true_cycle.lifted.keypoints_2d, H36M_17)
    for part in ("lifted", "relifted"):
        lifted = getattr(true_cycle, part)._replace(keypoints_2d=wrong_2d)
        assert completion(true_cycle._replace(**{part: lifted})) > 0.01
