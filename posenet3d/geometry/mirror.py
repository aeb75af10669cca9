"""Mirrored poses: left becomes right."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.skeletons.skeleton import Skeleton


def mirror(points: tf.Tensor, skeleton: Skeleton) -> tf.Tensor:
    """The pose seen in a mirror: x changes its sign, left and right joints change places.

    Args:
      points: `[..., J, D]`, image plane or camera frame, the root at x = 0.
      skeleton: The skeleton of the J joints.

    Returns:
      `[..., J, D]`; mirroring twice is the identity.
    """
    points = tf.gather(points, skeleton.mirror, axis=-2)
    return tf.concat([-points[..., :1], points[..., 1:]], axis=-1)
