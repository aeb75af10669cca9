"""The adversarial losses: of the discriminators, and of what makes the synthetic poses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models import PoseDiscriminator
from posenet3d.models.discriminator import JudgedOnce
from posenet3d.platform import randomness
from posenet3d.training.settings.config import LossConfig


class RealAndSynthetic(NamedTuple):
    """A discriminator, and the two sets of poses (or of their motions) it is to tell apart."""

    discriminator: PoseDiscriminator
    real_2d: tf.Tensor  # [R, J, 2]
    synthetic_2d: tf.Tensor  # [N, J, 2]
    judged: JudgedOnce | None = None  # the synthetic poses, where one judgement does for both sides

    def judge_once(self, loss: LossConfig) -> RealAndSynthetic:
        """Judges the synthetic poses, if both sides are to see the same of them."""
        if loss.adversarial_noise or not self.discriminator.judges_each_alone:
            return self
        return self._replace(judged=JudgedOnce(self.discriminator, self.synthetic_2d))


Sets = dict[str, RealAndSynthetic]
"""By the name of the loss; a discriminator each."""


class AdversarialLoss(NamedTuple):
    """The two sides of an adversarial game, as functions of the discriminator's logits."""

    generator: Callable[[tf.Tensor], tf.Tensor]  # of the synthetic poses' logits
    discriminator: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]  # of real and synthetic ones
    gradient_penalty: float = 0.0  # weight of the penalty that the discriminator's side needs


_mean, _softplus = tf.reduce_mean, tf.nn.softplus


def _classify(real: tf.Tensor, synthetic: tf.Tensor) -> tf.Tensor:
    """-log D(real) - log(1 - D(synthetic)), D being the sigmoid of the logit."""
    return _mean(_softplus(-real)) + _mean(_softplus(synthetic))


ADVERSARIAL_LOSSES = {
    # Goodfellow et al., NeurIPS 2014: the minimax game, log(1 - D) for the generator.
    "log": AdversarialLoss(lambda synthetic: -_mean(_softplus(synthetic)), _classify),
    # Ibid.: -log D for the generator, whose gradient does not vanish when it is losing.
    "softplus": AdversarialLoss(lambda synthetic: _mean(_softplus(-synthetic)), _classify),
    # Mao et al., ICCV 2017.
    "least_squares": AdversarialLoss(
        lambda synthetic: _mean(tf.square(synthetic - 1.0)),
        lambda real, synthetic: _mean(tf.square(real - 1.0)) + _mean(tf.square(synthetic)),
    ),
    # Gulrajani et al., NeurIPS 2017, whose penalty has the weight 10.
    "wgan_gp": AdversarialLoss(
        lambda synthetic: -_mean(synthetic),
        lambda real, synthetic: _mean(synthetic) - _mean(real),
        gradient_penalty=10.0,
    ),
}
"""Adversarial losses by name."""


def generator_losses(sets: Sets, loss: LossConfig, seed: tf.Tensor) -> dict[str, tf.Tensor]:
    """What it costs that synthetic poses are told from real ones: a scalar a discriminator."""
    kind = ADVERSARIAL_LOSSES[loss.adversarial_kind]
    return {
        name: kind.generator(
            two.judged.for_the_poses() if two.judged else _judge(two, two.synthetic_2d, loss, own)
        )
        for (name, two), own in zip(sets.items(), _seeds(sets, seed), strict=True)
    }


def discriminator_loss(sets: Sets, loss: LossConfig, seed: tf.Tensor) -> tf.Tensor:
    """What it costs the discriminators that they cannot tell: scalar, the sum over all."""
    kind, total = ADVERSARIAL_LOSSES[loss.adversarial_kind], tf.zeros([])
    for two, own in zip(sets.values(), _seeds(sets, seed), strict=True):
        real_seed, synthetic_seed, penalty_seed = randomness.split(own, 3)
        synthetic_2d = tf.stop_gradient(two.synthetic_2d)
        total += kind.discriminator(
            _judge(two, two.real_2d, loss, real_seed),
            two.judged.logits if two.judged else _judge(two, synthetic_2d, loss, synthetic_seed),
        )
        if kind.gradient_penalty:
            total += kind.gradient_penalty * gradient_penalty(
                functools.partial(two.discriminator, training=True),
                two.real_2d,
                synthetic_2d,
                penalty_seed,
            )
    return total


def discriminator_gradients(
    tape: tf.GradientTape, loss: tf.Tensor, sets: Sets, variables: list[Any]
) -> list[tf.Tensor]:
    """The gradients of the discriminators' weights.

    Args:
      tape: Has watched the `judged_logits`, and recorded `discriminator_loss`.
      loss: That loss, scaled or not.
      sets: What it was computed of.
      variables: The weights of all discriminators.
    """
    logits = judged_logits(sets)
    slopes, upstream = tape.gradient(loss, [list(variables), logits])
    judged = [two.judged for two in sets.values() if two.judged]
    for one, slope in zip(judged, upstream, strict=True):
        others = one.gradients(slope)
        slopes = [
            s + others[id(v)] if id(v) in others else s
            for s, v in zip(slopes, variables, strict=True)
        ]
    return slopes


def judged_logits(sets: Sets) -> list[tf.Tensor]:
    """The logits `[N]` of synthetic poses that are judged once."""
    return [two.judged.logits for two in sets.values() if two.judged]


def gradient_penalty(
    discriminator: Callable[[tf.Tensor], tf.Tensor],
    real_2d: tf.Tensor,
    synthetic_2d: tf.Tensor,
    seed: tf.Tensor,
) -> tf.Tensor:
    """Penalty on slopes other than 1 between real and synthetic poses (Gulrajani et al., 2017).

    Args:
      discriminator: From poses `[N, J, 2]` to logits `[N]`.
      real_2d: `[N, J, 2]`.
      synthetic_2d: `[M, J, 2]`; of the larger set the first rows are taken.
      seed: int32 `[2]` for the points between.

    Returns:
      Scalar, without its weight.
    """
    count = tf.minimum(tf.shape(real_2d)[0], tf.shape(synthetic_2d)[0])
    share = randomness.uniform([count, 1, 1], seed)
    between = share * real_2d[:count] + (1.0 - share) * synthetic_2d[:count]
    with tf.GradientTape() as tape:
        tape.watch(between)
        logits = tf.reduce_sum(discriminator(between))
    slope = tape.gradient(logits, between)
    # The small number keeps the gradient finite where the slope is 0.
    norm = tf.sqrt(tf.reduce_sum(tf.square(slope), axis=[-2, -1]) + 1e-12)
    return tf.reduce_mean(tf.square(norm - 1.0))


def _seeds(sets: Sets, seed: tf.Tensor) -> list[tf.Tensor]:
    return [randomness.fold_in(seed, number) for number in range(len(sets))]


def _judge(
    two: RealAndSynthetic, poses_2d: tf.Tensor, loss: LossConfig, seed: tf.Tensor
) -> tf.Tensor:
    """The discriminator's logits of poses under noise."""
    if loss.adversarial_noise:
        deviation = loss.adversarial_noise / camera.DISTANCE
        poses_2d += deviation * randomness.normal(tf.shape(poses_2d), seed)
    return two.discriminator(poses_2d, training=True)
