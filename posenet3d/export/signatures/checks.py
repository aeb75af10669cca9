"""Checks of a client's input inside the graph; their message is what the client gets.

They refuse what `PoseEstimator.lift` refuses, by an error of the code INVALID_ARGUMENT.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from posenet3d.poses.records import LARGEST
from posenet3d.skeletons.skeleton import Skeleton


def check_poses(keypoints_2d: tf.Tensor, skeleton: Skeleton) -> tf.Tensor:
    """Refuses 2D poses that are not `[N, J, 2]`, or hold a NaN, an infinity or a number above 1e9.

    Args:
      keypoints_2d: What the client gave.
      skeleton: The skeleton of the J joints, which the message names.

    Returns:
      The poses. What is computed from them is not computed before they are checked, so that no
      other error comes first; it is the same with the other checks.
    """
    joints = skeleton.num_joints
    shape = _runtime_shape(keypoints_2d)
    keypoints_2d = _require(
        keypoints_2d,
        _equals(shape, 3, {1: joints, 2: 2}),
        lambda: tf.strings.format(
            f"keypoints_2d must have the shape [N, {joints}, 2], got {{}}", shape
        ),
    )
    usable = tf.abs(keypoints_2d) <= LARGEST  # False for NaN as well

    def message() -> tf.Tensor:
        first = tf.where(~usable)[0]
        return tf.strings.format(
            f"keypoints_2d holds {{}} at row {{}}, joint {{}}; coordinates must be finite and at "
            f"most {LARGEST:g}. Give a missing joint any such coordinates and confidence 0, by a "
            "signature that takes the confidence",
            (
                tf.gather_nd(keypoints_2d, first),
                first[0],
                tf.gather(list(skeleton.joint_names), first[1]),
            ),
        )

    return _require(keypoints_2d, tf.reduce_all(usable), message)


def check_confidence(
    confidence: tf.Tensor, keypoints_2d: tf.Tensor, skeleton: Skeleton
) -> tf.Tensor:
    """Refuses confidence that is not `[N, J]` for the N poses, or leaves [0, 1].

    Args:
      confidence: What the client gave.
      keypoints_2d: The poses, checked.
      skeleton: The skeleton of the J joints, which the message names.
    """
    joints = skeleton.num_joints
    shape = _runtime_shape(confidence)
    rows = tf.shape(keypoints_2d)[0]
    confidence = _require(
        confidence,
        _equals(shape, 2, {0: rows, 1: joints}),
        lambda: tf.strings.format(
            f"confidence must have the shape [{{}}, {joints}], got {{}}", (rows, shape)
        ),
    )
    inside = (confidence >= 0) & (confidence <= 1)  # False for NaN as well

    def message() -> tf.Tensor:
        first = tf.where(~inside)[0]
        return tf.strings.format(
            "confidence must lie in [0, 1], got {} at row {}, joint {}",
            (
                tf.gather_nd(confidence, first),
                first[0],
                tf.gather(list(skeleton.joint_names), first[1]),
            ),
        )

    return _require(confidence, tf.reduce_all(inside), message)


def check_frame_rate(frame_rate: tf.Tensor, fastest: float) -> tf.Tensor:
    """Refuses frames a second that are not in (0, fastest]."""
    return _require(
        frame_rate,
        (frame_rate > 0) & (frame_rate <= fastest),  # False for NaN as well
        lambda: tf.strings.format(f"frame_rate must lie in (0, {fastest:g}], got {{}}", frame_rate),
    )


def check_normalised(keypoints_2d: tf.Tensor, root: int, size: float | None) -> tf.Tensor:
    """Refuses poses whose root is not at (0, 0), or whose size is not the one expected.

    Args:
      keypoints_2d: `[N, J, 2]`, checked.
      root: Index of the root joint.
      size: Mean distance of the joints from the root; None: any.
    """
    distance = tf.norm(keypoints_2d, axis=-1)
    sizes = tf.reduce_mean(distance, axis=-1)
    right = distance[:, root] <= 1e-4
    if size is not None:
        right &= tf.abs(sizes / size - 1.0) <= 0.01

    def message() -> tf.Tensor:
        first = tf.where(~right)[0, 0]
        wanted = "" if size is None else f" and the mean distance of its joints from there {size:g}"
        return tf.strings.format(
            f"keypoints_2d must be normalised: the root at (0, 0){wanted}; row {{}} has its root "
            "at a distance of {} and the mean distance {}. Pixels go to serving_default",
            (first, distance[first, root], sizes[first]),
        )

    return _require(keypoints_2d, tf.reduce_all(right), message)


def _runtime_shape(tensor: tf.Tensor) -> tf.Tensor:
    """The shape that a client's tensor really has.

    A session feeds whatever it is given, and `tf.shape` of a tensor of known shape is a constant,
    so that a check of it would always pass.
    """
    any_shape = tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=tf.TensorShape(None))
    return tf.shape(any_shape)


def _equals(shape: tf.Tensor, rank: int, sizes: dict[int, int | tf.Tensor]) -> tf.Tensor:
    """Whether a shape has this rank, and these sizes by axis."""
    padded = tf.concat([shape, tf.fill([rank], -1)], axis=0)
    same = [tf.equal(padded[axis], size) for axis, size in sizes.items()]
    return tf.reduce_all(tf.stack([tf.equal(tf.size(shape), rank), *same]))


def _require(
    tensor: tf.Tensor, condition: tf.Tensor, message: Callable[[], tf.Tensor]
) -> tf.Tensor:
    """The tensor; fails with the message, which is made only then, if the condition is false."""

    def refuse() -> tf.Tensor:
        with tf.control_dependencies([tf.debugging.Assert(False, [message()])]):
            return tf.constant(False)

    with tf.control_dependencies([tf.cond(condition, lambda: tf.constant(True), refuse)]):
        return tf.identity(tensor)
