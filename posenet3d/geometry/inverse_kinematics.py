"""From joint positions to the rotations of a body with rigid bones, and back.

Animation formats hold a rest pose and a rotation a joint. NumPy and float64: these files are
written, never trained through. The frame is y up, right-handed, x to the left of a person who
faces z; any unit of length.
"""

from __future__ import annotations

import numpy as np

from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import Skeleton

_DOWN, _UP, _LEFT, _RIGHT = np.array([[0, -1, 0], [0, 1, 0], [1, 0, 0], [-1, 0, 0]], np.float64)

REST_DIRECTIONS = {
    "thorax": _UP,
    "head": _UP,
    "left_knee": _DOWN,
    "left_ankle": _DOWN,
    "right_knee": _DOWN,
    "right_ankle": _DOWN,
    "left_elbow": _LEFT,
    "left_wrist": _LEFT,
    "right_elbow": _RIGHT,
    "right_wrist": _RIGHT,
}
"""The T-pose: where the bone that ends at a joint points, from a joint with no other child."""

_TINY = 1e-9


def rest_offsets(keypoints_3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """A body's rest pose: where each joint is from its parent when nothing is turned.

    The length of a bone is its median over the frames, left and right averaged. Bones that stand
    alone on their parent point as `REST_DIRECTIONS` says. The bones of a joint with several
    children (pelvis, thorax) keep the angles they have to each other: their directions are medians
    too, in axes of which x runs from the right child to the left one and the child in the middle
    lies in the plane of x and y, made symmetric.

    Args:
      keypoints_3d: `[F, J, 3]`, F > 0, none NaN.
      skeleton: The skeleton whose joints the J are.

    Returns:
      `[J, 3]`, from parent to joint; zeros for the root.

    Raises:
      InputError: If the skeleton has a joint for which no rest pose is declared.
    """
    vectors = _bone_vectors(keypoints_3d, skeleton)
    lengths = np.median(np.linalg.norm(vectors, axis=-1), axis=0)
    lengths = (lengths + lengths[list(skeleton.mirror)]) / 2
    directions = np.zeros((skeleton.num_joints, 3))
    for children in map(list, skeleton.children):  # lists, which index arrays
        if len(children) > 1:
            directions[children] = _measured_directions(vectors, children, skeleton)
        elif children:
            name = skeleton.joint_names[children[0]]
            if name not in REST_DIRECTIONS:
                raise InputError(_no_rest_pose(skeleton, name))
            directions[children] = REST_DIRECTIONS[name]
    return directions * lengths[:, None]


def solve(keypoints_3d: np.ndarray, offsets: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """The rotations that bring the rest pose nearest to poses.

    A joint with one child takes the shortest way that turns its bone from where it would be into
    the direction it has; positions do not show a turn about the bone itself. A joint with several
    is turned to fit all their positions in least squares (Kabsch, A solution for the best rotation
    to relate two sets of vectors, Acta Cryst. A32, 1976). So limbs point exactly as in the poses,
    and a trunk whose joints move against each other, which rigid bones cannot, is a compromise.

    Args:
      keypoints_3d: `[F, J, 3]`, none NaN.
      offsets: `[J, 3]` of `rest_offsets`.
      skeleton: The skeleton whose joints the J are.

    Returns:
      `[F, J, 3, 3]`, each joint's rotation in the axes of its parent, of the root in those of the
      poses; the identity for joints without children.
    """
    vectors = _bone_vectors(keypoints_3d, skeleton)
    children = [list(below) for below in skeleton.children]  # lists, which index arrays
    lengths = np.linalg.norm(offsets, axis=-1)
    whole = np.tile(np.eye(3), (*vectors.shape[:2], 1, 1))  # in the axes of the poses
    local = whole.copy()
    for joint in _from_the_root(skeleton):
        parent = skeleton.parents[joint]
        above = whole[:, parent] if parent >= 0 else np.tile(np.eye(3), (len(vectors), 1, 1))
        if children[joint]:
            # In the parent's axes, so that a rotation is what the joint itself adds.
            wanted = _unit(vectors[:, children[joint]]) @ above
            if len(children[joint]) == 1:
                local[:, joint] = _shortest_arc(_unit(offsets[children[joint][0]]), wanted[:, 0])
            else:
                wanted = wanted * lengths[children[joint], None]
                local[:, joint] = _best_fit(offsets[children[joint]], wanted)
        whole[:, joint] = above @ local[:, joint]
    return local


def forward_kinematics(
    root_3d: np.ndarray, rotations: np.ndarray, offsets: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """Joint positions `[F, J, 3]` of a rest pose `[J, 3]` turned by `[F, J, 3, 3]`.

    Args:
      root_3d: `[F, 3]`, where the root is.
      rotations: As from `solve`.
      offsets: As from `rest_offsets`.
      skeleton: The skeleton whose joints the J are.
    """
    positions = np.zeros(rotations.shape[:2] + (3,))
    whole = np.array(rotations, np.float64)
    for joint in _from_the_root(skeleton):
        parent = skeleton.parents[joint]
        if parent < 0:
            positions[:, joint] = root_3d
            continue
        positions[:, joint] = positions[:, parent] + whole[:, parent] @ offsets[joint]
        whole[:, joint] = whole[:, parent] @ rotations[:, joint]
    return positions


def _bone_vectors(keypoints_3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """`[F, J, 3]` from each joint's parent to the joint; zeros for the root."""
    points = np.asarray(keypoints_3d, np.float64)
    parents = [joint if p < 0 else p for joint, p in enumerate(skeleton.parents)]
    return points - points[:, parents]


def _from_the_root(skeleton: Skeleton) -> list[int]:
    """All joints, parents before children."""
    order = [skeleton.root]
    for joint in order:
        order += skeleton.children[joint]
    return order


def _measured_directions(
    vectors: np.ndarray, children: list[int], skeleton: Skeleton
) -> np.ndarray:
    """Directions `[C, 3]` of the bones on one joint, from their vectors `[F, J, 3]`."""
    left = [c for c in children if c in skeleton.left]
    middle = [c for c in children if skeleton.mirror[c] == c]
    if not left or not middle or not {skeleton.mirror[c] for c in children} == set(children):
        raise InputError(_no_rest_pose(skeleton, skeleton.joint_names[children[0]]))
    x = _unit(vectors[:, left[0]] - vectors[:, skeleton.mirror[left[0]]])
    up = vectors[:, middle[0]]
    y = _unit(up - (up * x).sum(axis=-1, keepdims=True) * x)
    axes = np.stack([x, y, np.cross(x, y)], axis=-1)
    median = np.median(_unit(vectors[:, children]) @ axes, axis=0)
    mirrored = [children.index(skeleton.mirror[c]) for c in children]
    return _unit(median + median[mirrored] * [-1, 1, 1])


def _no_rest_pose(skeleton: Skeleton, joint_name: str) -> str:
    return (
        f"The skeleton {skeleton.name!r} has no rest pose (its joint {joint_name!r} has none), so "
        "it cannot be animated; write positions: .npz, .json, .csv, .trc or .c3d."
    )


def _unit(vectors: np.ndarray) -> np.ndarray:
    """The same directions with length 1; no direction stays none."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(length > _TINY, length, np.inf)


def _shortest_arc(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Matrices `[F, 3, 3]` that turn the unit vector `start` `[3]` to `end` `[F, 3]`."""
    cos = end @ start
    cross = np.cross(start, end)
    skew = np.zeros((len(end), 3, 3))
    skew[:, [2, 0, 1], [1, 2, 0]] = cross
    skew[:, [1, 2, 0], [2, 0, 1]] = -cross
    # Opposite directions leave the axis open: any that is at right angles to the bone.
    opposite = cos < -1 + _TINY
    arc = np.eye(3) + skew + skew @ skew / np.where(opposite, 1, 1 + cos)[:, None, None]
    axis = _unit(np.cross(start, np.eye(3)[np.abs(start).argmin()]))
    arc[opposite] = 2 * np.outer(axis, axis) - np.eye(3)
    arc[(end == 0).all(axis=-1)] = np.eye(3)  # a bone without length says nothing
    return arc


def _best_fit(points: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Rotations `[F, 3, 3]` about the origin that bring `points` `[C, 3]` nearest `[F, C, 3]`."""
    u, _, vt = np.linalg.svd(np.swapaxes(targets, -1, -2) @ points)
    u[..., 2] *= np.sign(np.linalg.det(u @ vt))[:, None]  # no reflection
    return u @ vt
