"""Bones of a pose: vectors and lengths from parent to child."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.skeletons.skeleton import Skeleton

_TINY = 1e-12  # keeps the gradient of a length finite where two joints coincide


def bone_vectors(points: tf.Tensor, skeleton: Skeleton) -> tf.Tensor:
    """Vectors `[..., J - 1, D]` from parent to child of points `[..., J, D]`."""
    parents, children = zip(*skeleton.bones, strict=True)
    return tf.gather(points, children, axis=-2) - tf.gather(points, parents, axis=-2)


def bone_lengths(points: tf.Tensor, skeleton: Skeleton) -> tf.Tensor:
    """Lengths `[..., J - 1]` of the bones of points `[..., J, D]`, in the points' unit.

    The gradient is finite everywhere, also where a bone has no length.
    """
    squared = tf.reduce_sum(tf.square(bone_vectors(points, skeleton)), axis=-1)
    return tf.sqrt(squared + _TINY)


def bone_ratios(points: tf.Tensor, skeleton: Skeleton) -> tf.Tensor:
    """Bone lengths `[..., J - 1]` over their mean in the same pose: a body's proportions."""
    lengths = bone_lengths(points, skeleton)
    return lengths / tf.reduce_mean(lengths, axis=-1, keepdims=True)
