"""What a training step starts from: mirrored poses, their joints placed anew."""

from __future__ import annotations

import math
from typing import NamedTuple

import tensorflow as tf

from posenet3d.geometry import camera, mirror
from posenet3d.platform import randomness
from posenet3d.skeletons.skeleton import Skeleton


class Adapted(NamedTuple):
    """What the domain adapter makes of M poses of source_data."""

    adapted_2d: tf.Tensor  # [M, J, 2]
    source_2d: tf.Tensor  # [M, J, 2], the poses before
    real_2d: tf.Tensor  # [R, J, 2], poses of train_data, which they should look like


class Batch(NamedTuple):
    """N complete, normalised 2D poses to lift, and what goes with them."""

    keypoints_2d: tf.Tensor  # [N, J, 2]
    real_2d: tf.Tensor  # [R, J, 2], those of them that count as real; they come first
    group: tf.Tensor  # int [N], the kind of body of each
    elevation: tf.Tensor  # [N], radians, from which each was seen; NaN: only the mean is known
    bone_ratios: tf.Tensor | None = None  # [N, J - 1], typical of each body and its joints' places
    neighbour_2d: tf.Tensor | None = None  # [R, J, 2], the next frame at the same scale
    same_body_2d: tf.Tensor | None = None  # [R, J, 2], a frame of the same person
    adapted: Adapted | None = None  # where a domain adapter learns


def mirror_half(
    poses: list[tf.Tensor | None], skeleton: Skeleton, seed: tf.Tensor
) -> list[tf.Tensor | None]:
    """Mirrors every other row of arrays `[N, J, 2]`, the same rows in each."""
    count = tf.shape(poses[0])[0]
    coin = randomness.uniform([count, 1, 1], seed) < 0.5
    return [p if p is None else tf.where(coin, mirror.mirror(p, skeleton), p) for p in poses]


def with_others(batch: Batch, others_2d: tf.Tensor, real: bool) -> Batch:
    """Adds poses `[M, J, 2]` of bodies of the first kind, which may count as real."""
    keypoints_2d = tf.concat([batch.keypoints_2d, others_2d], axis=0)
    none = tf.zeros_like(others_2d[:, 0, 0], tf.int32)
    unknown = tf.fill(tf.shape(none), math.nan)
    return batch._replace(
        keypoints_2d=keypoints_2d,
        real_2d=keypoints_2d if real else batch.real_2d,
        group=tf.concat([batch.group, none], axis=0),
        elevation=tf.concat([batch.elevation, unknown], axis=0),
    )


def place(
    batch: Batch,
    placements: tf.Tensor,
    bone_ratios: tf.Tensor,
    root: int,
    seed: tf.Tensor,
) -> Batch:
    """Moves the joints of half the poses to a placement drawn for each.

    Args:
      batch: Poses where the data have their joints.
      placements: `[K, J, J]` (see `placements.draw_placements`), the data's own first.
      bone_ratios: `[G, K, J - 1]`, typical ratios of each group in each placement.
      root: Index of the root joint.
      seed: int32 `[2]`.

    Returns:
      The batch, normalised again, with the bone ratios of its new placements.
    """
    group = batch.group
    count, number = tf.shape(batch.keypoints_2d)[0], placements.shape[0]
    if number == 1:
        return batch._replace(bone_ratios=tf.gather(bone_ratios[:, 0], group))
    coin_seed, seed = randomness.split(seed, 2)
    drawn = tf.cast(randomness.uniform([count], seed, 0.0, float(number)), tf.int32)
    drawn = tf.where(randomness.uniform([count], coin_seed) < 0.5, 0, drawn)
    matrices = tf.gather(placements, drawn)
    placed = camera.normalise(matrices @ batch.keypoints_2d, root)

    def alike(poses: tf.Tensor | None, scale: tf.Tensor | None) -> tf.Tensor | None:
        if poses is None:
            return None
        rows = slice(tf.shape(poses)[0])
        scale = None if scale is None else scale[rows]
        return camera.normalise(matrices[rows] @ poses, root, scale).keypoints_2d

    return batch._replace(
        keypoints_2d=placed.keypoints_2d,
        real_2d=placed.keypoints_2d[: tf.shape(batch.real_2d)[0]],
        bone_ratios=tf.gather_nd(bone_ratios, tf.stack([group, drawn], axis=-1)),
        neighbour_2d=alike(batch.neighbour_2d, placed.scale),
        same_body_2d=alike(batch.same_body_2d, None),
    )
