import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import bones, rotation
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.cycle import losses

POSES = np.random.default_rng(0).normal(size=(5, 17, 3)).astype(np.float32)


def test_squared_error_sums_joints_and_averages_poses():
    error = losses.squared_error(tf.constant([[[0.0, 3.0]], [[0.0, 0.0]]]), tf.zeros([2, 1, 2]))
    assert error == 4.5


def test_bone_ratio_loss_is_zero_for_the_body_itself_at_any_size():
    ratios = bones.bone_ratios(POSES[:1], H36M_17)[0]
    np.testing.assert_allclose(
        losses.bone_ratio_loss(7.0 * POSES[:1], ratios, H36M_17), 0.0, atol=1e-10
    )
    assert losses.bone_ratio_loss(POSES[1:], ratios, H36M_17) > 0.1


def test_bone_ratios_may_differ_from_pose_to_pose():
    ratios = bones.bone_ratios(POSES, H36M_17)
    np.testing.assert_allclose(losses.bone_ratio_loss(POSES, ratios, H36M_17), 0.0, atol=1e-10)
    assert losses.bone_ratio_loss(POSES, tf.roll(ratios, 1, axis=0), H36M_17) > 0.1


def test_one_body_in_another_position_has_no_same_body_loss():
    turned = 3.0 * rotation.rotate(POSES, rotation.about_y(tf.fill([5], 1.0)))
    np.testing.assert_allclose(losses.same_body_loss(POSES, turned, H36M_17), 0.0, atol=1e-8)


def test_same_body_loss_is_that_of_bone_ratios():
    ratios = bones.bone_ratios(POSES, H36M_17)
    expected = losses.bone_ratio_loss(POSES[::-1], ratios, H36M_17)
    loss = losses.same_body_loss(POSES, POSES[::-1], H36M_17)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)
    assert loss > 0.1


def test_bone_ratio_loss_has_finite_gradients_for_coincident_joints():
    poses = tf.zeros([2, 17, 3])
    with tf.GradientTape() as tape:
        tape.watch(poses)
        loss = losses.bone_ratio_loss(poses, tf.ones([16]), H36M_17)
    assert np.isfinite(tape.gradient(loss, poses)).all()


@pytest.mark.parametrize("kind", losses.ADVERSARIAL_LOSSES)
def test_each_side_gains_by_its_own_aim(kind):
    loss = losses.ADVERSARIAL_LOSSES[kind]
    low, high = tf.fill([4], -0.9), tf.fill([4], 0.9)
    assert loss.generator(high) < loss.generator(low)
    assert loss.discriminator(high, low) < loss.discriminator(low, high)


@pytest.mark.parametrize(
    ("kind", "generator", "discriminator"),
    [
        ("log", -np.log(2), 2 * np.log(2)),
        ("softplus", np.log(2), 2 * np.log(2)),
        ("least_squares", 1.0, 1.0),
        ("wgan_gp", 0.0, 0.0),
    ],
)
def test_losses_at_logit_zero(kind, generator, discriminator):
    loss, logits = losses.ADVERSARIAL_LOSSES[kind], tf.zeros([3])
    np.testing.assert_allclose(loss.generator(logits), generator, rtol=1e-6)
    np.testing.assert_allclose(loss.discriminator(logits, logits), discriminator, rtol=1e-6)


@pytest.mark.parametrize(("slope", "penalty"), [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_gradient_penalty_of_a_linear_judge(slope, penalty):
    direction = tf.constant(POSES[0, :, :2] / np.linalg.norm(POSES[0, :, :2]))
    judge = lambda poses: slope * tf.reduce_sum(poses * direction, axis=[1, 2])  # noqa: E731
    value = losses.gradient_penalty(judge, POSES[:, :, :2], -POSES[:, :, :2], [1, 2])
    np.testing.assert_allclose(value, penalty, atol=1e-4)


def test_gradient_penalty_takes_as_many_poses_as_there_are_of_both():
    judge = lambda poses: 2.0 * poses[:, 1, 0]  # noqa: E731
    value = losses.gradient_penalty(judge, POSES[:2, :, :2], POSES[:, :, :2], [1, 2])
    np.testing.assert_allclose(value, 1.0, rtol=1e-5)
