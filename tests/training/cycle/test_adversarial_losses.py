import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.models import PoseDiscriminator
from posenet3d.training import LossConfig
from posenet3d.training.cycle.adversarial_losses import (
    ADVERSARIAL_LOSSES,
    RealAndSynthetic,
    discriminator_gradients,
    discriminator_loss,
    generator_losses,
    gradient_penalty,
    judged_logits,
)

SEED = tf.constant([0, 1])
POSES = np.random.default_rng(0).normal(size=(5, 17, 3)).astype(np.float32)


@pytest.fixture
def two_sets(normalised_2d):
    """Real poses, and the same ones upside down."""
    keras.utils.set_random_seed(0)
    discriminator = PoseDiscriminator(17, width=16, num_blocks=1)
    discriminator.build()
    return RealAndSynthetic(discriminator, normalised_2d, normalised_2d * [1.0, -1.0])


def cost(sets, loss, seed=SEED):
    return float(tf.add_n(list(generator_losses(sets, loss, seed).values())))


def test_each_discriminator_has_its_loss(two_sets):
    losses = generator_losses({"first": two_sets, "second": two_sets}, LossConfig(), SEED)
    assert set(losses) == {"first", "second"}
    logits = two_sets.discriminator(two_sets.synthetic_2d)
    np.testing.assert_allclose(losses["first"], np.mean((logits - 1.0) ** 2), rtol=1e-5)


@pytest.mark.parametrize("kind", ADVERSARIAL_LOSSES)
def test_judged_once_costs_the_same_and_teaches_the_same(two_sets, kind):
    loss, variables = LossConfig(adversarial_kind=kind), two_sets.discriminator.trainable_variables
    found = []
    for sets in ({"only": two_sets}, {"only": two_sets.judge_once(loss)}):
        with tf.GradientTape() as tape:
            tape.watch(judged_logits(sets))
            value = discriminator_loss(sets, loss, SEED)
        slopes = discriminator_gradients(tape, value, sets, variables)
        slopes = tf.concat([tf.reshape(slope, [-1]) for slope in slopes], axis=0)
        found.append([cost(sets, loss), value, slopes])
    for twice, once in zip(*found, strict=True):
        np.testing.assert_allclose(once, twice, rtol=1e-4, atol=1e-6)


def test_under_noise_each_side_judges_for_itself(two_sets):
    assert two_sets.judge_once(LossConfig(adversarial_noise=0.1)).judged is None
    assert two_sets.judge_once(LossConfig()).judged is not None


def test_noise_hides_the_poses_anew_from_every_discriminator(two_sets):
    noisy = LossConfig(adversarial_noise=0.5)
    losses = generator_losses({"first": two_sets, "second": two_sets}, noisy, SEED)
    assert abs(losses["first"] - losses["second"]) > 1e-4
    assert abs(cost({"first": two_sets}, noisy) - cost({"first": two_sets}, LossConfig())) > 1e-4
    assert cost({"first": two_sets}, noisy) == cost({"first": two_sets}, noisy)


@pytest.mark.parametrize("kind", ["log", "softplus", "least_squares", "wgan_gp"])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_a_discriminator_learns_to_tell(two_sets, kind, noise):
    loss = LossConfig(adversarial_kind=kind, adversarial_noise=noise)
    optimizer = keras.optimizers.Adam(3e-3)
    variables = two_sets.discriminator.trainable_variables

    @tf.function
    def learn():
        with tf.GradientTape() as tape:
            value = discriminator_loss({"only": two_sets}, loss, SEED)
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        return value

    optimizer.build(variables)
    first = learn()
    for _ in range(40):
        last = learn()
    assert last < first
    assert np.mean(two_sets.discriminator(two_sets.real_2d)) > np.mean(
        two_sets.discriminator(two_sets.synthetic_2d)
    )


def test_synthetic_poses_get_no_gradient_from_the_discriminators_side(two_sets):
    with tf.GradientTape() as tape:
        tape.watch(two_sets.synthetic_2d)
        value = discriminator_loss({"only": two_sets}, LossConfig(adversarial_kind="wgan_gp"), SEED)
    assert tape.gradient(value, two_sets.synthetic_2d) is None


def test_losses_of_discriminators_add_up(two_sets):
    both = discriminator_loss({"first": two_sets, "second": two_sets}, LossConfig(), SEED)
    one = discriminator_loss({"first": two_sets}, LossConfig(), SEED)
    np.testing.assert_allclose(both, 2.0 * one, rtol=1e-5)


@pytest.mark.parametrize("kind", ADVERSARIAL_LOSSES)
def test_each_side_gains_by_its_own_aim(kind):
    loss = ADVERSARIAL_LOSSES[kind]
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
    loss, logits = ADVERSARIAL_LOSSES[kind], tf.zeros([3])
    np.testing.assert_allclose(loss.generator(logits), generator, rtol=1e-6)
    np.testing.assert_allclose(loss.discriminator(logits, logits), discriminator, rtol=1e-6)


@pytest.mark.parametrize(("slope", "penalty"), [(1.0, 0.0), (3.0, 4.0), (0.0, 1.0)])
def test_gradient_penalty_of_a_linear_judge(slope, penalty):
    direction = tf.constant(POSES[0, :, :2] / np.linalg.norm(POSES[0, :, :2]))
    judge = lambda poses: slope * tf.reduce_sum(poses * direction, axis=[1, 2])  # noqa: E731
    value = gradient_penalty(judge, POSES[:, :, :2], -POSES[:, :, :2], [1, 2])
    np.testing.assert_allclose(value, penalty, atol=1e-4)


def test_gradient_penalty_takes_as_many_poses_as_there_are_of_both():
    judge = lambda poses: 2.0 * poses[:, 1, 0]  # noqa: E731
    value = gradient_penalty(judge, POSES[:2, :, :2], POSES[:, :, :2], [1, 2])
    np.testing.assert_allclose(value, 1.0, rtol=1e-5)
