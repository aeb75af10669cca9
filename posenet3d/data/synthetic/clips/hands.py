"""Hands that are put somewhere: the angles of an arm from the place of its wrist."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.routine import Range, Routine
from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import SEGMENTS, mean_bodies
from posenet3d.data.synthetic.people.kinematics import (
    ball,
    chest_orientation,
    clavicle,
    forward_kinematics,
)
from posenet3d.skeletons.skeleton import H36M_17

_UPPER, _LOWER, _SHOULDER = (SEGMENTS[name][0] for name in ("upper_arm", "forearm", "shoulder"))
Place = tuple[np.ndarray, np.ndarray, np.ndarray]


def put_hand(
    clip: Clip,
    side: str,
    place: Place,
    elbow_out: np.ndarray | float = 0.5,
    where: np.ndarray | bool = True,
) -> None:
    """Puts a wrist at a place, or as near to it as the arm of a mean body reaches.

    Args:
      clip: Its angles of that arm are set.
      side: "left" or "right".
      place: To the person's left, up and to the front of the middle of the shoulders, `[S, T]`
        each, in units of stature, in the axes of the chest.
      elbow_out: Which way the elbow points: 0 is down, 1 obliquely out to the side.
      where: The sequences that do so.
    """
    sign = 1.0 if side == "left" else -1.0
    across, up, ahead = (np.broadcast_to(axis, clip.shape) for axis in place)
    target = np.stack([sign * across, up, ahead], axis=-1)  # outward, up, ahead
    pole = np.stack(np.broadcast_arrays(elbow_out, -1.0, -0.3 + 0 * across), axis=-1)
    flexion = abduction = np.zeros(clip.shape)
    for _ in range(3):  # the shoulder itself moves with the arm
        shoulder = clavicle(flexion, abduction, 1.0) @ np.array([_SHOULDER, 0.0, 0.0])
        upper, lower = _bend(target - shoulder, pole)
        raised = np.arccos(np.clip(-upper[..., 1], -1, 1))
        level = np.maximum(np.hypot(upper[..., 0], upper[..., 2]), 1e-6)
        abduction, flexion = raised * upper[..., 0] / level, raised * upper[..., 2] / level
    swing = ball(-flexion, abduction, np.zeros_like(flexion))
    own = (np.swapaxes(swing, -1, -2) @ lower[..., None])[..., 0]  # of the forearm, arm hanging
    values = {
        "shoulder_flexion": flexion,
        "shoulder_abduction": abduction,
        "shoulder_rotation": -np.arctan2(own[..., 0], own[..., 2]),
        "elbow": np.arccos(np.clip(-own[..., 1], -1, 1)),
    }
    clip.pose(side, where, **{name: np.degrees(radians) for name, radians in values.items()})


def place_of(clip: Clip, joint: str) -> Place:
    """Where a joint of a mean body is, as of `put_hand`; later angles of trunk and leg move it."""
    angles = np.stack([clip[name] for name in ANGLES], axis=-1)
    joints = forward_kinematics(angles, mean_bodies(len(angles)))
    offset = joints[:, :, H36M_17.index(joint)] - joints[:, :, H36M_17.index("thorax")]
    inside = np.swapaxes(chest_orientation(angles), -1, -2) @ offset[..., None]
    return tuple(inside[..., k, 0] for k in range(3))


def hands_together(
    clip: Clip,
    routine: Routine,
    across: Range = (-0.16, 0.16),
    up: Range = (-0.28, 0.2),
    ahead: Range = (0.14, 0.3),
    apart: Range = (0.0, 0.08),
    where: np.ndarray | bool = True,
) -> None:
    """Both hands at one thing before the chest, which moves; `apart` is half the distance."""
    middle, height, depth = routine.course(across), routine.course(up), routine.course(ahead)
    half, out = clip.draw(*apart), clip.draw(0, 1.2)
    for side, sign in (("right", -1), ("left", 1)):
        put_hand(clip, side, (middle + sign * half, height, depth), out, where)


def _bend(reach: np.ndarray, pole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Directions of upper arm and forearm that reach from the shoulder, the elbow to the pole.

    The triangle of shoulder, elbow and wrist is known by its sides (law of cosines).
    """
    away = np.linalg.norm(reach, axis=-1, keepdims=True)
    length = np.clip(away, 0.07, 0.995 * (_UPPER + _LOWER))
    towards = reach / np.maximum(away, 1e-6)
    cosine = np.clip((_UPPER**2 + length**2 - _LOWER**2) / (2 * _UPPER * length), -1, 1)
    hanging = pole - (pole * towards).sum(-1, keepdims=True) * towards
    hanging /= np.maximum(np.linalg.norm(hanging, axis=-1, keepdims=True), 1e-6)
    upper = cosine * towards + np.sqrt(1 - cosine**2) * hanging
    return upper, (length * towards - _UPPER * upper) / _LOWER
