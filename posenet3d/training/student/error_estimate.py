"""How a lifter learns to say how far it expects to be off."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.geometry.alignment import procrustes

_LEAST = 1e-3  # pose units: below it 1 / b would make single joints all that counts
_MOST_TIMES = 5.0  # a lesson's distance is multiplied by no more, however few poses say by how much


def error_loss(
    expected_error: tf.Tensor, distance: tf.Tensor, root: int, counts: tf.Tensor | None = None
) -> tf.Tensor:
    """Laplace likelihood of the joints' distances, which is best where each is what is expected.

    Negative logarithm of the likelihood, as in Kendall and Gal (What uncertainties do we need in
    Bayesian deep learning for computer vision?, NIPS 2017). Scalar; its gradient reaches the
    expected error alone.

    Args:
      expected_error: `[N, J]`, above 0.
      distance: `[N, J]`, how far each joint is off, in the same unit.
      root: Index of the root, which does not count.
      counts: `[N]`, how much each pose counts; None: all alike.
    """
    expected = tf.maximum(expected_error, _LEAST)
    loss = tf.math.log(expected) + tf.stop_gradient(distance) / expected
    if counts is None:
        counts = tf.ones_like(loss[:, 0])
    weights = counts[:, tf.newaxis] * (1.0 - tf.one_hot(root, loss.shape[1]))
    return tf.reduce_sum(loss * weights) / tf.maximum(tf.reduce_sum(weights), 1.0)


def likely_distance(
    from_lesson: tf.Tensor, from_truth: tf.Tensor, known: tf.Tensor, counts: tf.Tensor
) -> tf.Tensor:
    """Distances `[N, J]` from the truth, also of poses of which only the lesson is known.

    A lifter is nearer to its lessons than to the truth, for it makes its teacher's mistakes. Where
    the truth is known, it shows how many times nearer; the same is taken of the other poses.

    Args:
      from_lesson: `[N, J]`, distances from what the teacher says.
      from_truth: `[N, J]`, those from the truth; looked at where it is known.
      known: `[N]`, 1 where the truth is known, else 0.
      counts: `[N]`, how much each pose counts.
    """
    weights = (known * counts)[:, tf.newaxis]
    times = tf.math.divide_no_nan(
        tf.reduce_sum(weights * from_truth), tf.reduce_sum(weights * from_lesson)
    )
    times = tf.clip_by_value(times, 1.0, _MOST_TIMES)
    return tf.where(known[:, tf.newaxis] > 0.0, from_truth, times * from_lesson)


def aligned_distance(predicted_3d: tf.Tensor, true_3d: tf.Tensor) -> tf.Tensor:
    """Distances `[N, J]` from the truth once it is moved, turned and scaled to the prediction.

    Alignment, because that is the error by which lifters are compared, and no image shows the size
    or how the camera stands.
    """
    predicted_3d = tf.stop_gradient(predicted_3d)
    return tf.norm(procrustes(tf.stop_gradient(true_3d), predicted_3d) - predicted_3d, axis=-1)
