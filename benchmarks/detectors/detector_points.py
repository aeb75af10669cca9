"""Keypoints of detectors on bodies that are known by the lifter's 17 joints alone.

Joints of the limbs are copied: detectors are taken to see them where motion capture has them. The
middles of hips and shoulders are the middles of these joints, as OpenPose's training data had them.
The head is a rigid body of an adult's size on the joint `head`, upright on the line from the joint
`neck`, and turned as the shoulders are: the 17 joints do not tell how a person turns the head.
Hands and feet are drawn out straight; no map reads them.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.errors import InputError
from posenet3d.skeletons.skeleton import CMU_17, Skeleton


@dataclasses.dataclass(frozen=True)
class Camera:
    """A pinhole camera without distortion."""

    focal_px: float
    center_px: tuple[float, float]

    def project(self, points: np.ndarray) -> np.ndarray:
        """Points `[..., 3]` of the camera frame, mm, to pixels `[..., 2]`."""
        return self.focal_px * points[..., :2] / points[..., 2:] + np.array(self.center_px)


CAMERA = Camera(1145.0, (500.0, 500.0))
"""The camera of the benchmark (benchmarks/README.md)."""

# Millimetres to the person's left, up and forward of the joint `head`. That joint lies at 0.939 of
# the stature where a person stands (proportions.CMU_HEAD), the eyes at 0.936 and the top at 1
# (Drillis and Contini), so the eyes are level with it and the top is 0.064 of 1750 mm above. The
# ears are level with the lower rims of the eyes' sockets, as in the Frankfurt plane. These and
# all other numbers are round ones near an adult's, ours.
FACE_MM: dict[str, tuple[float, float, float]] = {
    "nose": (0, -45, 115),
    "eye_inner": (16, 0, 82),
    "eye": (32, 0, 80),
    "eye_outer": (46, 0, 72),
    "ear": (72, -20, 0),
    "mouth": (25, -75, 98),
    "head": (0, 112, 0),  # its top, which Halpe has
}
HAND_MM = {"index": 90, "pinky": 80, "thumb": 50}  # beyond the wrist, along the forearm
# Along the shank beyond the ankle, and forward.
FOOT_MM = {
    "heel": (50, -50),
    "big_toe": (60, 160),
    "small_toe": (60, 130),
    "foot_index": (60, 160),
}

_FARTHEST_PX = 1.0


def position(keypoints_2d: np.ndarray, keypoints_3d: np.ndarray) -> np.ndarray:
    """Where the camera has seen the poses: `[N, 1, 3]`, what makes root-relative mm absolute.

    A joint at (x, y, z) from the root at (X, Y, Z) is seen at u = f (X + x) / (Z + z), which is
    linear in the root; 17 joints give 34 equations, solved by least squares.

    Args:
      keypoints_2d: `[N, J, 2]`, pixels.
      keypoints_3d: `[N, J, 3]`, camera frame, root-relative, mm.

    Raises:
      InputError: If the poses are not seen by the benchmark's camera.
    """
    rays = (keypoints_2d.astype(np.float64) - CAMERA.center_px) / CAMERA.focal_px  # [N, J, 2]
    points = keypoints_3d.astype(np.float64)
    matrix = np.zeros((*rays.shape, 3))
    matrix[..., 0, 0] = matrix[..., 1, 1] = 1.0
    matrix[..., 2] = -rays
    right = rays * points[..., 2:] - points[..., :2]
    matrix, right = matrix.reshape(len(rays), -1, 3), right.reshape(len(rays), -1, 1)
    transposed = matrix.swapaxes(1, 2)
    root = np.linalg.solve(transposed @ matrix, transposed @ right).swapaxes(1, 2)
    off = np.linalg.norm(CAMERA.project(points + root) - keypoints_2d, axis=-1).max()
    if not off <= _FARTHEST_PX:
        raise InputError(
            f"The 2D and 3D of these poses are {off:.0f} px apart; they must be seen by a camera "
            f"of focal length {CAMERA.focal_px:g} px with its axis at {CAMERA.center_px} px."
        )
    return root


def detector_points(keypoints_3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """The keypoints of a detector's set on bodies given by `CMU_17`.

    Args:
      keypoints_3d: `[N, 17, 3]`, camera frame (x right, y down, z forward), mm, from anywhere.
      skeleton: `COCO_17`, `BODY_25`, `HALPE_26` or `MEDIAPIPE_33`.

    Returns:
      `[N, J, 3]`, the same frame.
    """
    body = dict(zip(CMU_17.joint_names, keypoints_3d.swapaxes(0, 1), strict=True))
    hips = (body["left_hip"] + body["right_hip"]) / 2
    shoulders = (body["left_shoulder"] + body["right_shoulder"]) / 2
    across = body["left_shoulder"] - body["right_shoulder"]
    chest = _unit(np.cross(across, shoulders - hips))  # forward
    up = _unit(body["head"] - body["neck"])
    left = _unit(across - (across * up).sum(axis=-1, keepdims=True) * up)
    forward = np.cross(left, up)  # x right, y down, z forward: left cross up is forward
    points = dict(body) | {"mid_hip": hips, "hip": hips}
    if skeleton.name != "halpe26":  # whose neck is that of MPII, above the shoulders
        points["neck"] = shoulders
    for name, (aside, above, before) in FACE_MM.items():
        middle = body["head"] + above * up + before * forward
        points |= {f"left_{name}": middle + aside * left, f"right_{name}": middle - aside * left}
        points |= {} if aside else {name: middle}
    for side in ("left", "right"):
        wrist, ankle = body[f"{side}_wrist"], body[f"{side}_ankle"]
        forearm, shank = _unit(wrist - body[f"{side}_elbow"]), _unit(ankle - body[f"{side}_knee"])
        ahead = _unit(chest - (chest * shank).sum(axis=-1, keepdims=True) * shank)
        points |= {f"{side}_{name}": wrist + mm * forearm for name, mm in HAND_MM.items()}
        for name, (along, before) in FOOT_MM.items():
            points[f"{side}_{name}"] = ankle + along * shank + before * ahead
    return np.stack([points[name] for name in skeleton.joint_names], axis=1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
