import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.models import MotionDiscriminator, PoseDiscriminator
from posenet3d.models.discriminator import JudgedOnce

both = pytest.mark.parametrize("kind", [PoseDiscriminator, MotionDiscriminator])


@both
@pytest.mark.parametrize("normalisation", ["none", "layer"])
def test_keeps_the_guarantees(keeps, normalised_2d, kind, normalisation):
    size = 1.0 if kind is PoseDiscriminator else 0.1
    keeps(
        lambda: kind(width=16, num_blocks=2, normalisation=normalisation),
        size * normalised_2d,
    )


@both
def test_one_logit_a_pose(normalised_2d, kind):
    assert kind(width=8, num_blocks=1)(normalised_2d).shape == (8,)


def test_size_is_the_papers():
    discriminator = PoseDiscriminator()
    discriminator.build()
    assert discriminator.count_params() == 34 * 1024 + 1024 + 6 * 1024 * 1025 + 1025


@both
def test_poses_of_another_shape_are_refused(kind):
    with pytest.raises(ValueError, match=r"must have the shape \[N, 16, 2\]"):
        kind(num_joints=16, width=8, num_blocks=1)(tf.zeros((2, 17, 2)))


@pytest.fixture(params=["none", "layer"])
def judge(request):
    """A discriminator of poses that judges each alone."""
    keras.utils.set_random_seed(0)
    discriminator = PoseDiscriminator(width=16, num_blocks=2, normalisation=request.param)
    discriminator.build()
    return discriminator


@pytest.mark.parametrize("compiled", [False, True])
def test_judged_once_both_sides_get_the_gradients_of_two_judgements(judge, normalised_2d, compiled):
    lifted_2d = tf.constant(normalised_2d)
    weights = judge.trainable_variables

    def twice():
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(lifted_2d)
            logits = judge(2.0 * lifted_2d, training=True)
            poses_side, weights_side = tf.reduce_mean(logits**2), tf.reduce_sum(tf.exp(logits))
        return tape.gradient(poses_side, lifted_2d), tape.gradient(weights_side, weights)

    def once():
        with tf.GradientTape() as tape:
            tape.watch(lifted_2d)
            judged = JudgedOnce(judge, 2.0 * lifted_2d)
            poses_side = tf.reduce_mean(judged.for_the_poses() ** 2)
        slopes = judged.gradients(tf.exp(judged.logits))
        return tape.gradient(poses_side, lifted_2d), [slopes[id(weight)] for weight in weights]

    expected_slope, expected = (tf.function(twice) if compiled else twice)()
    slope, found = (tf.function(once) if compiled else once)()
    np.testing.assert_allclose(slope, expected_slope, rtol=1e-4, atol=1e-6)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_judged_once_neither_side_learns_for_the_other(judge, normalised_2d):
    synthetic_2d = tf.constant(normalised_2d)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(synthetic_2d)
        judged = JudgedOnce(judge, synthetic_2d)
        poses_side = tf.reduce_sum(judged.for_the_poses())
        weights_side = tf.reduce_sum(judged.logits)
    np.testing.assert_array_equal(judged.for_the_poses(), judged.logits)
    assert tape.gradient(weights_side, synthetic_2d) is None
    assert set(tape.gradient(poses_side, judge.trainable_variables)) == {None}


@pytest.mark.parametrize(
    ("settings", "alone"),
    [
        ({}, True),
        ({"normalisation": "layer"}, True),
        ({"normalisation": "batch"}, False),
        ({"dropout": 0.1}, False),
    ],
)
def test_judges_each_alone(settings, alone):
    assert PoseDiscriminator(width=8, num_blocks=1, **settings).judges_each_alone == alone
