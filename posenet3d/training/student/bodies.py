"""Other bodies and other poses made from lifted ones: bones of other lengths, limbs of others."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from posenet3d.geometry import bones
from posenet3d.platform import randomness
from posenet3d.skeletons.limbs import bone_paths, limbs
from posenet3d.skeletons.skeleton import Skeleton

_TINY = 1e-9  # keeps directions finite where two joints coincide


def other_bodies(
    keypoints_3d: tf.Tensor, skeleton: Skeleton, deviation: float, seed: tf.Tensor
) -> tf.Tensor:
    """Makes every bone longer or shorter by a random factor, left and right alike.

    Args:
      keypoints_3d: `[N, J, 3]`, root-relative; or `[N, T, J, 3]`, whose frames are of one body.
      skeleton: The skeleton of the J joints.
      deviation: Standard deviation of the factors' logarithm.
      seed: int32 `[2]`.

    Returns:
      The same shape; every bone keeps its direction.
    """
    vectors = bones.bone_vectors(keypoints_3d, skeleton)
    shape = [tf.shape(keypoints_3d)[0], *_frame_axes(keypoints_3d), len(skeleton.bones)]
    pair = [min(i, partner) for i, partner in enumerate(skeleton.bone_mirror)]
    factors = tf.exp(deviation * tf.gather(randomness.normal(shape, seed), pair, axis=-1))
    return tf.constant(bone_paths(skeleton)) @ (vectors * factors[..., tf.newaxis])


def mix_limbs(
    keypoints_3d: tf.Tensor, skeleton: Skeleton, share: float, seed: tf.Tensor
) -> tf.Tensor:
    """Gives some limbs the pose that they have in the next person of the batch.

    A limb keeps its place and its bones' lengths; their directions, as seen from the trunk, are the
    other's. So poses arise that nobody has struck: the legs of a climb with the arms of a throw.

    Args:
      keypoints_3d: `[N, J, 3]`, root-relative; or `[N, T, J, 3]`, in all of whose frames the same
        limbs change.
      skeleton: The skeleton of the J joints; without a trunk to see limbs from, nothing changes.
      share: Share of limbs that change.
      seed: int32 `[2]`.

    Returns:
      The same shape.
    """
    own_limbs, trunk = limbs(skeleton), _trunk(skeleton)
    if trunk is None or not own_limbs:
        return keypoints_3d
    frames = _frames(keypoints_3d, skeleton, trunk)
    other = tf.roll(keypoints_3d, shift=1, axis=0)
    turn = frames @ tf.linalg.matrix_transpose(tf.roll(frames, shift=1, axis=0))
    vectors = bones.bone_vectors(keypoints_3d, skeleton)
    others = bones.bone_vectors(other, skeleton) @ tf.linalg.matrix_transpose(turn)
    lengths, other_lengths = (tf.norm(v, axis=-1, keepdims=True) for v in (vectors, others))
    others *= lengths / tf.maximum(other_lengths, _TINY)
    shape = [tf.shape(keypoints_3d)[0], *_frame_axes(keypoints_3d), len(own_limbs)]
    coin = randomness.uniform(shape, seed) < share
    number = np.full(len(skeleton.bones), len(own_limbs))  # those of no limb never change
    for i, limb in enumerate(own_limbs):
        number[list(limb)] = i
    never = tf.zeros_like(coin[..., :1])
    changed = tf.gather(tf.concat([coin, never], axis=-1), number, axis=-1)[..., tf.newaxis]
    return tf.constant(bone_paths(skeleton)) @ tf.where(changed, others, vectors)


def _frames(keypoints_3d: tf.Tensor, skeleton: Skeleton, trunk: tuple[int, int, int]) -> tf.Tensor:
    """`[..., 3, 3]`, columns: across the hips, up the trunk, at right angles to both."""
    left, right, up = (keypoints_3d[..., joint, :] for joint in trunk)
    across = _unit(left - right)
    upward = _unit(up - across * tf.reduce_sum(up * across, axis=-1, keepdims=True))
    return tf.stack([across, upward, tf.linalg.cross(across, upward)], axis=-1)


def _frame_axes(keypoints_3d: tf.Tensor) -> list[int]:
    """An axis of 1 for each axis between that of the bodies and that of the joints."""
    return [1] * (len(keypoints_3d.shape) - 3)


def _unit(vectors: tf.Tensor) -> tf.Tensor:
    return vectors / tf.maximum(tf.norm(vectors, axis=-1, keepdims=True), _TINY)


def _trunk(skeleton: Skeleton) -> tuple[int, int, int] | None:
    """A left and a right child of the root and one in the middle, if there are such."""
    children = skeleton.children[skeleton.root]
    left = [c for c in children if c in skeleton.left]
    middle = [c for c in children if skeleton.mirror[c] == c]
    return (left[0], skeleton.mirror[left[0]], middle[0]) if left and middle else None
