"""One person over time as a BVH file (Biovision Hierarchy), for Blender and other animators."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.formats.interface.writer import Writer
from posenet3d.geometry import inverse_kinematics, quaternion
from posenet3d.geometry.axes import MATRICES, from_camera
from posenet3d.skeletons.skeleton import Skeleton

_CM_A_MM = 0.1
_ROTATION = "Zrotation Xrotation Yrotation"
_END_SHARE = 0.25  # of the last bone; without an end site tools cannot draw the last joint


def write_bvh(
    path: str | Path,
    keypoints_3d: np.ndarray,
    skeleton: Skeleton,
    fps: float = 30.0,
    up: str = "y",
) -> None:
    """Writes a person as a body with rigid bones; the file appears whole or not at all.

    The format is that of https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/BVH.html:
    a tree of joints with their offsets in the rest pose, and a line of channels a frame. The root
    has a position and a rotation, every other joint a rotation. Rotations are degrees in the order
    Z, X, Y: the matrix is Rz Rx Ry, on column vectors. The format knows no unit; lengths are in
    centimetres, as most tools take them.

    The rest pose is a T-pose, facing z with y up, with the bone lengths of this person
    (`geometry.inverse_kinematics`). In frames without a pose the joints turn evenly from the pose
    before to the one after; before the first and after the last pose they stand still.

    Args:
      path: The file to write, ending in `.bvh`.
      keypoints_3d: `[F, J, 3]`, camera frame (x right, y down, z forward), mm; NaN: no pose in that
        frame. At least one frame has one.
      skeleton: The skeleton whose joints the J are.
      fps: Frames a second.
      up: The axes of the file, `"y"` or `"z"` up (`formats.axes`).

    Raises:
      InputError: If the folder of `path` does not exist or the skeleton has no rest pose.
    """
    points = from_camera(keypoints_3d, "y") * _CM_A_MM
    present = np.flatnonzero(np.isfinite(points).all(axis=(1, 2)))
    offsets = inverse_kinematics.rest_offsets(points[present], skeleton)
    rotations = inverse_kinematics.solve(points[present], offsets, skeleton)
    rotations = _without_gaps(rotations, present, len(points))
    root = np.stack(
        [
            np.interp(np.arange(len(points)), present, points[present, skeleton.root, axis])
            for axis in range(3)
        ],
        axis=-1,
    )
    turn = MATRICES[up] @ MATRICES["y"].T
    offsets, root, rotations = offsets @ turn.T, root @ turn.T, turn @ rotations @ turn.T
    order = _depth_first(skeleton, skeleton.root)
    angles = np.degrees(_euler_zxy(rotations))[:, order].reshape(len(points), -1)
    lines = [
        "HIERARCHY",
        *_joint_lines(skeleton, offsets, skeleton.root, ""),
        "MOTION",
        f"Frames: {len(points)}",
        f"Frame Time: {1 / fps:.9f}",
    ]
    lines += [
        " ".join(f"{value:.6f}" for value in frame)
        for frame in np.concatenate([root, angles], axis=1) + 0.0  # no minus zero
    ]
    with atomic_path(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _depth_first(skeleton: Skeleton, joint: int) -> list[int]:
    """The joint and all below it, in the order in which the file lists them."""
    below = (_depth_first(skeleton, child) for child in skeleton.children[joint])
    return [joint, *(j for part in below for j in part)]


def _joint_lines(skeleton: Skeleton, offsets: np.ndarray, joint: int, indent: str) -> list[str]:
    """The joint's block of the hierarchy."""
    root = joint == skeleton.root
    channels = f"6 Xposition Yposition Zposition {_ROTATION}" if root else f"3 {_ROTATION}"
    inner = indent + "\t"
    lines = [
        f"{indent}{'ROOT' if root else 'JOINT'} {skeleton.joint_names[joint]}",
        f"{indent}{{",
        f"{inner}OFFSET {_numbers(offsets[joint])}",
        f"{inner}CHANNELS {channels}",
    ]
    children = skeleton.children[joint]
    for child in children:
        lines += _joint_lines(skeleton, offsets, child, inner)
    if not children:
        end = _numbers(_END_SHARE * offsets[joint])
        lines += [f"{inner}End Site", f"{inner}{{", f"{inner}\tOFFSET {end}", f"{inner}}}"]
    return [*lines, f"{indent}}}"]


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:.6f}" for value in values + 0.0)


def _without_gaps(rotations: np.ndarray, present: np.ndarray, frames: int) -> np.ndarray:
    """Rotations `[F, J, 3, 3]` of all frames from those of the frames `present`."""
    after = np.searchsorted(present, np.arange(frames)).clip(max=len(present) - 1)
    before = np.searchsorted(present, np.arange(frames), side="right").clip(min=1) - 1
    share = (np.arange(frames) - present[before]) / np.maximum(present[after] - present[before], 1)
    quaternions = quaternion.from_matrix(rotations)
    between = quaternion.slerp(quaternions[before], quaternions[after], share.clip(0, 1)[:, None])
    return quaternion.to_matrix(between)


def _euler_zxy(rotations: np.ndarray) -> np.ndarray:
    """Angles `[F, J, 3]` about z, x and y, in radians, with Rz Rx Ry = `[F, J, 3, 3]`.

    From frame to frame they change as little as they can: tools interpolate angles, not rotations.
    """
    r = rotations
    x = np.arcsin(np.clip(r[..., 2, 1], -1, 1))
    z = np.arctan2(-r[..., 0, 1], r[..., 1, 1])
    y = np.arctan2(-r[..., 2, 0], r[..., 2, 2])
    # Where x is a right angle z and y turn about the same axis; z does it all.
    locked = np.hypot(r[..., 0, 1], r[..., 1, 1]) < 1e-6
    z = np.where(locked, np.arctan2(r[..., 1, 0], r[..., 0, 0]), z)
    y = np.where(locked, 0, y)
    angles = np.stack([z, x, y], axis=-1)
    flipped = np.stack([z + np.pi, np.pi - x, y + np.pi], axis=-1)  # the same rotation
    for frame in range(1, len(angles)):
        last = angles[frame - 1]
        near = [
            a - 2 * np.pi * np.round((a - last) / (2 * np.pi))
            for a in (angles[frame], flipped[frame])
        ]
        closer = np.abs(near[1] - last).sum(-1) < np.abs(near[0] - last).sum(-1)
        angles[frame] = np.where(closer[:, None], near[1], near[0])
    return angles


WRITER = Writer(
    ".bvh",
    ups=("y", "z"),
    track=write_bvh,
    gaps="filled in from their neighbours",
)
