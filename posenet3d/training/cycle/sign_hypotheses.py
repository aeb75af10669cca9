"""Other signs of depth, tried against the flow: a way out of a wrong one, where no slope leads.

One view leaves it open whether a bone points towards the camera or away from it. A lifter that has
chosen the wrong sign sits in a valley: between the two poses lie flat ones, which look unlike all
others from elsewhere. The flow tells the two apart, seen from other sides. Some poses of each
batch are therefore compared with poses in which the depth of an arm or of both arms is turned
round. Where one of these is the likelier, the lifter is drawn to it.

Legs, trunk and the body as a whole keep their signs. With the legs tried as well, people in a
T-pose were worse; with trunk or body, people who lie on the floor were folded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from posenet3d.geometry import bones, camera
from posenet3d.models import PoseFlow
from posenet3d.skeletons.limbs import bone_paths, limbs
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.cycle.lift_reproject_lift import turn

NUM_VIEWS = 3
"""New views V in which poses are compared; ours."""

TESTED = 24
"""One pose of so many is tested because it is among the unlikeliest of its batch, and as many
because chance has it; ours."""

_MARGIN = 0.03  # nats a coordinate by which the other pose must be the likelier; ours


def hypotheses(skeleton: Skeleton) -> np.ndarray:
    """float32 `[H, J - 1]`: in each hypothesis -1 for the bones whose depth is turned round.

    Every arm as a whole, its first bone, and what follows it; arms that mirror each other; the pair
    of bones from which they hang, alone and with the arms. Arms are the limbs that do not hang from
    the root, as legs do. A skeleton without arms: all limbs; without limbs: all of it.
    """
    own_limbs, mirror = limbs(skeleton), skeleton.bone_mirror
    hung_from = [skeleton.parents[skeleton.bones[limb[0]][0]] for limb in own_limbs]
    arms = [limb for limb, at in zip(own_limbs, hung_from, strict=True) if at != skeleton.root]
    sets: list[set[int]] = []
    for limb in arms or own_limbs:
        pair = {*limb, *(mirror[bone] for bone in limb)}
        start = skeleton.bones[limb[0]][0]
        roots = {bone for bone, (_, child) in enumerate(skeleton.bones) if child == start}
        roots |= {mirror[bone] for bone in roots}
        sets += [set(limb), {limb[0]}, set(limb[1:]), pair, roots, roots | pair]
    if not sets:
        sets = [set(range(len(skeleton.bones)))]
    different = [turned for i, turned in enumerate(sets) if turned and turned not in sets[:i]]
    table = np.ones((len(different), len(skeleton.bones)), np.float32)
    for row, turned in zip(table, different, strict=True):
        row[list(turned)] = -1.0
    return table


class Tried(NamedTuple):
    """N lifted poses, in any order."""

    keypoints_3d: tf.Tensor  # [N, J, 3], camera frame, root-relative, pose units
    keypoints_2d: tf.Tensor  # [N, J, 2], normalised: what was lifted
    typical_ratios: tf.Tensor  # [N, J - 1], bone lengths over their mean
    unlikely: tf.Tensor  # [N], how unlikely a new view of each is
    views: tf.Tensor  # [N, V, 3, 3], rotations to further new views
    elevations: tf.Tensor | None = None  # [N, V], radians, of their cameras


def sign_loss(lifted: Tried, flow: PoseFlow, skeleton: Skeleton) -> tf.Tensor:
    """Distance of the depths from those of the likeliest hypothesis, where that is the likelier.

    A few poses of the batch meet all hypotheses: the unlikeliest, and as many others. Bones in
    question have the depth of typical lengths before and after: it is about the sign alone, also
    where a pose is still flat.

    Returns:
      Scalar: summed over joints, mean over the poses that were tested.
    """
    rows = _tested(lifted.unlikely)
    lifted = Tried(*(None if of_all is None else tf.gather(of_all, rows) for of_all in lifted))
    depth, deep = _bone_depths(lifted, skeleton)
    # [H, 1, J - 1]; the last is the lifter's own.
    signs = tf.constant(np.pad(hypotheses(skeleton), [(0, 1), (0, 0)], constant_values=1.0))
    signs = signs[:, tf.newaxis]
    nats = _nats(signs * deep, lifted, flow, skeleton)
    best = tf.argmin(nats, axis=0, output_type=tf.int32)
    likelier = tf.cast(tf.reduce_min(nats, axis=0) < nats[-1] - _MARGIN, tf.float32)
    target = tf.where(tf.gather(signs[:, 0], best) < 0.0, -deep, depth)
    target = tf.linalg.matmul(target, tf.constant(bone_paths(skeleton)), transpose_b=True)
    distance = tf.reduce_sum(tf.abs(lifted.keypoints_3d[..., 2] - target), axis=-1)
    return tf.reduce_mean(likelier * distance)


def _nats(bone_depths: tf.Tensor, lifted: Tried, flow: PoseFlow, skeleton: Skeleton) -> tf.Tensor:
    """How unlikely M poses with H depths `[H, M, J - 1]` of bones each look in their new views:
    `[H, M]`."""
    number, count = bone_depths.shape[0], tf.shape(lifted.keypoints_3d)[0]
    depths = tf.linalg.matmul(bone_depths, tf.constant(bone_paths(skeleton)), transpose_b=True)
    depths = tf.reshape(depths, [-1, skeleton.num_joints])
    poses_3d = camera.unproject(tf.tile(lifted.keypoints_2d, [number, 1, 1]), depths)
    nats = []
    for view in range(NUM_VIEWS):
        _, seen_2d, _ = turn(poses_3d, tf.tile(lifted.views[:, view], [number, 1, 1]))
        elevation = lifted.elevations
        if elevation is not None:
            elevation = tf.tile(elevation[:, view], [number])
        nats.append(flow(seen_2d, elevation))
    return tf.reshape(tf.add_n(nats) / NUM_VIEWS, [number, count])


def _tested(unlikely: tf.Tensor) -> tf.Tensor:
    """Rows `[M]` of the first of the batch, which come in any order, and of the unlikeliest."""
    count = tf.maximum(tf.shape(unlikely)[0] // TESTED, 1)
    _, worst = tf.math.top_k(unlikely, count)
    return tf.concat([tf.range(count), worst], axis=0)


def _bone_depths(lifted: Tried, skeleton: Skeleton) -> tuple[tf.Tensor, tf.Tensor]:
    """Depths of bones `[N, J - 1]`, child behind parent, and the same at least those of typical
    lengths; no gradient."""
    keypoints_3d = tf.stop_gradient(lifted.keypoints_3d)
    vectors = bones.bone_vectors(keypoints_3d, skeleton)
    lengths = bones.bone_lengths(keypoints_3d, skeleton)
    typical = lifted.typical_ratios * tf.reduce_mean(lengths, axis=-1, keepdims=True)
    across = tf.reduce_sum(tf.square(vectors[..., :2]), axis=-1)
    least = tf.sqrt(tf.nn.relu(tf.square(typical) - across))
    depth = vectors[..., 2]
    sign = tf.where(depth < 0.0, -1.0, 1.0)
    return depth, sign * tf.maximum(tf.abs(depth), least)
