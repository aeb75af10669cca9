"""The losses of geometric self-supervision, each a mean over the batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from posenet3d.geometry import bones
from posenet3d.platform import randomness
from posenet3d.skeletons.skeleton import Skeleton


def squared_error(predicted: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Squared distance of two poses `[N, J, D]`, summed over joints, mean over the batch."""
    return tf.reduce_mean(tf.reduce_sum(tf.square(predicted - target), axis=[-2, -1]))


def bone_ratio_loss(
    keypoints_3d: tf.Tensor, typical_ratios: tf.Tensor, skeleton: Skeleton
) -> tf.Tensor:
    """How far lifted bodies are from typical proportions.

    The prior of Wandt et al., ElePose, CVPR 2022: squared difference of each bone's ratio (its
    length over the mean bone length of its pose) from a typical one.

    Args:
      keypoints_3d: `[N, J, 3]`.
      typical_ratios: `[J - 1]` or `[N, J - 1]`, mean 1, in the order of `skeleton.bones`.
      skeleton: The skeleton of the J joints.

    Returns:
      Scalar: summed over bones, mean over the batch.
    """
    difference = bones.bone_ratios(keypoints_3d, skeleton) - typical_ratios
    return tf.reduce_mean(tf.reduce_sum(tf.square(difference), axis=-1))


def same_body_loss(first_3d: tf.Tensor, second_3d: tf.Tensor, skeleton: Skeleton) -> tf.Tensor:
    """How far the bone ratios of two poses `[N, J, 3]` of one body each are from one another.

    Returns:
      Scalar: squared differences summed over bones, mean over the batch.
    """
    difference = bones.bone_ratios(first_3d, skeleton) - bones.bone_ratios(second_3d, skeleton)
    return tf.reduce_mean(tf.reduce_sum(tf.square(difference), axis=-1))


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
