"""The adversarial games: of poses, of motion, of the domain adapter. Each has two sides."""

from __future__ import annotations

import functools
from typing import NamedTuple

import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models import PoseDiscriminator
from posenet3d.platform import randomness
from posenet3d.training.cycle import losses
from posenet3d.training.cycle.loss_terms import Terms
from posenet3d.training.settings.config import LossConfig


class Game(NamedTuple):
    """One discriminator, and the two sets of poses it is to tell apart."""

    discriminator: PoseDiscriminator
    weight: float
    real_2d: tf.Tensor  # [R, J, 2]
    synthetic_2d: tf.Tensor  # [N, J, 2]


def generator_terms(games: dict[str, Game], loss: LossConfig, seed: tf.Tensor) -> Terms:
    """What it costs that synthetic poses are told from real ones, a term a game."""
    kind = losses.ADVERSARIAL_LOSSES[loss.adversarial_kind]
    terms: Terms = {}
    for (name, game), own in zip(games.items(), _seeds(games, seed), strict=True):
        terms[name] = game.weight, kind.generator(_judge(game, game.synthetic_2d, loss, own))
    return terms


def discriminator_loss(games: dict[str, Game], loss: LossConfig, seed: tf.Tensor) -> tf.Tensor:
    """What it costs the discriminators that they cannot tell: scalar, over all games."""
    kind, total = losses.ADVERSARIAL_LOSSES[loss.adversarial_kind], tf.zeros([])
    for game, own in zip(games.values(), _seeds(games, seed), strict=True):
        real_seed, synthetic_seed, penalty_seed = randomness.split(own, 3)
        synthetic_2d = tf.stop_gradient(game.synthetic_2d)
        total += kind.discriminator(
            _judge(game, game.real_2d, loss, real_seed),
            _judge(game, synthetic_2d, loss, synthetic_seed),
        )
        if kind.gradient_penalty:
            total += kind.gradient_penalty * losses.gradient_penalty(
                functools.partial(game.discriminator, training=True),
                game.real_2d,
                synthetic_2d,
                penalty_seed,
            )
    return total


def _seeds(games: dict[str, Game], seed: tf.Tensor) -> list[tf.Tensor]:
    return [randomness.fold_in(seed, number) for number in range(len(games))]


def _judge(game: Game, poses_2d: tf.Tensor, loss: LossConfig, seed: tf.Tensor) -> tf.Tensor:
    """The discriminator's logits of poses under noise."""
    if loss.adversarial_noise:
        deviation = loss.adversarial_noise / camera.DISTANCE
        poses_2d += deviation * randomness.normal(tf.shape(poses_2d), seed)
    return game.discriminator(poses_2d, training=True)
