import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models import Lifter
from posenet3d.models.lifter import unproject
from posenet3d.models.weights import named_weights

WRIST = 13


@pytest.fixture(scope="module")
def confidence():
    """Of eight poses every joint's, between 0.3 and 1; the wrist of the odd ones is missing."""
    confidence = np.random.default_rng(1).uniform(0.3, 1, (8, 17)).astype(np.float32)
    confidence[1::2, WRIST] = 0
    return tf.constant(confidence)


def strong(**settings):
    """A lifter whose outputs are far from what they begin with."""
    keras.utils.set_random_seed(0)
    lifter = Lifter(**{"width": 32, "num_blocks": 1, "normalisation": "none"} | settings)
    lifter.build()
    for head in (lifter.head, lifter.correction_head, lifter.elevation_head, lifter.error_head):
        if head is not None:
            head.kernel.assign(20.0 * head.kernel)
    return lifter


@pytest.mark.parametrize("normalisation", ["none", "batch", "layer"])
def test_keeps_the_guarantees(keeps, normalised_2d, normalisation):
    keeps(
        lambda: Lifter(width=16, num_blocks=2, normalisation=normalisation, activation="silu"),
        normalised_2d,
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"completes": True},
        {"elevation": 8.0},
        {"estimates_error": True},
        {"completes": True, "elevation": -5.0, "estimates_error": True},
    ],
)
def test_keeps_the_guarantees_with_further_outputs(keeps, normalised_2d, confidence, settings):
    keeps(lambda: Lifter(width=16, num_blocks=1, **settings), normalised_2d, confidence)


def test_size_is_the_papers():
    lifter = Lifter()
    lifter.build()
    units = 34 * 1024 + 1024 + 8 * (1024 * 1024 + 1024)
    batch_norm, head = 9 * 4 * 1024, 1024 * 17 + 17
    assert lifter.count_params() == units + batch_norm + head == 8_486_929


@pytest.mark.parametrize("root", [0, 16])
def test_root_has_depth_zero(normalised_2d, root):
    keras.utils.set_random_seed(0)
    depth_offsets = Lifter(root=root, width=8, num_blocks=1)(normalised_2d).depth_offsets.numpy()
    assert depth_offsets.shape == (8, 17)
    np.testing.assert_array_equal(depth_offsets[:, root], 0)
    # A pose for which all of the few features are cut off has no depth at all.
    assert np.abs(np.delete(depth_offsets, root, axis=1)).max(axis=0).min() > 0


def test_training_starts_near_the_flat_pose(normalised_2d):
    keras.utils.set_random_seed(0)
    depth_offsets = Lifter()(normalised_2d).depth_offsets
    assert np.abs(depth_offsets).max() < 0.5 * (camera.DISTANCE - camera.MIN_DEPTH)


@pytest.mark.parametrize("settings", [{"normalisation": "batch"}, {"dropout": 0.5}])
def test_training_flag_reaches_the_layers(normalised_2d, settings):
    lifter = Lifter(width=16, num_blocks=1, **{"normalisation": "none"} | settings)
    still = lifter(normalised_2d).depth_offsets
    assert np.abs(lifter(normalised_2d, training=True).depth_offsets - still).max() > 1e-4


def test_plain_lifter_lifts_the_2d_pose_as_it_is(normalised_2d):
    lifted = strong()(normalised_2d)
    np.testing.assert_array_equal(lifted.keypoints_2d, normalised_2d)
    assert lifted.elevation is None
    assert lifted.expected_error is None
    np.testing.assert_allclose(camera.project(unproject(lifted)), normalised_2d, atol=1e-6)


@pytest.mark.parametrize("completes", [False, True])
def test_confidence_matters_to_a_lifter_that_completes_alone(normalised_2d, confidence, completes):
    lifter = strong(completes=completes)
    rated, unrated = lifter(normalised_2d, confidence), lifter(normalised_2d)
    for one, other in zip(rated[:2], unrated[:2], strict=True):
        assert (np.abs(one - other).max() > 1e-3) == completes


