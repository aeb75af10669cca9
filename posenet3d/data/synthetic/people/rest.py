"""Brings people to rest: what lies or stands on the floor does not float, tilt or fall over."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import Bodies
from posenet3d.data.synthetic.people.floor import contacts, load_of, smooth
from posenet3d.data.synthetic.people.kinematics import forward_kinematics, tip
from posenet3d.skeletons.skeleton import H36M_17

_MASS = {"thorax": 0.20, "spine": 0.20, "pelvis": 0.097, "head": 0.041, "neck": 0.04}
_MASS |= {"shoulder": 0.0121, "elbow": 0.0218, "wrist": 0.0161}
_MASS |= {"hip": 0.0567, "knee": 0.0596, "ankle": 0.0447}
"""Joint -> its share of the body's mass.

Of the masses of the segments in Winter, "Biomechanics and Motor Control of Human Movement", each
joint has the part that lies nearer to it, with the foot at the ankle and the hand at the wrist.
"""
_WEIGHTS = np.array([_MASS[name.split("_")[-1]] for name in H36M_17.joint_names])
_WEIGHTS /= _WEIGHTS.sum()

_FARTHEST = 36  # degrees that a body is tipped at most in a step
_GRID = np.radians(np.linspace(-_FARTHEST, _FARTHEST, 25))
_HEEL, _TOES, _SIDE = 0.0, 0.07, 0.02  # of the feet, from the ankle; fractions of stature


def bring_to_rest(
    angles: np.ndarray,
    bodies: Bodies,
    settled: np.ndarray,
    settled_aside: np.ndarray,
    balanced: np.ndarray,
) -> np.ndarray:
    """Tips bodies until they rest: only the angles of the pelvis change.

    Args:
      angles: `[S, T, A]` degrees.
      bodies: S people.
      settled: `[S, T]`, 0 to 1: how freely a body tips forward or backward to where its centre
        of mass is lowest, as people do who lie on the floor or are on all fours. 1 is up to 36
        degrees.
      settled_aside: The same to the sides.
      balanced: `[S, T]`, 0 to 1: how freely it tips to have its centre of mass over the feet.

    Returns:
      `[S, T, A]` degrees.
    """
    angles = angles.copy()
    steps = [(settled, _settling, "side"), (settled_aside, _settling, "front")] * 2
    steps += [(balanced, _balancing, "side"), (balanced, _balancing, "front")] * 2
    for share, push, direction in steps:
        rows = np.flatnonzero(share.any(axis=1))
        if len(rows):
            people = bodies.of(rows)
            pushed = push(_facing(angles[rows], people), people, direction)
            most = _FARTHEST * share[rows]
            amount = smooth(np.clip(np.degrees(pushed), -most, most), passes=12)
            pushes = {"about_side": 0 * amount, "about_front": 0 * amount}
            pushes[f"about_{direction}"] = amount
            angles[rows] = tip(angles[rows], **pushes)
    return angles


def _facing(angles: np.ndarray, bodies: Bodies) -> np.ndarray:
    """Joints `[S, T, 17, 3]` of bodies at heading 0: x is to the left, z is to the front."""
    ahead = angles.astype(np.float64)
    ahead[..., ANGLES.index("heading")] = 0
    return forward_kinematics(ahead, bodies)


def _settling(joints: np.ndarray, bodies: Bodies, direction: str) -> np.ndarray:
    """`[S, T]` radians: the push after which the centre of mass is lowest over the floor."""
    axis = 2 if direction == "side" else 0
    centre = (joints * _WEIGHTS[:, None]).sum(2, keepdims=True)
    below = contacts(joints, bodies) - centre  # from the centre of mass
    outward, up = below[..., axis, None], below[..., 1, None]
    drop = -(up * np.cos(_GRID) - outward * np.sin(_GRID)).min(axis=2)  # `[S, T, G]`
    drop += 0.03 * bodies.stature[:, None, None] * np.abs(_GRID)  # what rests need not be pushed
    # Downhill from where it is: over the edge of its support it falls, but no further than that.
    place = np.full(drop.shape[:2], len(_GRID) // 2)
    for _ in _GRID:
        near = np.clip(place[..., None] + np.array([0, -1, 1]), 0, len(_GRID) - 1)
        lowest = np.take_along_axis(drop, near, axis=-1).argmin(-1)
        place = np.take_along_axis(near, lowest[..., None], axis=-1)[..., 0]
    return _GRID[place]


def _balancing(joints: np.ndarray, bodies: Bodies, direction: str) -> np.ndarray:
    """`[S, T]` radians: the push that brings the centre of mass over the feet that bear it."""
    axis = 2 if direction == "side" else 0
    size = bodies.stature[:, None]
    centre = (joints * _WEIGHTS[:, None]).sum(2)
    ankles = joints[:, :, [H36M_17.index("left_ankle"), H36M_17.index("right_ankle")]]
    load = load_of(ankles)
    place = (load * ankles[..., axis]).sum(-1)
    apart = load.min(-1) * np.abs(ankles[..., 0, axis] - ankles[..., 1, axis])
    back, front = (_HEEL, _TOES) if direction == "side" else (_SIDE, _SIDE)
    reached = centre[..., axis] - place
    wanted = np.clip(reached, -apart - back * size, apart + front * size)
    height = np.maximum(centre[..., 1] - (load * ankles[..., 1]).sum(-1), 0.2 * size)
    return np.clip((wanted - reached) / height, -0.6, 0.6)
