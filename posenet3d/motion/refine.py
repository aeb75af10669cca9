"""Makes lifted poses of one body agree: bones keep their lengths, depth is calm.

A lifter sees one frame at a time and gives the same body other bones in each. Whose frames belong
together is known without any label, and a pose's 2D joints with its bones' lengths leave little of
its depth open. Poses so mended are better than the lifter's own, and better lessons.
"""

from __future__ import annotations

import numpy as np

from posenet3d.geometry.numpy_camera import DISTANCE, MIN_DEPTH, unproject
from posenet3d.motion.steady import bone_vectors
from posenet3d.skeletons.skeleton import Skeleton

MIN_FRAMES = 30
"""Bodies of fewer frames stay as they are: too few to tell their bones by. Ours."""

_HALF_WINDOW = 2 / 15  # seconds on either side over which depth is averaged
_ALIKE = 0.3  # of a pose's size; neighbours that are further away count for little
_ACROSS = 16  # power of how much a bone lies across the line of sight, by which it is trusted
_ANYHOW = 0.1  # weight of a lifted bone wherever it points: some lie along the sight all the time
_OUTLIER = 0.1  # logarithm of a length: further from the body's it counts for little
_ANCHOR = 0.1  # weight of the squared change in depth against squared relative errors of bones
_STEPS, _DAMPING = 10, 0.1  # of the least squares
_CHUNK = 1 << 12  # poses at a time, so that a processor's cache holds them
_TINY = 1e-12  # keeps the slope of a length finite where two joints coincide


def refine(
    keypoints_2d: np.ndarray,
    keypoints_3d: np.ndarray,
    lengths: np.ndarray,
    bodies: list[str],
    skeleton: Skeleton,
    fps: float = 30.0,
) -> np.ndarray:
    """Lifted poses whose depths agree within each body; their 2D stays as it is.

    Args:
      keypoints_2d: `[N, J, 2]`, normalised.
      keypoints_3d: `[N, J, 3]`, what a lifter says of them: camera frame, root-relative, pose
        units, so that they project to `keypoints_2d`.
      lengths: `[S]`, frames of each sequence.
      bodies: Of each sequence whose it is; equal texts are one body.
      skeleton: The skeleton of the J joints.
      fps: Frames a second.

    Returns:
      `[N, J, 3]`, likewise. Poses of bodies with fewer than `MIN_FRAMES` frames are as they were.
    """
    keypoints_2d = np.asarray(keypoints_2d, np.float32)
    result = np.array(keypoints_3d, np.float32)
    of_pose = np.unique(np.repeat(bodies, lengths), return_inverse=True)[1]
    rows = np.flatnonzero(np.bincount(of_pose)[of_pose] >= MIN_FRAMES)
    if not len(rows):
        return result
    depth = _smoothed(result[..., 2], keypoints_2d, lengths, round(_HALF_WINDOW * fps))
    smooth_3d = unproject(keypoints_2d, depth)
    ratios = np.empty((len(result), len(skeleton.bones)), np.float32)
    order = np.argsort(of_pose, kind="stable")
    for frames in np.split(order, np.flatnonzero(np.diff(of_pose[order])) + 1):
        if len(frames) >= MIN_FRAMES:
            ratios[frames] = body_ratios(smooth_3d[frames], skeleton)
    for part in np.split(rows, range(_CHUNK, len(rows), _CHUNK)):
        depths = _with_bones(keypoints_2d[part], depth[part], ratios[part], skeleton)
        result[part] = unproject(keypoints_2d[part], depths)
    return result


