"""Two procedural people who walk through one room, as one camera sees them: input of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.data import synthetic
from posenet3d.skeletons.skeleton import H36M_17

FPS, FRAMES = 30, 150
FOCAL, IMAGE = 1145.0, (1600, 900)  # px
HEIGHT_MM = 1750

_ELEVATION, _AWAY, _AIM = np.radians(15.0), 7.5, 0.9  # radians, m, m above the floor
_WALK = synthetic.SyntheticConfig(
    num_sequences=10, frames_per_sequence=FRAMES, activities=("walking",), seed=3
)
_PEOPLE = (0, 9)  # of 1.75 and 1.78 m
_WAYS = ((-25.0, (-0.4, 1.2)), (-160.0, (0.5, -0.3)))  # degrees from right to away; middles, m


def seen() -> np.ndarray:
    """Joints `[2, F, 17, 3]` m in the camera's frame: x right, y down, z forward."""
    motion = synthetic.generate_motion(_WALK).positions.reshape(-1, FRAMES, 17, 3)
    people = []
    for number, (direction, middle) in zip(_PEOPLE, _WAYS, strict=True):
        own = motion[number].astype(np.float64)
        x, up, z = np.moveaxis(own - own[:, 0].mean(axis=0) * [1, 0, 1], -1, 0)
        away = -z  # the world has y up and is right-handed
        turn = np.radians(direction) - np.arctan2(*(side[-1, 0] - side[0, 0] for side in (away, x)))
        cos, sin = np.cos(turn), np.sin(turn)
        people.append([cos * x - sin * away + middle[0], up, sin * x + cos * away + middle[1]])
    x, up, away = np.moveaxis(np.array(people), 1, 0)
    down = _AIM - up
    cos, sin = np.cos(_ELEVATION), np.sin(_ELEVATION)
    return np.stack([x, cos * down - sin * away, cos * away + sin * down + _AWAY], axis=-1)


def projected(joints: np.ndarray) -> np.ndarray:
    """Pixels `[..., 2]` of joints in the camera's frame."""
    return FOCAL * joints[..., :2] / joints[..., 2:] + np.array(IMAGE) / 2


def write_table(path: Path, keypoints_2d: np.ndarray) -> None:
    """A table of keypoints `[P, F, 17, 2]`, as `posenet3d lift` reads it."""
    lines = ["frame,person,joint,x,y"]
    for person, frames in enumerate(keypoints_2d):
        for frame, points in enumerate(frames):
            lines += [
                f"{frame},{person},{name},{x:.2f},{y:.2f}"
                for name, (x, y) in zip(H36M_17.joint_names, points, strict=True)
            ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
