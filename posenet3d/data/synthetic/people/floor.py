"""Puts people on the floor."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.people.bodies import Bodies
from posenet3d.skeletons.skeleton import H36M_17

LEGS = {"ankle": 0.039, "knee": 0.030, "hip": 0.055}
"""Joint of the legs -> its height over the floor on which it rests, as a fraction of stature."""

CLEARANCE = {
    **LEGS,
    "pelvis": 0.055,
    "spine": 0.055,
    "thorax": 0.060,
    "neck": 0.045,
    "head": 0.030,
    "shoulder": 0.045,
    "elbow": 0.022,
    "wrist": 0.022,
}
"""The same of all joints. The ankle follows Drillis & Contini (1966); others are set by eye."""


def contacts(
    joints: np.ndarray, bodies: Bodies, clearance: dict[str, float] = CLEARANCE
) -> np.ndarray:
    """`[S, T, C, 3]` metres: under every joint that may bear weight, the skin below it."""
    names = [name for name in H36M_17.joint_names if name.split("_")[-1] in clearance]
    below = np.array([clearance[name.split("_")[-1]] for name in names])
    points = joints[:, :, [H36M_17.index(name) for name in names]].astype(np.float64)
    points[..., 1] -= below * bodies.stature[:, None, None]
    return points


def place_on_floor(
    joints: np.ndarray,
    bodies: Bodies,
    lift: np.ndarray,
    left_support: np.ndarray,
    frame_rate: float,
    clearance: dict[str, float] = CLEARANCE,
) -> np.ndarray:
    """Moves the pelvis so that the body rests on the floor and the planted foot stays where it is.

    Args:
      joints: `[S, T, 17, 3]` metres, world frame, the pelvis at the origin.
      bodies: S people.
      lift: `[S, T]` metres by which the lowest joint is off the floor, as in a jump.
      left_support: `[S, T]` share of the left foot in bearing the weight, which makes it stay in
        place; NaN where the height of the feet tells.
      frame_rate: Frames a second.
      clearance: The joints that may rest on the floor, as `CLEARANCE`.

    Returns:
      `[S, T, 17, 3]` metres, world frame, the floor at y = 0; each sequence starts above the
      origin.
    """
    lowest = contacts(joints, bodies, clearance)[..., 1].min(-1)
    height = smooth(lift - lowest, passes=2)
    ankles = joints[:, :, [H36M_17.index("left_ankle"), H36M_17.index("right_ankle")]]
    load = load_of(ankles)
    known = np.stack([left_support, 1 - left_support], axis=-1)
    load = np.where(np.isnan(known), load, known)
    steps = np.diff(ankles[..., ::2], axis=1)  # horizontal, relative to the pelvis
    carried = -(load[:, 1:, :, None] * steps).sum(2)
    carried = np.clip(
        carried, -6.0 / frame_rate, 6.0 / frame_rate
    )  # nobody moves faster than 6 m/s
    carried = smooth(carried, passes=8)
    path = np.concatenate([np.zeros_like(carried[:, :1]), np.cumsum(carried, axis=1)], axis=1)
    root = np.stack([path[..., 0], height, path[..., 1]], axis=-1)
    return joints + root[:, :, None]


def load_of(ankles: np.ndarray) -> np.ndarray:
    """Shares `[..., 2]` of the feet in bearing the weight, from the height of ankles
    `[..., 2, 3]`."""
    load = np.exp(-(ankles[..., 1] - ankles[..., 1].min(-1, keepdims=True)) / 0.03)
    return load / load.sum(-1, keepdims=True)


def smooth(signal: np.ndarray, passes: int) -> np.ndarray:
    """Binomial smoothing along axis 1; the ends are held."""
    for _ in range(passes):
        padded = np.concatenate([signal[:, :1], signal, signal[:, -1:]], axis=1)
        signal = 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    return signal
