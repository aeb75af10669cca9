"""The metrics of `metrics.joint_errors` in TensorFlow, for validation while training.

The same names and conventions: `[..., J, 3]` in mm (camera frame) in, one number a pose `[...]` out
in the type of the input. They run in a `tf.function`, compiled by XLA or not, and check nothing:
poses that are not finite give results that are not finite.
"""

from __future__ import annotations

import tensorflow as tf

from posenet3d.evaluation.metrics.joint_errors import (
    AUC_THRESHOLDS_MM,
    CPS_LIMIT_MM,
    PCK_THRESHOLD_MM,
)
from posenet3d.geometry.alignment import procrustes
from posenet3d.geometry.bones import bone_vectors
from posenet3d.skeletons.skeleton import H36M_17, Skeleton


def mpjpe(predicted_3d: tf.Tensor, true_3d: tf.Tensor, root: int = 0) -> tf.Tensor:
    """Mean distance over all joints, root included, in mm."""
    return tf.reduce_mean(_root_relative_errors(predicted_3d, true_3d, root), axis=-1)


def n_mpjpe(predicted_3d: tf.Tensor, true_3d: tf.Tensor, root: int = 0) -> tf.Tensor:
    """MPJPE in mm after one least-squares scale a pose, not below 0."""
    predicted, true = _root_relative(predicted_3d, root), _root_relative(true_3d, root)
    product = tf.reduce_sum(predicted * true, axis=[-2, -1], keepdims=True)
    norm = tf.reduce_sum(predicted**2, axis=[-2, -1], keepdims=True)
    scale = tf.math.divide_no_nan(tf.nn.relu(product), norm)
    return tf.reduce_mean(tf.norm(scale * predicted - true, axis=-1), axis=-1)


def pa_mpjpe(predicted_3d: tf.Tensor, true_3d: tf.Tensor, reflection: bool = False) -> tf.Tensor:
    """MPJPE in mm after Procrustes alignment; it may mirror the pose only with `reflection`."""
    aligned = procrustes(predicted_3d, true_3d, reflection)
    return tf.reduce_mean(tf.norm(aligned - true_3d, axis=-1), axis=-1)


def pck(
    predicted_3d: tf.Tensor,
    true_3d: tf.Tensor,
    root: int = 0,
    threshold_mm: float = PCK_THRESHOLD_MM,
) -> tf.Tensor:
    """Share of joints within the threshold, the root not counted, in percent."""
    errors = _without(root, _root_relative_errors(predicted_3d, true_3d, root))
    return 100.0 * tf.reduce_mean(tf.cast(errors <= threshold_mm, errors.dtype), axis=-1)


def auc(predicted_3d: tf.Tensor, true_3d: tf.Tensor, root: int = 0) -> tf.Tensor:
    """Mean PCK over the thresholds 0, 5, ... 150 mm, in percent."""
    errors = _without(root, _root_relative_errors(predicted_3d, true_3d, root))
    within = errors[..., None] <= tf.constant(AUC_THRESHOLDS_MM, errors.dtype)
    return 100.0 * tf.reduce_mean(tf.cast(within, errors.dtype), axis=[-2, -1])


def cps(predicted_3d: tf.Tensor, true_3d: tf.Tensor) -> tf.Tensor:
    """Area under the curve of correct poses, 0 to 300 mm, in percent."""
    aligned = procrustes(predicted_3d, true_3d)
    worst = tf.reduce_max(tf.norm(aligned - true_3d, axis=-1), axis=-1)
    return 100.0 * (1.0 - tf.minimum(worst / CPS_LIMIT_MM, 1.0))


def depth_flipped(predicted_3d: tf.Tensor, true_3d: tf.Tensor, root: int = 0) -> tf.Tensor:
    """Whether a pose fits better, by N-MPJPE, with the sign of its depth turned: bool `[...]`."""
    predicted_3d = tf.convert_to_tensor(predicted_3d)
    flipped = predicted_3d * tf.constant([1.0, 1.0, -1.0], predicted_3d.dtype)
    return n_mpjpe(flipped, true_3d, root) < n_mpjpe(predicted_3d, true_3d, root)


def match_size(
    predicted_3d: tf.Tensor, true_3d: tf.Tensor, skeleton: Skeleton = H36M_17
) -> tf.Tensor:
    """Scales each pose so that its bone lengths add up to those of the true pose.

    Args:
      predicted_3d: `[..., J, 3]` in any unit.
      true_3d: `[..., J, 3]` in mm.
      skeleton: The skeleton whose joints the J are.

    Returns:
      `[..., J, 3]` in mm; a pose whose joints all coincide gives zeros.
    """
    size, true_size = (_bone_length_sum(pose, skeleton) for pose in (predicted_3d, true_3d))
    return predicted_3d * tf.math.divide_no_nan(true_size, size)[..., None, None]


def _root_relative(pose_3d: tf.Tensor, root: int) -> tf.Tensor:
    pose_3d = tf.convert_to_tensor(pose_3d)
    return pose_3d - pose_3d[..., root, None, :]


def _root_relative_errors(predicted_3d: tf.Tensor, true_3d: tf.Tensor, root: int) -> tf.Tensor:
    return tf.norm(_root_relative(predicted_3d, root) - _root_relative(true_3d, root), axis=-1)


def _without(root: int, errors: tf.Tensor) -> tf.Tensor:
    return tf.concat([errors[..., :root], errors[..., root + 1 :]], axis=-1)


def _bone_length_sum(pose_3d: tf.Tensor, skeleton: Skeleton) -> tf.Tensor:
    return tf.reduce_sum(tf.norm(bone_vectors(pose_3d, skeleton), axis=-1), axis=-1)


ACCURACY = ("pa_mpjpe", "n_mpjpe")
"""Names of the metrics that hold for predictions of any size; the full set is in `metrics`."""


def accuracy(predicted_3d: tf.Tensor, true_3d: tf.Tensor, root: int) -> dict[str, tf.Tensor]:
    """The metrics `ACCURACY` of poses of any size, by name."""
    return {
        "pa_mpjpe": pa_mpjpe(predicted_3d, true_3d),
        "n_mpjpe": n_mpjpe(predicted_3d, true_3d, root),
    }
