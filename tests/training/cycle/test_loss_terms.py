import dataclasses
import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import bones, camera, mirror, views
from posenet3d.models.lifter import Lifted
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import LossConfig
from posenet3d.training.cycle import loss_terms
from posenet3d.training.cycle.batch import Batch
from posenet3d.training.cycle.lift_reproject_lift import (
    lift_reproject_lift,
    turn,
)

COUNT = 32
ALL = LossConfig(deformation=2.0, same_body=3.0, flow=4.0, elevation=5.0, completion=6.0)


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
def batch(pose_3d):
    keypoints_2d = camera.project(pose_3d)
    return Batch(keypoints_2d, keypoints_2d, tf.zeros([COUNT], tf.int32))


@pytest.fixture(scope="module")
def true_cycle(pose_3d, views_of):
    return cycle_of(pose_3d, turn(pose_3d, views_of)[0], views_of)


def values(named):
    return {name: float(value) for name, (_, value) in named.items()}


def test_true_3d_passes_every_consistency(true_cycle, batch, views_of):
    found = values(loss_terms.consistency_terms(true_cycle, batch, views_of, ALL))
    assert set(found) == {"consistency_2d", "consistency_3d", "deformation"}
    assert max(found.values()) < 1e-6


def test_flat_poses_pass_none(pose_3d, batch, views_of):
    flat = pose_3d * [1.0, 1.0, 0.0]
    found = values(
        loss_terms.consistency_terms(cycle_of(flat, flat, views_of), batch, views_of, ALL)
    )
    assert found["consistency_2d"] > 1e-3
    assert found["consistency_3d"] > 1.0
    assert found["deformation"] > 1.0


def test_an_error_that_all_poses_share_is_no_deformation(pose_3d, batch, views_of):
    """Deformation is of differences: adding one and the same pose to all does not change them."""
    turned_3d, _, _ = turn(pose_3d, views_of)
    cycle = cycle_of(pose_3d, turned_3d, views_of)
    size = tf.norm(cycle.turned_3d, axis=[1, 2]) / tf.norm(cycle.keypoints_3d, axis=[1, 2])
    shared = tf.random.stateless_normal([1, 17, 3], [0, 1])
    spoiled = cycle.relifted_3d + size[:, None, None] * (shared @ tf.transpose(views_of, [0, 2, 1]))
    found = values(
        loss_terms.consistency_terms(cycle._replace(relifted_3d=spoiled), batch, views_of, ALL)
    )
    assert found["consistency_3d"] > 1.0
    assert found["deformation"] < 1e-6


@pytest.mark.parametrize("name", ["consistency_2d", "consistency_3d", "deformation"])
def test_consistency_of_weight_zero_is_left_out(true_cycle, batch, views_of, name):
    weight = dataclasses.replace(ALL, **{name: 0.0})
    found = loss_terms.consistency_terms(true_cycle, batch, views_of, weight)
    assert set(found) == {"consistency_2d", "consistency_3d", "deformation"} - {name}


def test_terms_have_the_weights_of_the_settings(true_cycle, batch, views_of):
    found = loss_terms.consistency_terms(true_cycle, batch, views_of, ALL)
    assert {name: weight for name, (weight, _) in found.items()} == {
        "consistency_2d": 1000.0, "consistency_3d": 1.0, "deformation": 2.0,
    }  # fmt: skip


def test_a_body_is_its_own(pose_3d):
    ratios = bones.bone_ratios(pose_3d, H36M_17)
    found = loss_terms.body_terms(pose_3d, 2.0 * pose_3d, ratios, 7.0, ALL, H36M_17)
    assert {name: weight for name, (weight, _) in found.items()} == {"bone": 7.0, "same_body": 3.0}
    np.testing.assert_allclose(list(values(found).values()), 0.0, atol=1e-8)


def test_flat_bodies_are_not_themselves(pose_3d):
    flat = pose_3d * [1.0, 1.0, 0.0]
    ratios = bones.bone_ratios(pose_3d, H36M_17)
    found = values(loss_terms.body_terms(flat, tf.roll(flat, 1, axis=0), ratios, 1.0, ALL, H36M_17))
    assert min(found.values()) > 0.1


def test_poses_without_a_second_frame_come_last_and_have_no_same_body_loss(pose_3d):
    """Those of source_data."""
    found = loss_terms.body_terms(pose_3d, pose_3d[:5], tf.ones([16]), 1.0, ALL, H36M_17)
    np.testing.assert_allclose(found["same_body"][1], 0.0, atol=1e-8)


def test_bodies_of_weight_zero_are_left_out(pose_3d):
    weight = dataclasses.replace(ALL, bone=0.0)
    assert loss_terms.body_terms(pose_3d, None, None, 0.0, weight, H36M_17) == {}


def test_elevation_is_compared_with_that_of_the_new_view(pose_3d, batch, views_of):
    cycle = cycle_of(pose_3d, pose_3d, views_of, elevation=tf.fill([COUNT], 0.3))
    found = loss_terms.output_terms(cycle, batch, tf.fill([COUNT], 0.1), ALL, completes=False)
    assert set(found) == {"elevation"}
    np.testing.assert_allclose(found["elevation"], (5.0, 0.04), rtol=1e-5)


def test_a_lifter_that_completes_is_held_to_the_whole_poses(true_cycle, batch):
    right = loss_terms.output_terms(true_cycle, batch, None, ALL, completes=True)
    assert set(right) == {"completion"}
    np.testing.assert_allclose(right["completion"], (6.0, 0.0), atol=1e-10)
    wrong_2d = mirror.mirror(true_cycle.lifted.keypoints_2d, H36M_17)
    for part in ("lifted", "relifted"):
        lifted = getattr(true_cycle, part)._replace(keypoints_2d=wrong_2d)
        wrong = loss_terms.output_terms(
            true_cycle._replace(**{part: lifted}), batch, None, ALL, True
        )
        assert wrong["completion"][1] > 0.01


@pytest.mark.parametrize("name", ["elevation", "completion"])
def test_outputs_of_weight_zero_are_left_out(pose_3d, batch, views_of, name):
    cycle = cycle_of(pose_3d, pose_3d, views_of, elevation=tf.zeros([COUNT]))
    weight = dataclasses.replace(ALL, **{name: 0.0})
    found = loss_terms.output_terms(cycle, batch, tf.zeros([COUNT]), weight, completes=True)
    assert set(found) == {"elevation", "completion"} - {name}


def test_likelihood_is_the_mean_over_the_new_views(batch):
    flow = lambda poses_2d: tf.range(float(len(poses_2d)))  # noqa: E731
    found = loss_terms.likelihood_term(batch.keypoints_2d, flow, ALL)
    assert set(found) == {"flow"}
    np.testing.assert_allclose(found["flow"], (4.0, (COUNT - 1) / 2))
    assert loss_terms.likelihood_term(batch.keypoints_2d, None, ALL) == {}
