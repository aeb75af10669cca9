import numpy as np
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
        losses.bone_ratios(7.0 * POSES[:1], ratios, H36M_17), 0.0, atol=1e-10
    )
    assert losses.bone_ratios(POSES[1:], ratios, H36M_17) > 0.1


def test_bone_ratios_may_differ_from_pose_to_pose():
    ratios = bones.bone_ratios(POSES, H36M_17)
    np.testing.assert_allclose(losses.bone_ratios(POSES, ratios, H36M_17), 0.0, atol=1e-10)
    assert losses.bone_ratios(POSES, tf.roll(ratios, 1, axis=0), H36M_17) > 0.1


def test_one_body_in_another_position_has_no_same_body():
    turned = 3.0 * rotation.rotate(POSES, rotation.about_y(tf.fill([5], 1.0)))
    np.testing.assert_allclose(losses.same_body(POSES, turned, H36M_17), 0.0, atol=1e-8)


def test_same_body_loss_is_that_of_bone_ratios():
    ratios = bones.bone_ratios(POSES, H36M_17)
    expected = losses.bone_ratios(POSES[::-1], ratios, H36M_17)
    loss = losses.same_body(POSES, POSES[::-1], H36M_17)
    np.testing.assert_allclose(loss, expected, rtol=1e-6)
    assert loss > 0.1


def test_bone_ratio_loss_has_finite_gradients_for_coincident_joints():
    poses = tf.zeros([2, 17, 3])
    with tf.GradientTape() as tape:
        tape.watch(poses)
        loss = losses.bone_ratios(poses, tf.ones([16]), H36M_17)
    assert np.isfinite(tape.gradient(loss, poses)).all()


def test_poses_without_a_second_frame_come_last_and_have_no_same_body_loss():
    """Those of source_data."""
    np.testing.assert_allclose(losses.same_body(POSES, POSES[:2], H36M_17), 0.0, atol=1e-8)


def test_elevation_is_compared_in_squared_radians():
    np.testing.assert_allclose(losses.elevation(tf.fill([5], 0.3), tf.fill([5], 0.1)), 0.04, 1e-5)


def test_likelihood_is_the_mean_over_the_new_views():
    flow = lambda poses_2d: tf.range(float(len(poses_2d)))  # noqa: E731
    np.testing.assert_allclose(losses.likelihood(flow(POSES[..., :2])), 2.0)
