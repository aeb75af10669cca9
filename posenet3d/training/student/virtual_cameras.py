"""Lifted poses as virtual cameras see them."""

from __future__ import annotations

import math

import tensorflow as tf

from posenet3d.geometry import rotation, views
from posenet3d.platform import randomness
from posenet3d.training.settings.config import TrainingConfig

_NEAREST_DEPTH = 0.1  # of the root's: joints beside or behind the camera are seen as if there


def through_cameras(
    keypoints_3d: tf.Tensor, elevation_from: tf.Tensor, config: TrainingConfig, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Sees poses through cameras that stand anywhere around them.

    Args:
      keypoints_3d: `[N, J, 3]`, camera frame, root-relative, any unit; or `[N, T, J, 3]`, all
        frames of which are seen by one camera that stands still.
      elevation_from: `[N]`, radians, of the cameras in whose frames they are; NaN: not known.
      config: The settings; `student` and `elevation` are looked at.
      seed: int32 `[2]`.

    Returns:
      2D `[..., J, 2]`, in which the size is that of the poses at the root's depth; 3D in the new
      cameras' frames; and the elevation `[N]` of these in radians.
    """
    student, count = config.student, tf.shape(keypoints_3d)[0]
    ones = [1] * (len(keypoints_3d.shape) - 1)
    seeds = randomness.split(seed, 3)
    azimuth = randomness.uniform([count], seeds[0], -math.pi, math.pi)
    low, high = map(math.radians, (student.lowest, student.highest))
    elevation = randomness.uniform([count], seeds[1], low, high)
    # Even in 1 / distance, which is how strongly perspective shows.
    nearness = randomness.uniform(
        [count, *ones], seeds[2], 1.0 / student.farthest, 1.0 / student.nearest
    )
    known, mean = tf.math.is_finite(elevation_from), math.radians(config.elevation or 0.0)
    view = views.view_matrix(azimuth, tf.where(known, elevation_from, mean), elevation)
    view = tf.reshape(view, [count, *ones[2:], 3, 3])
    turned_3d = rotation.rotate(keypoints_3d, view)
    axes = list(range(1, len(keypoints_3d.shape) - 1))
    size = tf.reduce_mean(tf.norm(turned_3d, axis=-1), axis=axes)
    size = tf.reshape(size, [count, *ones])
    depth = tf.maximum(1.0 + nearness * turned_3d[..., 2:] / size, _NEAREST_DEPTH)
    return turned_3d[..., :2] / depth, turned_3d, elevation
