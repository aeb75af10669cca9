"""Other signs of depth, searched for by the flow: a way out of wrong ones, where no slope leads.

One view leaves it open whether a bone points towards the camera or away from it. A lifter that has
chosen the wrong sign sits in a valley: between the two poses lie flat ones, which look unlike all
others from elsewhere. The flow tells the two apart, seen from other sides. So some training poses
are lifted, and bones, limbs and the whole body are turned round in depth, one after another, as
long as the pose becomes likelier. Where it ends likelier than it was lifted, the lifter learns its
depths.

One turn alone seldom leads from a wrong pose to the right one: of a body that lies the wrong way
round, trunk, legs and arms have to follow one another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from posenet3d.geometry import bones, camera
from posenet3d.models import PoseFlow
from posenet3d.models.lifter import unproject
from posenet3d.platform import randomness
from posenet3d.skeletons.limbs import bone_paths, limbs
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.cycle.lift_reproject_lift import turn
from posenet3d.training.cycle.random_views import Seen, new_views
from posenet3d.training.settings.config import TrainingConfig

SEARCHED = 8000
"""Poses that are searched before an epoch, and the most that can be learned in it; ours."""

NUM_VIEWS = 3
"""New views in which poses are compared; as many again, and twice, before one is learned; ours."""

_MOST_TURNS = 4  # one after another; ours
_STEP = 0.02  # nats a coordinate that a turn must gain; ours
_MARGIN = 0.05  # nats by which a pose must be likelier than the lifted one to be learned; ours
_IN_DOUBT = 0.25  # share of the poses, the unlikeliest, that are searched from another start too
_CHUNK = 4096  # poses at a time


class Found(NamedTuple):
    """What a search has found for N lifted poses."""

    depths: np.ndarray  # [N, J], behind the root, pose units
    likelier: np.ndarray  # bool [N], whether they differ from the lifted ones


def turns(skeleton: Skeleton) -> np.ndarray:
    """float32 `[T, J - 1]`: in each turn -1 for the bones whose depth is turned round.

    Every bone; limbs as a whole, without their first bone, and in pairs; what pairs hang from; the
    trunk; the whole body.
    """
    own_limbs, mirror, number = limbs(skeleton), skeleton.bone_mirror, len(skeleton.bones)
    sets = [{bone} for bone in range(number)]
    for limb in own_limbs:
        start = skeleton.bones[limb[0]][0]
        roots = {bone for bone, (_, child) in enumerate(skeleton.bones) if child == start}
        pairs = ({*part, *(mirror[bone] for bone in part)} for part in (limb, roots))
        sets += [set(limb), set(limb[1:]), *pairs]
    sets += [set(range(number)) - _bones_of_limbs(skeleton), set(range(number))]
    different = [turned for i, turned in enumerate(sets) if turned and turned not in sets[:i]]
    table = np.ones((len(different), number), np.float32)
    for row, turned in zip(table, different, strict=True):
        row[list(turned)] = -1.0
    return table


def _bones_of_limbs(skeleton: Skeleton) -> set[int]:
    return {bone for limb in limbs(skeleton) for bone in limb}


class SignSearch:
    """Searches the signs of depth of lifted poses.

    Args:
      config: The settings of the run: its views are those in which poses are compared.
      skeleton: The skeleton of the J joints.
      flow: How unlikely a 2D pose `[N, J, 2]` is, given its camera's elevation `[N]`: `[N]`.
    """

    def __init__(self, config: TrainingConfig, skeleton: Skeleton, flow: PoseFlow) -> None:
        self.config = config
        self.skeleton = skeleton
        self.turns = turns(skeleton)
        self._paths = bone_paths(skeleton)
        resize = config.scale == "pose"

        # Compiled, it takes half the time on a CPU; on a GPU, XLA may lack what it needs.
        @tf.function(autograph=False, jit_compile=not tf.config.list_physical_devices("GPU"))
        def unlikely(
            keypoints_2d: tf.Tensor, depths: tf.Tensor, views: tf.Tensor, elevation: tf.Tensor
        ) -> tf.Tensor:
            poses_3d = camera.unproject(keypoints_2d, depths)
            return flow(turn(poses_3d, views, resize)[1], elevation)

        self._unlikely = unlikely

    def find(self, seen: Seen, bone_ratios: np.ndarray, seed: randomness.Seed) -> Found:
        """The likeliest signs that a search comes to.

        Args:
          seen: N lifted poses and their cameras.
          bone_ratios: `[N, J - 1]`, typical of each body: at least so long are bones in the search.
          seed: int32 `[2]`, of the views.
        """
        first, second = randomness.split(seed, 2)
        views = self._views(seen, first, NUM_VIEWS)
        keypoints_3d = unproject(seen.lifted)
        depth, deep = _bone_depths(keypoints_3d, bone_ratios, self.skeleton)
        everyone = np.arange(len(depth))
        found, nats = self._climb(deep, everyone, views)
        doubtful = np.argsort(-nats, kind="stable")[: round(_IN_DOUBT * len(nats))]
        if len(doubtful):
            other = self._other_start(deep[doubtful], doubtful, views)
            other, other_nats = self._climb(other, doubtful, views)
            better = other_nats < nats[doubtful]
            found[doubtful[better]] = other[better]
        # What is the best of many in some views may not be so in others.
        turned = np.sign(found) != np.sign(deep)
        found, rows = np.where(turned, found, depth), np.flatnonzero(turned.any(axis=1))
        likelier = np.zeros(len(depth), bool)
        if len(rows):
            views = self._views(seen, second, 2 * NUM_VIEWS)
            before, after = self._nats(np.stack([depth[rows], found[rows]]), rows, views)
            likelier[rows] = after < before - _MARGIN
        return Found(np.where(likelier[:, None], found, depth) @ self._paths.T, likelier)

    def _other_start(self, deep: np.ndarray, rows: np.ndarray, views: _Views) -> np.ndarray:
        """The likeliest of: the whole body turned round, its trunk alone, its limbs alone."""
        limbs_alone = np.ones(deep.shape[-1], np.float32)
        limbs_alone[list(_bones_of_limbs(self.skeleton))] = -1.0
        starts = np.stack([-deep, -limbs_alone * deep, limbs_alone * deep])
        return starts[self._nats(starts, rows, views).argmin(axis=0), np.arange(len(rows))]

    def _climb(
        self, bone_depths: np.ndarray, rows: np.ndarray, views: _Views
    ) -> tuple[np.ndarray, np.ndarray]:
        """Turns bones of M poses round as long as that makes them likelier.

        Returns:
          Their depths `[M, J - 1]` and how unlikely the poses are with them, `[M]`.
        """
        bone_depths = bone_depths.copy()
        nats = self._nats(bone_depths[np.newaxis], rows, views)[0]
        moving = np.arange(len(rows))
        for _ in range(_MOST_TURNS):
            turned = self.turns[:, np.newaxis] * bone_depths[moving]
            tried = self._nats(turned, rows[moving], views)
            each = np.arange(len(moving))
            best = tried.argmin(axis=0)
            better = tried[best, each] < nats[moving] - _STEP
            best, each, moving = best[better], each[better], moving[better]
            bone_depths[moving], nats[moving] = turned[best, each], tried[best, each]
            if not len(moving):
                break
        return bone_depths, nats

    def _nats(self, bone_depths: np.ndarray, rows: np.ndarray, views: _Views) -> np.ndarray:
        """How unlikely M poses with C depths each `[C, M, J - 1]` look in their views: `[C, M]`."""
        count, poses = bone_depths.shape[:2]
        depths = (bone_depths @ self._paths.T).reshape(count * poses, self.skeleton.num_joints)
        nats = np.zeros(count * poses, np.float32)
        for start in range(0, len(nats), _CHUNK):
            # All chunks have one size, or each would be compiled anew: the last repeats the first.
            chunk = np.arange(start, start + _CHUNK) % len(nats)
            row = rows[chunk % poses]
            for matrices, elevation in zip(views.matrices, views.elevation, strict=True):
                seen = views.keypoints_2d[row], depths[chunk], matrices[row], elevation[row]
                unlikely = self._unlikely(*map(tf.constant, seen)).numpy()
                nats[chunk[: len(nats) - start]] += unlikely[: len(nats) - start]
        return nats.reshape(count, poses) / len(views.matrices)

    def _views(self, seen: Seen, seed: randomness.Seed, count: int) -> _Views:
        drawn = [new_views(self.config, seen, one) for one in randomness.split(seed, count)]
        matrices = np.stack([matrices.numpy() for matrices, _ in drawn])
        elevation = np.zeros(matrices.shape[:2], np.float32)  # not looked at where it is not known
        if drawn[0][1] is not None:
            elevation = np.stack([elevation.numpy() for _, elevation in drawn])
        return _Views(seen.lifted.keypoints_2d.numpy(), matrices, elevation)


class _Views(NamedTuple):
    """N poses and V new views of each."""

    keypoints_2d: np.ndarray  # [N, J, 2]
    matrices: np.ndarray  # [V, N, 3, 3]
    elevation: np.ndarray  # [V, N], radians, of their cameras


def _bone_depths(
    keypoints_3d: np.ndarray, bone_ratios: np.ndarray, skeleton: Skeleton
) -> tuple[np.ndarray, np.ndarray]:
    """Depths of bones `[N, J - 1]`, child behind parent, and the same at least those of typical
    lengths."""
    vectors = bones.bone_vectors(keypoints_3d, skeleton).numpy()
    lengths = np.linalg.norm(vectors, axis=-1)
    typical = bone_ratios * lengths.mean(axis=-1, keepdims=True)
    across = (vectors[..., :2] ** 2).sum(axis=-1)
    least = np.sqrt(np.maximum(typical**2 - across, 0.0))
    depth = vectors[..., 2]
    return depth, np.copysign(np.maximum(np.abs(depth), least), depth)


class SignLessons:
    """Poses with the depths that a search has found, from which every step draws some.

    Empty until the first search; another search replaces all. No part of a checkpoint: who resumes
    a run searches again, and finds the same.

    Args:
      skeleton: The skeleton of the J joints.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        joints = skeleton.num_joints
        self._count = tf.Variable(0, trainable=False)
        self._keypoints_2d = tf.Variable(tf.zeros([SEARCHED, joints, 2]), trainable=False)
        self._depths = tf.Variable(tf.zeros([SEARCHED, joints]), trainable=False)

    def replace(self, keypoints_2d: np.ndarray, depths: np.ndarray) -> None:
        """Takes at most `SEARCHED` poses, normalised `[N, J, 2]` and `[N, J]`."""
        rest = [(0, SEARCHED - len(depths))]
        self._count.assign(len(depths))
        self._keypoints_2d.assign(np.pad(keypoints_2d, [*rest, (0, 0), (0, 0)]))
        self._depths.assign(np.pad(depths, [*rest, (0, 0)]))

    def loss(
        self, lift: Callable[[tf.Tensor], tf.Tensor], count: tf.Tensor, seed: randomness.Seed
    ) -> tf.Tensor:
        """Distance of `count` lifted poses from the depths that were found; 0 where none were.

        Args:
          lift: From normalised 2D poses `[count, J, 2]` to 3D ones.
          count: How many are drawn.
          seed: int32 `[2]`.

        Returns:
          Scalar: summed over joints, mean over poses.
        """
        number = tf.cast(self._count, tf.float32)
        rows = tf.cast(randomness.uniform([count], seed) * number, tf.int32)
        lifted_3d = lift(tf.gather(self._keypoints_2d, rows))
        distance = tf.abs(lifted_3d[..., 2] - tf.gather(self._depths, rows))
        some = tf.cast(self._count > 0, tf.float32)
        return some * tf.reduce_mean(tf.reduce_sum(distance, axis=-1))
