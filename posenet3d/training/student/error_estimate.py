"""How a lifter learns to say how far it expects to be off."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.geometry.alignment import procrustes

_LEAST = 1e-3  # pose units: below it 1 / b would make single joints all that counts


def error_loss(
    expected_error: tf.Tensor,
    predicted_3d: tf.Tensor,
    true_3d: tf.Tensor,
    root: int,
    counts: tf.Tensor | None = None,
) -> tf.Tensor:
    """Laplace likelihood of the joints' distances, which is best where each is what is expected.

    Negative logarithm of the likelihood, as in Kendall and Gal (What uncertainties do we need in
    Bayesian deep learning for computer vision?, NIPS 2017), of distances after Procrustes
    alignment: that is the error by which lifters are compared, and no image shows the size or how
    the camera stands. Scalar; its gradient reaches the expected error alone.

    Args:
      expected_error: `[N, J]`, above 0, in the unit of `predicted_3d`.
      predicted_3d: `[N, J, 3]`, what the lifter says.
      true_3d: `[N, J, 3]`, what it should say; any unit and frame.
      root: Index of the root, which does not count.
      counts: `[N]`, how much each pose counts; None: all alike.
    """
    distance = tf.stop_gradient(aligned_distance(predicted_3d, true_3d))
    expected = tf.maximum(expected_error, _LEAST)
    loss = tf.math.log(expected) + distance / expected
    if counts is None:
        counts = tf.ones_like(loss[:, 0])
    weights = counts[:, tf.newaxis] * (1.0 - tf.one_hot(root, loss.shape[1]))
    return tf.reduce_sum(loss * weights) / tf.maximum(tf.reduce_sum(weights), 1.0)


def aligned_distance(predicted_3d: tf.Tensor, true_3d: tf.Tensor) -> tf.Tensor:
    """Distances `[N, J]` from the truth once it is moved, turned and scaled to the prediction."""
    predicted_3d = tf.stop_gradient(predicted_3d)
    return tf.norm(procrustes(tf.stop_gradient(true_3d), predicted_3d) - predicted_3d, axis=-1)
