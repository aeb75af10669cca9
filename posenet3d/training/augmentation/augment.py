"""Damage to complete 2D poses like that of a detector, so that a lifter learns to live with it."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models import GapFiller
from posenet3d.platform import randomness
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.settings.config import AugmentConfig

# Ours, chosen to be broad: detectors differ more from each other than from this.
_FARTHER = 0.5  # noise of a limb's joint grows by so much with each joint before it
_OUTLIERS = 0.02  # share of joints that are off by more
OUTLIER_SIZE = 4.0
"""How much more they are off."""
_LEAST_SLOPE, _GREATEST_SLOPE = 2.0, 8.0  # confidence lost a pose's size of error
_CONFIDENCE_NOISE = 0.03
_LEAST_CONFIDENCE = 0.05
UNRATED = 0.3
"""Share of damaged poses whose detector gives every joint it sees full confidence."""


class Damaged(NamedTuple):
    """N poses as a detector would give them."""

    keypoints_2d: tf.Tensor  # [N, J, 2]; what stands at a missing joint means nothing
    confidence: tf.Tensor  # [N, J] in [0, 1], 0 for missing joints


def damaged_input(
    keypoints_2d: tf.Tensor,
    config: AugmentConfig,
    skeleton: Skeleton,
    gap_filler: GapFiller | None,
    seed: tf.Tensor,
) -> Damaged:
    """Damaged poses as a lifter gets them: their gaps filled, each by its own size normalised.

    Arguments are those of `damage`; a gap filler is needed where joints are hidden.
    """
    damaged = damage(keypoints_2d, config, skeleton, seed)
    filled_2d = damaged.keypoints_2d
    if config.hide:
        filled_2d = gap_filler(filled_2d, damaged.confidence > 0)
    normalised = camera.normalise(filled_2d, skeleton.root)
    return damaged._replace(keypoints_2d=normalised.keypoints_2d)


def damage(
    keypoints_2d: tf.Tensor, config: AugmentConfig, skeleton: Skeleton, seed: tf.Tensor
) -> Damaged:
    """Adds noise, swaps left and right, and hides joints; some poses stay as they are.

    Args:
      keypoints_2d: `[N, J, 2]`, normalised and complete.
      config: How much of what.
      skeleton: The skeleton of the J joints.
      seed: int32 `[2]`; the same seed does the same damage.

    Returns:
      The `Damaged` poses. At least half of each pose's joints are left.
    """
    seeds = randomness.split(seed, 8)
    count, joints = tf.shape(keypoints_2d)[0], skeleton.num_joints
    damaged = randomness.uniform([count, 1], seeds[0]) >= config.clean

    level = config.noise * randomness.uniform([count, 1], seeds[1], 0.2, 1.5)
    outlier = tf.cast(randomness.uniform([count, joints], seeds[2]) < _OUTLIERS, tf.float32)
    level *= tf.constant(distance_from_trunk(skeleton)) * (1.0 + (OUTLIER_SIZE - 1.0) * outlier)
    level = tf.where(damaged, level, 0.0)
    error = level[..., tf.newaxis] * randomness.normal([count, joints, 2], seeds[3])

    swapped = damaged & (randomness.uniform([count, 1], seeds[4]) < config.swap)
    noisy = tf.where(
        swapped[..., tf.newaxis], tf.gather(keypoints_2d, skeleton.mirror, axis=1), keypoints_2d
    )
    noisy += error / camera.DISTANCE

    hidden = damaged & _hidden(count, joints, config.hide, seeds[5])
    rated = damaged & (randomness.uniform([count, 1], seeds[6]) >= UNRATED)
    confidence = tf.where(rated, confidence_of(tf.norm(error, axis=-1), seeds[7]), 1.0)
    return Damaged(noisy, tf.where(hidden, 0.0, confidence))


def distance_from_trunk(skeleton: Skeleton) -> list[float]:
    """By how much joints are noisier: 1 for the trunk, hips and shoulders, more farther out."""
    sided = {*skeleton.left, *skeleton.right}
    factors = []
    for joint in range(skeleton.num_joints):
        before, parent = 0, skeleton.parents[joint]
        while joint in sided and parent in sided:
            before, parent = before + 1, skeleton.parents[parent]
        factors.append(1.0 + _FARTHER * before)
    return factors


def _hidden(count: tf.Tensor, joints: int, most: float, seed: tf.Tensor) -> tf.Tensor:
    """bool `[N, J]`: joints hidden at random, in each pose up to its own share of `most`."""
    share_seed, joint_seed = randomness.split(seed, 2)
    share = most * randomness.uniform([count, 1], share_seed)
    draw = randomness.uniform([count, joints], joint_seed)
    # Never more than half: the joints of greater draws stay.
    median = tf.sort(draw, axis=-1)[:, (joints - 1) // 2, tf.newaxis]
    return (draw < share) & (draw < median)


def confidence_of(error: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """The confidence of joints `[N, J]` with these errors, in parts of a pose's size."""
    slope_seed, noise_seed = randomness.split(seed, 2)
    slope = randomness.uniform([tf.shape(error)[0], 1], slope_seed, _LEAST_SLOPE, _GREATEST_SLOPE)
    noise = _CONFIDENCE_NOISE * randomness.normal(tf.shape(error), noise_seed)
    return tf.clip_by_value(1.0 - slope * error + noise, _LEAST_CONFIDENCE, 1.0)
