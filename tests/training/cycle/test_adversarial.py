import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.models import PoseDiscriminator
from posenet3d.training import LossConfig
from posenet3d.training.cycle.adversarial import (
    Game,
    discriminator_loss,
    generator_terms,
)

SEED = tf.constant([0, 1])


@pytest.fixture
def game(normalised_2d):
    """Real poses, and the same ones upside down."""
    keras.utils.set_random_seed(0)
    discriminator = PoseDiscriminator(17, width=16, num_blocks=1)
    discriminator.build()
    return Game(discriminator, 2.0, normalised_2d, normalised_2d * [1.0, -1.0])


def cost(games, loss, seed=SEED):
    terms = generator_terms(games, loss, seed)
    return float(tf.add_n([value for _, value in terms.values()]))


def test_each_game_has_its_term_and_weight(game):
    terms = generator_terms(
        {"first": game, "second": game._replace(weight=3.0)}, LossConfig(), SEED
    )
    assert {name: weight for name, (weight, _) in terms.items()} == {"first": 2.0, "second": 3.0}
    logits = game.discriminator(game.synthetic_2d)
    np.testing.assert_allclose(terms["first"][1], np.mean((logits - 1.0) ** 2), rtol=1e-5)


def test_noise_hides_the_poses_anew_in_every_game(game):
    noisy = LossConfig(adversarial_noise=0.5)
    terms = generator_terms({"first": game, "second": game}, noisy, SEED)
    assert abs(terms["first"][1] - terms["second"][1]) > 1e-4
    assert abs(cost({"first": game}, noisy) - cost({"first": game}, LossConfig())) > 1e-4
    assert cost({"first": game}, noisy) == cost({"first": game}, noisy)


@pytest.mark.parametrize("kind", ["log", "softplus", "least_squares", "wgan_gp"])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_a_discriminator_learns_to_tell(game, kind, noise):
    loss = LossConfig(adversarial_kind=kind, adversarial_noise=noise)
    optimizer = keras.optimizers.Adam(3e-3)
    variables = game.discriminator.trainable_variables

    @tf.function
    def learn():
        with tf.GradientTape() as tape:
            value = discriminator_loss({"only": game}, loss, SEED)
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        return value

    optimizer.build(variables)
    first = learn()
    for _ in range(40):
        last = learn()
    assert last < first
    assert np.mean(game.discriminator(game.real_2d)) > np.mean(
        game.discriminator(game.synthetic_2d)
    )


def test_synthetic_poses_get_no_gradient_from_the_discriminators_side(game):
    with tf.GradientTape() as tape:
        tape.watch(game.synthetic_2d)
        value = discriminator_loss({"only": game}, LossConfig(adversarial_kind="wgan_gp"), SEED)
    assert tape.gradient(value, game.synthetic_2d) is None


def test_losses_of_games_add_up(game):
    both = discriminator_loss({"first": game, "second": game}, LossConfig(), SEED)
    one = discriminator_loss({"first": game}, LossConfig(), SEED)
    np.testing.assert_allclose(both, 2.0 * one, rtol=1e-5)