def test_without_confidence_every_joint_is_certain(normalised_2d):
    lifter = strong(completes=True)
    certain = lifter(normalised_2d, tf.ones((8, 17)))
    for one, other in zip(lifter(normalised_2d)[:2], certain[:2], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("root", [0, 8])
def test_completed_pose_is_normalised_about_the_root(normalised_2d, confidence, root):
    completed_2d = strong(completes=True, root=root)(normalised_2d, confidence).keypoints_2d
    np.testing.assert_array_equal(completed_2d[:, root], 0)
    size = np.linalg.norm(completed_2d, axis=-1).mean(axis=-1)
    np.testing.assert_allclose(size, 1 / camera.DISTANCE, rtol=1e-5)
    assert np.abs(completed_2d - normalised_2d).max() > 0.1 / camera.DISTANCE


def test_missing_joint_can_be_learnt(normalised_2d):
    """Told that a joint is missing, a lifter learns to put it where it always is."""
    always = tf.constant([0.05, 0.12])
    target = camera.normalise(
        tf.tensor_scatter_nd_update(
            normalised_2d, [[row, WRIST] for row in range(8)], tf.tile(always[None], [8, 1])
        ),
        root=0,
    ).keypoints_2d
    missing = tf.ones((8, 17)) - tf.one_hot(WRIST, 17)
    guessed = target + 0.1 * tf.one_hot(WRIST, 17)[None, :, None]
    lifter = strong(completes=True)
    optimizer = keras.optimizers.Adam(3e-3)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            completed = lifter(guessed, missing).keypoints_2d
            error = tf.reduce_mean(tf.norm(completed - target, axis=-1)[:, WRIST])
        weights = [w for w in lifter.trainable_weights if w is not lifter.head.kernel]
        weights = [w for w in weights if w is not lifter.head.bias]
        optimizer.apply_gradients(zip(tape.gradient(error, weights), weights, strict=True))
        return error

    errors = [step().numpy() for _ in range(150)]
    assert errors[-1] < 0.1 * errors[0]


def test_elevation_starts_at_the_given_mean(people):
    keras.utils.set_random_seed(0)
    lifter = Lifter(width=512, num_blocks=2, normalisation="none", elevation=12.0)
    elevation = lifter(camera.normalise(people.keypoints_2d, root=0).keypoints_2d).elevation
    assert elevation.shape == (len(people),)
    np.testing.assert_allclose(elevation, math.radians(12.0), atol=math.radians(6.0))
    np.testing.assert_allclose(
        lifter(tf.zeros((2, 17, 2))).elevation, [math.radians(12.0)] * 2, rtol=1e-6
    )


def test_elevation_is_each_poses_own(normalised_2d):
    elevation = strong(elevation=0.0)(normalised_2d).elevation.numpy()
    assert np.ptp(elevation) > 0.1


def test_elevation_does_not_shape_the_lifter(normalised_2d):
    assert reached(strong(elevation=8.0), normalised_2d, "elevation") == {"elevation_head"}


def reached(lifter, normalised_2d, output):
    """The parts of a lifter that the gradient of an output reaches."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(getattr(lifter(normalised_2d), output))
    weights = named_weights(lifter)
    gradients = zip(weights, tape.gradient(loss, list(weights.values())), strict=True)
    return {name.split("/")[0] for name, gradient in gradients if gradient is not None}


@pytest.mark.parametrize("root", [0, 8])
def test_expected_error_starts_near_a_tenth_and_is_nothing_for_the_root(people, root):
    keras.utils.set_random_seed(0)
    lifter = Lifter(root=root, width=512, num_blocks=2, estimates_error=True)
    expected = lifter(camera.normalise(people.keypoints_2d, root).keypoints_2d).expected_error
    assert expected.shape == (len(people), 17)
    np.testing.assert_array_equal(expected[:, root], 0.0)
    np.testing.assert_allclose(np.delete(expected, root, axis=1), 0.1, atol=0.05)


def test_expected_error_is_each_joints_own_and_looks_at_confidence(normalised_2d, confidence):
    lifter = strong(completes=True, estimates_error=True)
    rated, unrated = (
        lifter(normalised_2d, given).expected_error.numpy()[:, 1:] for given in (confidence, None)
    )
    assert (np.ptp(rated, axis=0) > 0.01 * rated.mean(axis=0)).all()
    assert np.abs(rated - unrated).max() > 1e-3


@pytest.mark.parametrize("unbounded", [-200.0, -1.0, 0.0, 3.0, 200.0])
def test_expected_error_is_above_zero_whatever_the_network_gives(normalised_2d, unbounded):
    lifter = Lifter(width=8, num_blocks=1, estimates_error=True)
    lifter.build()
    lifter.error_head.kernel.assign(tf.zeros_like(lifter.error_head.kernel))
    lifter.error_head.bias.assign(tf.fill([17], unbounded))
    expected = lifter(normalised_2d).expected_error[:, 1:]
    np.testing.assert_allclose(expected, np.logaddexp(0.0, unbounded), rtol=1e-5, atol=1e-7)


def test_expected_error_does_not_shape_the_lifter(normalised_2d):
    lifter = strong(completes=True, elevation=8.0, estimates_error=True)
    assert reached(lifter, normalised_2d, "expected_error") == {"error_hidden", "error_head"}


@pytest.mark.parametrize("settings", [{"elevation": 8.0}, {"estimates_error": True}])
def test_what_is_read_off_leaves_the_depths_as_they_are(normalised_2d, settings):
    lifter, plain = strong(**settings), strong()
    plain.trunk.set_weights(lifter.trunk.get_weights())
    plain.head.set_weights(lifter.head.get_weights())
    np.testing.assert_array_equal(
        plain(normalised_2d).depth_offsets, lifter(normalised_2d).depth_offsets
    )


@pytest.mark.parametrize("root", [-1, 17])
def test_root_must_be_a_joint(root):
    with pytest.raises(ValueError, match=f"one of the 17 joints, got {root}"):
        Lifter(root=root)


@pytest.mark.parametrize("completes", [False, True])
@pytest.mark.parametrize("shape", [(2, 34, 2), (17, 2), (2, 17, 3)])
def test_poses_of_another_shape_are_refused(shape, completes):
    with pytest.raises(ValueError, match=r"must have the shape \[N, 17, 2\]"):
        Lifter(width=8, num_blocks=1, completes=completes)(tf.zeros(shape))
