"""Maps between skeletons inside the graph, so that clients need no code for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from posenet3d.skeletons.joint_rules import JointMap


def apply_maps(
    maps: Sequence[JointMap], keypoints_2d: tf.Tensor, confidence: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Applies maps in turn; see `apply_map`."""
    for joint_map in maps:
        keypoints_2d, confidence = apply_map(joint_map, keypoints_2d, confidence)
    return keypoints_2d, confidence


def apply_map(
    joint_map: JointMap, keypoints_2d: tf.Tensor, confidence: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """What `JointMap.apply` does, second choices included.

    Args:
      joint_map: From the joints Js to the joints Jt.
      keypoints_2d: `[N, Js, 2]`, finite, also at missing joints.
      confidence: `[N, Js]`; 0 marks a missing joint.

    Returns:
      keypoints `[N, Jt, 2]`, 0 at missing joints, and confidence `[N, Jt]`: the least of the source
      joints used, 0 at missing joints.
    """
    joints = joint_map.target.num_joints
    shape = tf.shape(keypoints_2d)
    mapped = tf.zeros([shape[0], joints, 2], keypoints_2d.dtype)
    mapped_confidence = tf.zeros([shape[0], joints], confidence.dtype)
    for weights, used in reversed(_choices(joint_map)):  # the preferred one has the last word
        least = tf.reduce_min(tf.where(used, confidence[:, tf.newaxis], np.inf), axis=-1)
        present = (least > 0) & used.any(axis=-1)
        # A sum, not a matrix product: recent GPUs round those.
        value = tf.reduce_sum(weights[:, :, np.newaxis] * keypoints_2d[:, tf.newaxis], axis=2)
        mapped = tf.where(present[..., tf.newaxis], value, mapped)
        mapped_confidence = tf.where(present, least, mapped_confidence)
    return mapped, mapped_confidence


def _choices(joint_map: JointMap) -> list[tuple[np.ndarray, np.ndarray]]:
    """The first, second, ... choices of all joints: weights and which are used, each `[Jt, Js]`."""
    source, target = joint_map.source, joint_map.target
    rules = {joint: joint_map.alternatives(joint) for joint in joint_map.rules}
    choices = []
    for choice in range(max(map(len, rules.values()))):
        weights = np.zeros((target.num_joints, source.num_joints), np.float32)
        used = np.zeros(weights.shape, bool)
        for joint, alternatives in rules.items():
            if choice < len(alternatives):
                for name, weight in alternatives[choice].weights().items():
                    weights[target.index(joint), source.index(name)] = weight
                    used[target.index(joint), source.index(name)] = True
        choices.append((weights, used))
    return choices
