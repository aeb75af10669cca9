"""Aligning one point set to another."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.geometry.rotation import product


def procrustes(points: tf.Tensor, target: tf.Tensor, reflection: bool = False) -> tf.Tensor:
    """Moves, turns and scales points to bring them nearest their targets, in least squares.

    The closed form of Umeyama (Least-squares estimation of transformation parameters between two
    point patterns, TPAMI 1991). For measuring: its gradient has no bound where the points are
    degenerate, so do not train through it.

    Args:
      points: `[..., J, 3]`, float32 or float64, any unit.
      target: `[..., J, 3]`, of the same type; its unit and frame are those of the result.
      reflection: Whether the alignment may mirror the points as well.

    Returns:
      The aligned points `[..., J, 3]`; finite also where points or targets coincide or lie on a
      line or in a plane.
    """
    points, target = tf.convert_to_tensor(points), tf.convert_to_tensor(target)
    centre = tf.reduce_mean(target, axis=-2, keepdims=True)
    target -= centre
    points -= tf.reduce_mean(points, axis=-2, keepdims=True)
    covariance = product(tf.linalg.matrix_transpose(points), target)
    _, u, v = tf.linalg.svd(covariance)
    if not reflection:
        handedness = _triple_product(u) * _triple_product(v)
        last = tf.where(handedness < 0, -u[..., 2], u[..., 2])
        u = tf.stack([u[..., 0], u[..., 1], last], axis=-1)
    turned = product(points, product(u, tf.linalg.matrix_transpose(v)))
    scale = tf.math.divide_no_nan(
        tf.reduce_sum(turned * target, axis=[-2, -1], keepdims=True),
        tf.reduce_sum(turned**2, axis=[-2, -1], keepdims=True),
    )
    return scale * turned + centre


def _triple_product(matrix: tf.Tensor) -> tf.Tensor:
    """Determinant `[..., 1]` of `[..., 3, 3]`."""
    normal = tf.linalg.cross(matrix[..., 0], matrix[..., 1])
    return tf.reduce_sum(normal * matrix[..., 2], axis=-1, keepdims=True)
