"""Other signs of depth, tried against the flow: a way out of a wrong one, where no slope leads.

One view leaves it open whether a bone points towards the camera or away from it. A lifter that has
chosen the wrong sign sits in a valley: between the two poses lie flat ones, which look unlike all
others from elsewhere. The flow tells the two apart, seen from other sides. So now and then the
lifted pose is compared with one in which the depth of a limb, of a pair of limbs, of the trunk or
of the whole body is turned round, and where that is the likelier, the lifter is drawn to it.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from posenet3d.geometry import bones, camera, views
from posenet3d.models import PoseFlow
from posenet3d.platform import randomness
from posenet3d.skeletons.limbs import bone_paths, limbs
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.cycle.lift_reproject_lift import turn

NUM_VIEWS = 4
"""New views in which two poses are compared; ours."""

SHARE = 0.5
"""Share of a batch's poses that meet a hypothesis; ours."""

_MARGIN = 0.03  # nats a coordinate by which the other pose must be the likelier; ours


def hypotheses(skeleton: Skeleton) -> np.ndarray:
    """float32 `[H, J - 1]`: in each hypothesis -1 for the bones whose depth is turned round.

    The whole body; every limb as a whole, its first bone, and what follows it; limbs that mirror
    each other; the pair of bones from which they hang, alone and with the limbs; all that belongs
    to no limb.
    """
    own_limbs, mirror = limbs(skeleton), skeleton.bone_mirror
    whole = set(range(len(skeleton.bones)))
    sets = [whole]
    for limb in own_limbs:
        pair = {*limb, *(mirror[bone] for bone in limb)}
        start = skeleton.bones[limb[0]][0]
        roots = {bone for bone, (_, child) in enumerate(skeleton.bones) if child == start}
        roots |= {mirror[bone] for bone in roots}
        sets += [set(limb), {limb[0]}, set(limb[1:]), pair, roots, roots | pair]
    sets.append(whole.difference(*own_limbs))
    different = [turned for i, turned in enumerate(sets) if turned and turned not in sets[:i]]
    table = np.ones((len(different), len(skeleton.bones)), np.float32)
    for row, turned in zip(table, different, strict=True):
        row[list(turned)] = -1.0
    return table


def sign_loss(
    keypoints_3d: tf.Tensor,
    keypoints_2d: tf.Tensor,
    typical_ratios: tf.Tensor,
    flow: PoseFlow,
    skeleton: Skeleton,
    elevation_from: tf.Tensor,
    elevation: float,
    spread: float,
    seed: tf.Tensor,
) -> tf.Tensor:
    """Distance of the depths from those of a hypothesis, where that is the likelier.

    Each of the first `SHARE` of the poses meets one hypothesis, drawn at random. In both
    poses the bones in question have the depth of typical lengths: it is about the sign alone, also
    where a pose is still flat.

    Args:
      keypoints_3d: `[N, J, 3]`, lifted poses: camera frame, root-relative, pose units.
      keypoints_2d: `[N, J, 2]`, normalised: what was lifted.
      typical_ratios: `[N, J - 1]`, bone lengths over their mean.
      flow: Which says how likely 2D poses are.
      skeleton: The skeleton of the J joints.
      elevation_from: `[N]`, radians, of the cameras that saw the poses.
      elevation: Radians, mean elevation of the new views.
      spread: Radians, standard deviation of the new views' elevation.
      seed: int32 `[2]`.

    Returns:
      Scalar: summed over joints, mean over those poses.
    """
    table = hypotheses(skeleton)
    paths = tf.constant(bone_paths(skeleton))
    which_seed, *view_seeds = randomness.split(seed, 1 + NUM_VIEWS)
    count = tf.cast(tf.math.ceil(SHARE * tf.cast(tf.shape(keypoints_3d)[0], tf.float32)), tf.int32)
    keypoints_3d, keypoints_2d, typical_ratios, elevation_from = (
        rows[:count] for rows in (keypoints_3d, keypoints_2d, typical_ratios, elevation_from)
    )
    which = tf.cast(randomness.uniform([count], which_seed, 0.0, float(len(table))), tf.int32)
    # A product that rounds up to the number itself would be one row too many.
    signs = tf.gather(tf.constant(table), tf.minimum(which, len(table) - 1))

    depth, deep = _bone_depths(tf.stop_gradient(keypoints_3d), typical_ratios, skeleton)
    bone_depths = [tf.where(signs < 0.0, turned, depth) for turned in (deep, -deep)]
    depths = tf.linalg.matmul(tf.concat(bone_depths, axis=0), paths, transpose_b=True)
    poses_3d = camera.unproject(tf.tile(keypoints_2d, [2, 1, 1]), depths)
    unlikely = tf.zeros([2 * count])
    for view_seed in view_seeds:
        view, _ = views.known_views(
            count, view_seed, elevation, spread, elevation_from=elevation_from
        )
        _, seen_2d, _ = turn(poses_3d, tf.tile(view, [2, 1, 1]))
        unlikely += flow(seen_2d) / NUM_VIEWS
    own, others = tf.split(unlikely, 2)
    likelier = tf.cast(others < own - _MARGIN, tf.float32)
    distance = tf.reduce_sum(tf.abs(keypoints_3d[..., 2] - depths[count:]), axis=-1)
    return tf.reduce_mean(likelier * distance)


def _bone_depths(
    keypoints_3d: tf.Tensor, typical_ratios: tf.Tensor, skeleton: Skeleton
) -> tuple[tf.Tensor, tf.Tensor]:
    """Depths of bones `[N, J - 1]`, child behind parent, and the same at least those of typical
    lengths."""
    vectors = bones.bone_vectors(keypoints_3d, skeleton)
    lengths = bones.bone_lengths(keypoints_3d, skeleton)
    typical = typical_ratios * tf.reduce_mean(lengths, axis=-1, keepdims=True)
    across = tf.reduce_sum(tf.square(vectors[..., :2]), axis=-1)
    least = tf.sqrt(tf.nn.relu(tf.square(typical) - across))
    depth = vectors[..., 2]
    sign = tf.where(depth < 0.0, -1.0, 1.0)
    return depth, sign * tf.maximum(tf.abs(depth), least)
