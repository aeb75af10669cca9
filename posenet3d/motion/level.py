"""The camera's tilt undone: how far it looks down, and poses that stand upright in the room."""

from __future__ import annotations

import numpy as np

from posenet3d.skeletons.skeleton import Skeleton

_AGREE = 10.0  # degrees between what the lifter says and the axis of a body that stands
_ENOUGH = 0.15  # share of frames in which somebody must stand to be relied on
_LOWEST = 95  # percentile of the lowest joints at which the floor is; single frames may be wrong
_FEET, _TOP = ("left_ankle", "right_ankle"), "neck"


def camera_elevation(keypoints_3d: np.ndarray, elevation: np.ndarray, skeleton: Skeleton) -> float:
    """Degrees by which a camera that stays where it is looks down on the people it sees.

    The lifter tells an elevation from every pose, and is wrong where people bend. Somebody who
    stands shows it, too: the way from the feet to the neck is upright. Frames in which both say
    the same are of somebody who stands; the median over them counts. Where there are too few, it
    is the median of what the lifter says.

    Args:
      keypoints_3d: `[N, J, 3]`, all poses that the camera saw, camera frame, any unit; NaN: none.
      elevation: `[N]`, degrees, the lifter's estimate; NaN where it says nothing.
      skeleton: The skeleton of the J joints.

    Returns:
      Positive where the camera looks down; NaN if the lifter says nothing at all.
    """
    known = np.isfinite(elevation) & np.isfinite(keypoints_3d).all(axis=(1, 2))
    if not known.any():
        return float("nan")
    said = elevation[known].astype(np.float64)
    if {*_FEET, _TOP} <= set(skeleton.joint_names):
        left, right, top = (keypoints_3d[known, skeleton.index(name)] for name in (*_FEET, _TOP))
        upward = top - (left + right) / 2
        axis = np.degrees(np.arctan2(-upward[:, 2], -upward[:, 1]))
        stands = np.abs(axis - said) < _AGREE
        if stands.mean() >= _ENOUGH:
            return float(np.median((axis + said)[stands] / 2))
    return float(np.median(said))


def floor_height(joints_3d: np.ndarray) -> float:
    """Where the floor is along y (down): at the lowest joint of nearly all frames.

    That is an ankle, as a rule, so the floor is found by the height of an ankle too high.

    Args:
      joints_3d: `[N, J, 3]`, upright, in the room, mm; NaN: not known.

    Returns:
      0 where nothing is known.
    """
    lowest = np.nanmax(np.where(np.isfinite(joints_3d), joints_3d, -np.inf)[..., 1], axis=1)
    lowest = lowest[np.isfinite(lowest)]
    return float(np.percentile(lowest, _LOWEST)) if len(lowest) else 0.0


def levelled(keypoints_3d: np.ndarray, degrees: np.ndarray | float) -> np.ndarray:
    """Poses as a camera that looks straight ahead would have them.

    Args:
      keypoints_3d: `[N, J, 3]`, camera frame (x right, y down, z forward), root-relative.
      degrees: By which the camera looked down: one number, or `[N]`.

    Returns:
      `[N, J, 3]`: x right, y straight down in the room, z away from the camera.
    """
    angle = np.radians(np.broadcast_to(np.asarray(degrees, np.float64), len(keypoints_3d)))[:, None]
    x, y, z = np.moveaxis(np.asarray(keypoints_3d, np.float64), -1, 0)
    cos, sin = np.cos(angle), np.sin(angle)
    turned = np.stack([x, y * cos + z * sin, z * cos - y * sin], axis=-1)
    return turned.astype(keypoints_3d.dtype)
