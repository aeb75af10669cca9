"""Rotations of poses about the axes of the camera frame (x right, y down, z forward)."""

from __future__ import annotations

import tensorflow as tf


def about_x(angle: tf.Tensor) -> tf.Tensor:
    """Matrices `[..., 3, 3]` that turn y towards z by `angle` `[...]` in radians."""
    cos, sin, zero, one = _parts(angle)
    return _matrix([[one, zero, zero], [zero, cos, -sin], [zero, sin, cos]])


def about_y(angle: tf.Tensor) -> tf.Tensor:
    """Matrices `[..., 3, 3]` that turn z towards x by `angle` `[...]` in radians."""
    cos, sin, zero, one = _parts(angle)
    return _matrix([[cos, zero, sin], [zero, one, zero], [-sin, zero, cos]])


def about_z(angle: tf.Tensor) -> tf.Tensor:
    """Matrices `[..., 3, 3]` that turn x towards y by `angle` `[...]` in radians."""
    cos, sin, zero, one = _parts(angle)
    return _matrix([[cos, -sin, zero], [sin, cos, zero], [zero, zero, one]])


def rotate(points_3d: tf.Tensor, matrix: tf.Tensor) -> tf.Tensor:
    """Turns points `[..., J, 3]` about the origin by matrices `[..., 3, 3]`."""
    return product(points_3d, tf.linalg.matrix_transpose(matrix))


def turn_back(points_3d: tf.Tensor, matrix: tf.Tensor) -> tf.Tensor:
    """Undoes `rotate`: turns points `[..., J, 3]` by the inverses of `[..., 3, 3]`."""
    return product(points_3d, matrix)


def product(left: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Matrix product at full precision: `tf.matmul` rounds to TF32 on recent GPUs.

    Args:
      left: `[..., M, 3]`.
      right: `[..., 3, 3]`.

    Returns:
      `[..., M, 3]`.
    """
    left, right = tf.convert_to_tensor(left), tf.convert_to_tensor(right)
    return tf.reduce_sum(left[..., :, :, tf.newaxis] * right[..., tf.newaxis, :, :], axis=-2)


def _parts(angle: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    angle = tf.convert_to_tensor(angle)
    return tf.cos(angle), tf.sin(angle), tf.zeros_like(angle), tf.ones_like(angle)


def _matrix(rows: list[list[tf.Tensor]]) -> tf.Tensor:
    return tf.stack([tf.stack(row, axis=-1) for row in rows], axis=-2)
