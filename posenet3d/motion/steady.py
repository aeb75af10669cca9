"""Bones that keep their length over a track.

A lifted pose is in units of its own 2D size, which changes as a person bends, and a lifter gives
the same body other proportions in each frame. Both make bones flicker.
"""

from __future__ import annotations

import numpy as np

from posenet3d.skeletons.skeleton import Skeleton


def steady_bones(keypoints_3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Poses `[F, J, 3]` of one body, all with its median bone lengths; directions stay.

    Bones are measured after each pose has been given the track's median size (the sum of its
    bones). The root stays where it is.

    Args:
      keypoints_3d: `[F, J, 3]`, any frame and unit; NaN where there is no pose.
      skeleton: The skeleton of the J joints.

    Returns:
      float64 `[F, J, 3]`. A bone without a length has no direction and stays without.
    """
    poses = steady_size(keypoints_3d, skeleton)
    lengths = bone_lengths(poses, skeleton)
    there = np.isfinite(lengths).all(axis=1)
    if not there.any():
        return poses
    return with_bones(poses, np.median(lengths[there], axis=0), skeleton)


def steady_size(keypoints_3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Poses `[F, J, 3]` resized about the root: their bones add up to the median of the track.

    Args and the result are those of `steady_bones`; a pose without any size stays as it is.
    """
    poses = np.array(keypoints_3d, np.float64)
    sizes = bone_lengths(poses, skeleton).sum(axis=1)
    usable = sizes > 0  # neither NaN nor a point
    if usable.any():
        root = poses[usable, skeleton.root, None]
        factors = np.median(sizes[usable]) / sizes[usable]
        poses[usable] = root + factors[:, None, None] * (poses[usable] - root)
    return poses


def with_bones(keypoints_3d: np.ndarray, lengths: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Poses `[F, J, 3]` whose bones have these lengths, `[J - 1]` or `[F, J - 1]`."""
    poses = np.asarray(keypoints_3d, np.float64)
    vectors, old = bone_vectors(poses, skeleton), bone_lengths(poses, skeleton)
    lengths = np.broadcast_to(lengths, old.shape)
    factors = np.divide(lengths, old, out=np.full_like(old, np.nan), where=~(old <= 0))
    vectors *= np.where(old <= 0, 0.0, factors)[..., None]
    result = poses.copy()
    number = {child: bone for bone, (_, child) in enumerate(skeleton.bones)}
    waiting = [skeleton.root]
    while waiting:  # from the root outwards
        joint = waiting.pop()
        for child in skeleton.children[joint]:
            result[:, child] = result[:, joint] + vectors[:, number[child]]
            waiting.append(child)
    return result


def bone_vectors(points: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Vectors `[..., J - 1, 3]` from parent to child of points `[..., J, 3]`."""
    parents, children = np.array(skeleton.bones).T
    return np.take(points, children, axis=-2) - np.take(points, parents, axis=-2)


def bone_lengths(points: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Lengths `[..., J - 1]` of the bones of points `[..., J, 3]`."""
    return np.linalg.norm(bone_vectors(points, skeleton), axis=-1)
