"""Damage to sequences like that of a detector: noise, gaps and exchanged sides that last."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.platform import randomness
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.augmentation.augment import (
    OUTLIER_SIZE,
    UNRATED,
    Damaged,
    confidence_of,
    distance_from_trunk,
)
from posenet3d.training.sequences.lasting import Lasting
from posenet3d.training.settings.config import AugmentConfig

# Ours, chosen to be broad, as in augment.py.
_MOST_OUTLIERS = 0.05  # share of a window's joints that are off by more
_AWAY = 0.2  # share of windows in which the person is away for some of the time, and of that time
_EXCHANGES = 0.1  # most of the time, in windows in which sides are exchanged


def damage_windows(
    keypoints_2d: tf.Tensor,
    config: AugmentConfig,
    skeleton: Skeleton,
    lasting: Lasting,
    seed: tf.Tensor,
) -> Damaged:
    """Adds noise, swaps left and right, and hides joints; some windows stay as they are.

    Args:
      keypoints_2d: `[B, T, J, 2]`, complete, in units in which poses are about as large as
        normalised ones.
      config: How much of what.
      skeleton: The skeleton of the J joints.
      lasting: Draws for windows of T frames.
      seed: int32 `[2]`; the same seed does the same damage.

    Returns:
      `[B, T, J, 2]`, and the confidence `[B, T, J]`.
    """
    seeds = randomness.split(seed, 15)
    count, joints = keypoints_2d.shape[0], skeleton.num_joints

    def a_window(seed: tf.Tensor, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        return randomness.uniform([count, 1, 1], seed, low, high)

    damaged = a_window(seeds[0]) >= config.clean
    outliers = lasting.happens(count, (joints,), a_window(seeds[1], 0.0, _MOST_OUTLIERS), seeds[2])
    level = config.noise * a_window(seeds[3], 0.1, 1.5) * tf.constant(distance_from_trunk(skeleton))
    level *= 1.0 + (OUTLIER_SIZE - 1.0) * tf.cast(outliers, tf.float32)
    level = tf.where(damaged, level, 0.0)
    error = level[..., tf.newaxis] * lasting.normal(count, (joints, 2), seeds[4])

    swaps = damaged & (a_window(seeds[5]) < 10.0 * config.swap)
    swaps &= lasting.happens(count, (1,), a_window(seeds[6], 0.0, _EXCHANGES), seeds[7])
    noisy = tf.where(
        swaps[..., tf.newaxis], tf.gather(keypoints_2d, skeleton.mirror, axis=2), keypoints_2d
    )
    noisy += error / camera.DISTANCE

    hidden = lasting.happens(count, (joints,), a_window(seeds[8], 0.0, config.hide), seeds[9])
    away = a_window(seeds[10]) < _AWAY
    away &= lasting.happens(count, (1,), a_window(seeds[11], 0.0, _AWAY), seeds[12])
    hidden = damaged & (hidden | (away & (config.hide > 0)))
    is_rated = damaged & (a_window(seeds[13]) >= UNRATED)
    off = tf.reshape(tf.norm(error, axis=-1), [count, -1])
    said = tf.reshape(confidence_of(off, seeds[14]), [count, -1, joints])
    confidence = tf.where(is_rated, said, 1.0)
    return Damaged(noisy, tf.where(hidden, 0.0, confidence))