def body_ratios(keypoints_3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """The bones of one body over their mean, `[J - 1]`, left and right alike, from its poses.

    A bone that lies across the line of sight shows its length in 2D already, however wrong its
    depth; the more it points along it, the less it is trusted. Alternating least squares of
    log(length) = log(ratio) + log(pose's size), weighted so.

    Args:
      keypoints_3d: `[N, J, 3]`, camera frame, lifted.
      skeleton: The skeleton of the J joints.
    """
    vectors = bone_vectors(keypoints_3d, skeleton).astype(np.float64)
    squared = np.maximum((vectors**2).sum(-1), 1e-12)
    across = np.maximum(1.0 - vectors[..., 2] ** 2 / squared, 0.0) ** _ACROSS + _ANYHOW
    seen, mirror = 0.5 * np.log(squared), np.array(skeleton.bone_mirror)
    size, weight = np.zeros((len(seen), 1)), across
    for _ in range(30):
        ratio = np.average(seen - size, axis=0, weights=weight)
        ratio = (ratio + ratio[mirror]) / 2
        size = np.average(seen - ratio, axis=1, weights=weight)[:, None]
        weight = across / (1.0 + ((seen - size - ratio) / _OUTLIER) ** 2)
    ratio = np.exp(ratio)
    return ratio / ratio.mean()


def _smoothed(
    depth: np.ndarray, keypoints_2d: np.ndarray, lengths: np.ndarray, half_window: int
) -> np.ndarray:
    """Depths `[N, J]` averaged over neighbouring frames of the sequence that look alike."""
    count = len(depth)
    sequence = np.repeat(np.arange(len(lengths)), lengths)
    total, sums = np.ones((count, 1), np.float32), depth.copy()
    for shift in range(1, half_window + 1):
        near = np.cos(0.5 * np.pi * shift / (half_window + 1)) ** 2
        here, there = np.arange(count - shift), np.arange(shift, count)
        same = sequence[here] == sequence[there]
        here, there = here[same], there[same]
        apart = np.linalg.norm(keypoints_2d[here] - keypoints_2d[there], axis=-1).mean(-1)
        alike = np.exp(-0.5 * (apart * DISTANCE / _ALIKE) ** 2)
        weight = (near * alike).astype(np.float32)[:, None]
        sums[here] += weight * depth[there]
        sums[there] += weight * depth[here]
        total[here] += weight
        total[there] += weight
    return sums / total


def _with_bones(
    keypoints_2d: np.ndarray, depth: np.ndarray, ratios: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """The depths `[N, J]` near these at which the bones have these ratios.

    Least squares by Levenberg and Marquardt, all poses at once, each with its own damping. Bones
    make a tree, so the equations are solved from the ends of the limbs inwards.
    """
    parents, children = np.array(skeleton.bones).T
    rays = np.concatenate([keypoints_2d, np.ones_like(keypoints_2d[..., :1])], axis=-1)
    # Poses last, in memory too: [.., J, N].
    rays, start, ratios = (np.ascontiguousarray(array.T) for array in (rays, depth, ratios))
    ray_of_child, ray_of_parent = rays[:, children], rays[:, parents]
    target = _total(ratios**2)

    def look(change: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Cost `[N]`, what is left to do `[B, N]`, and its slopes for child and parent."""
        far = np.maximum(start + change + DISTANCE, MIN_DEPTH)
        vectors = ray_of_child * far[children] - ray_of_parent * far[parents]
        lengths = np.sqrt((vectors**2).sum(axis=0) + _TINY)
        size = (lengths * ratios).sum(axis=0) / target
        left = lengths / size - ratios
        cost = (left**2).sum(axis=0) + _ANCHOR * _total(change**2)
        slopes = [
            (vectors * ray).sum(axis=0) / (size * lengths) * (far > MIN_DEPTH)[joints]
            for ray, joints in ((ray_of_child, children), (-ray_of_parent, parents))
        ]
        return cost, left, *slopes

    change, damping = np.zeros_like(start), np.full(start.shape[1], _DAMPING, np.float32)
    cost, left, of_child, of_parent = look(change)
    for _ in range(_STEPS):
        diagonal = np.broadcast_to(_ANCHOR + damping, start.shape).copy()
        gradient = _ANCHOR * change
        for bone, (parent, child) in enumerate(skeleton.bones):
            diagonal[child] += of_child[bone] ** 2
            gradient[child] += of_child[bone] * left[bone]
            diagonal[parent] += of_parent[bone] ** 2
            gradient[parent] += of_parent[bone] * left[bone]
        moved = change - _solved(diagonal, of_child * of_parent, gradient, skeleton)
        seen = look(moved)
        better = seen[0] < cost
        change = np.where(better, moved, change)
        cost, left, of_child, of_parent = (
            np.where(better, new, old)
            for new, old in zip(seen, (cost, left, of_child, of_parent), strict=True)
        )
        damping *= np.where(better, np.float32(0.3), np.float32(4.0))
    return (start + change).T


def _total(values: np.ndarray) -> np.ndarray:
    """Sums over the first axis, added up in the order in which NumPy adds up a row of memory."""
    whole = len(values) // 8 * 8
    if not whole:
        return values.sum(axis=0)
    eight = values[:8].copy()
    for start in range(8, whole, 8):
        eight += values[start : start + 8]
    while len(eight) > 1:
        eight = eight[::2] + eight[1::2]
    total = eight[0]
    for rest in values[whole:]:
        total += rest
    return total


def _solved(
    diagonal: np.ndarray, between: np.ndarray, right: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """Solutions `[J, N]` of N systems whose matrices have entries on the diagonal `[J, N]` and
    between the joints of a bone, `[B, N]`; the root's is 0."""
    inwards = [b for b in _outwards(skeleton)[::-1] if skeleton.bones[b][0] != skeleton.root]
    for bone in inwards:
        parent, child = skeleton.bones[bone]
        factor = between[bone] / diagonal[child]
        diagonal[parent] -= factor * between[bone]
        right[parent] -= factor * right[child]
    result = np.zeros_like(right)
    for bone in _outwards(skeleton):
        parent, child = skeleton.bones[bone]
        result[child] = (right[child] - between[bone] * result[parent]) / diagonal[child]
    return result


def _outwards(skeleton: Skeleton) -> list[int]:
    """The bones, each after the one that leads to it."""
    depth = {skeleton.root: 0}
    while len(depth) < skeleton.num_joints:
        depth |= {child: depth[parent] + 1 for parent, child in skeleton.bones if parent in depth}
    return sorted(range(len(skeleton.bones)), key=lambda bone: depth[skeleton.bones[bone][1]])
