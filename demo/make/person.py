"""Renders the person of the end-to-end tests: a clothed figure, all our own, that detectors find.

    python demo/make/person.py

It writes demo/tests/e2e/person.mjpeg, concatenated JPEGs that Chromium plays as a fake camera, and
person.jpg, the first of them. It takes about a minute.
The motion is procedural (`posenet3d.data.synthetic`), the figure a distance field of round cones.
"""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
from PIL import Image

from posenet3d.data import synthetic
from posenet3d.skeletons.skeleton import H36M_17

CLIP = Path(__file__).resolve().parents[1] / "tests" / "e2e" / "person.mjpeg"
FPS = 15.0
LONGEST = 45  # frames; the clip ends where the walk is where it began
SIZE = (640, 480)  # width, height: what the demo asks a camera for, so that nothing is cut off
FOCAL = 800.0
DISTANCE = 3.4
QUALITY = 80

_SHIRT = np.array([0.16, 0.33, 0.62])
_TROUSERS = np.array([0.22, 0.2, 0.22])
_SKIN = np.array([0.86, 0.64, 0.52])
_HAIR = np.array([0.19, 0.12, 0.08])
_SHOES = np.array([0.85, 0.85, 0.86])
_LIGHT = np.array([0.45, 0.75, 0.55]) / np.linalg.norm([0.45, 0.75, 0.55])


@dataclasses.dataclass(frozen=True)
class Part:
    """A round cone from `start` to `end`, metres, that melts into the others by `melt`."""

    start: np.ndarray
    end: np.ndarray
    radii: tuple[float, float]
    colour: np.ndarray
    melt: float = 0.02


@dataclasses.dataclass(frozen=True)
class Figure:
    """A person in one moment, and the axes of the head: to the left, up, and to the front."""

    parts: tuple[Part, ...]
    head: np.ndarray
    axes: np.ndarray


def motion() -> np.ndarray:
    """Joints `[F, 17, 3]` of somebody walking on the spot, metres, y up, towards the camera."""
    config = synthetic.SyntheticConfig(
        num_sequences=1,
        frames_per_sequence=LONGEST,
        seed=12,
        activities=("walking",),
        frame_rate=FPS,
    )
    joints = synthetic.generate_motion(config).positions.astype(np.float64)
    centred = joints - joints[:, :1] * [1, 0, 1]
    left, right = H36M_17.index("left_hip"), H36M_17.index("right_hip")
    across = (centred[:, left] - centred[:, right]).mean(axis=0)
    angle = np.arctan2(across[2], across[0]) - np.radians(25)  # turned somewhat to the side
    cos, sin = np.cos(angle), np.sin(angle)
    turned = centred @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]]).T
    return turned[: _period(turned)]


def _period(joints: np.ndarray) -> int:
    """After how many frames, a second at least, the motion is again as it began."""
    shortest = int(FPS)
    apart = np.linalg.norm(joints[shortest:] - joints[0], axis=-1).mean(axis=-1)
    return shortest + int(apart.argmin())


def figure(joints: np.ndarray) -> Figure:
    """The body around joints `[17, 3]` of h36m17."""
    at = dict(zip(H36M_17.joint_names, joints, strict=True))
    left = _unit(at["left_shoulder"] - at["right_shoulder"])
    up = _unit(at["head"] - at["thorax"])
    front = _unit(np.cross(left, up))
    axes = np.stack([np.cross(up, front), up, front])
    forward = _unit(np.cross(at["left_hip"] - at["right_hip"], [0, 1, 0]))
    head = at["head"] - 0.07 * up + 0.02 * front
    nose = head - 0.01 * up + 0.088 * front
    pelvis, thorax, spine = at["pelvis"], at["thorax"], at["spine"]
    parts = [
        Part(thorax - 0.04 * up, head - 0.03 * up, (0.055, 0.05), _SKIN, 0.01),
        Part(head - 0.055 * up + 0.012 * front, head + 0.02 * up, (0.068, 0.092), _SKIN, 0.02),
        Part(head + 0.035 * up - 0.022 * front, head + 0.03 * up, (0.094, 0.09), _HAIR, 0.005),
        Part(nose, nose - 0.01 * up + 0.012 * front, (0.011, 0.016), _SKIN),
        Part(pelvis - 0.02 * up, pelvis + 0.06 * up, (0.11, 0.105), _TROUSERS, 0.05),
        Part(spine - 0.1 * up, spine, (0.1, 0.105), _SHIRT, 0.05),
    ]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        shoulder, elbow, wrist = (at[f"{side}_{j}"] for j in ("shoulder", "elbow", "wrist"))
        hip, knee, ankle = (at[f"{side}_{j}"] for j in ("hip", "knee", "ankle"))
        chest = thorax + sign * 0.075 * left
        ear = head + sign * 0.092 * axes[0] - 0.01 * up
        hand = wrist + 0.09 * _unit(wrist - elbow)
        heel = ankle - [0, 0.03, 0]
        middle = elbow + 0.15 * (shoulder - elbow)
        parts += [
            Part(chest - 0.13 * up, spine + sign * 0.05 * left, (0.1, 0.095), _SHIRT, 0.05),
            Part(chest - 0.02 * up, shoulder, (0.06, 0.062), _SHIRT, 0.04),
            Part(shoulder, middle, (0.06, 0.05), _SHIRT, 0.03),
            Part(middle, elbow, (0.041, 0.04), _SKIN, 0.005),
            Part(elbow, wrist, (0.041, 0.028), _SKIN, 0.02),
            Part(wrist, hand, (0.03, 0.036), _SKIN, 0.02),
            Part(ear, ear - 0.03 * up, (0.018, 0.014), _SKIN, 0.01),
            Part(hip + sign * 0.015 * left, knee, (0.088, 0.06), _TROUSERS, 0.05),
            Part(knee, ankle + [0, 0.03, 0], (0.058, 0.042), _TROUSERS, 0.03),
            Part(heel, heel - [0, 0.015, 0] + 0.14 * forward, (0.048, 0.038), _SHOES, 0.02),
        ]
    return Figure(tuple(parts), head, axes)


def render(joints: np.ndarray) -> np.ndarray:
    """A picture `[H, W, 3]` uint8 of a person with these joints `[17, 3]`."""
    body = figure(joints)
    width, height = SIZE
    eye = np.array([0.0, 0.9, DISTANCE])
    columns, rows = np.meshgrid(np.arange(width) - width / 2, np.arange(height) - height / 2)
    rays = np.stack([columns, -rows, np.full_like(columns, -FOCAL)], axis=-1).reshape(-1, 3)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    picture = _room(eye, rays, joints)
    near = np.flatnonzero(_near(body, eye, rays))
    depth, hit = _march(body, eye, rays[near])
    points = (eye + depth[:, None] * rays[near])[hit]
    picture[near[hit]] = _shade(body, points, rays[near[hit]])
    noise = np.random.default_rng(0).normal(0, 0.008, picture.shape)
    image = (255 * np.clip(picture + noise, 0, 1) ** (1 / 1.6)).astype(np.uint8)
    return image.reshape(height, width, 3)


def _room(eye: np.ndarray, rays: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """A wall and a floor, with a soft shadow under the person."""
    wall = 0.42 + 0.1 * rays[:, 1:2] + 0.05 * rays[:, :1]
    colour = wall * np.array([1.0, 0.97, 0.92])
    down = np.flatnonzero(rays[:, 1] < -1e-3)
    floor = eye - rays[down] * (eye[1] / rays[down, 1:2])
    on_floor = floor[:, 2] > -1.6
    down, floor = down[on_floor], floor[on_floor]
    planks = 0.03 * np.sin(floor[:, :1] * 22) * np.sin(floor[:, 2:] * 3)
    feet = joints[[H36M_17.index("left_ankle"), H36M_17.index("right_ankle")]]
    distance = np.linalg.norm(floor[:, None, ::2] - feet[None, :, ::2], axis=-1).min(axis=1)
    shadow = 1 - 0.55 * np.exp(-((distance / 0.22) ** 2))
    colour[down] = (np.array([0.36, 0.25, 0.17]) + planks) * shadow[:, None]
    return colour


def _near(body: Figure, eye: np.ndarray, rays: np.ndarray) -> np.ndarray:
    """Which rays may meet the body: those near one of its parts."""
    found = np.zeros(len(rays), bool)
    for part in body.parts:
        middle, reach = (part.start + part.end) / 2, np.linalg.norm(part.end - part.start) / 2
        along = rays @ (middle - eye)
        apart = np.linalg.norm(eye + along[:, None] * rays - middle, axis=-1)
        found |= apart < reach + max(part.radii) + 0.05
    return found


def _march(body: Figure, eye: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far along each ray the body is, and whether it is met."""
    depth = np.full(len(rays), DISTANCE - 1.2)
    going = np.arange(len(rays))
    hit = np.zeros(len(rays), bool)
    for _ in range(60):
        distance, _ = _field(body, eye + depth[going, None] * rays[going])
        depth[going] += 0.9 * distance
        hit[going[distance < 1e-3]] = True
        going = going[(distance >= 1e-3) & (depth[going] < DISTANCE + 1.5)]
        if not len(going):
            break
    return depth, hit


def _field(body: Figure, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance `[P]` from the body, and its colour `[P, 3]` there."""
    distance = np.full(len(points), 1e3)
    nearest = np.full(len(points), 1e3)
    which = np.zeros(len(points), int)
    for number, part in enumerate(body.parts):
        axis = part.end - part.start
        share = np.clip((points - part.start) @ axis / max(axis @ axis, 1e-9), 0, 1)
        radius = part.radii[0] + share * (part.radii[1] - part.radii[0])
        own = np.linalg.norm(points - part.start - share[:, None] * axis, axis=-1) - radius
        closer = own < nearest
        nearest, which = np.where(closer, own, nearest), np.where(closer, number, which)
        blend = np.maximum(part.melt - np.abs(own - distance), 0) / part.melt
        distance = np.minimum(own, distance) - 0.25 * part.melt * blend**2
    return distance, np.stack([part.colour for part in body.parts])[which]


def _shade(body: Figure, points: np.ndarray, rays: np.ndarray) -> np.ndarray:
    steps = 2e-3 * np.eye(3)
    normals = np.stack(
        [_field(body, points + s)[0] - _field(body, points - s)[0] for s in steps], axis=-1
    )
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    colour = _face(body, points, _field(body, points)[1])
    sun = np.clip(normals @ _LIGHT, 0, 1)[:, None]
    sky = 0.5 + 0.5 * normals[:, 1:2]
    facing = np.clip(-(normals * rays).sum(axis=-1, keepdims=True), 0, 1)
    crevice = np.clip(_field(body, points + 0.06 * normals)[0] / 0.06, 0.3, 1)[:, None]
    return colour * (0.75 * sun + (0.25 + 0.25 * sky) * crevice) * (0.55 + 0.45 * facing)


def _face(body: Figure, points: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Eyes, brows, mouth and hair, painted on the head."""
    x, y, z = ((points - body.head) @ body.axes.T).T
    colour = colour.copy()
    on_head = (np.abs(y) < 0.16) & (np.hypot(x, z) < 0.13)

    def paint(where: np.ndarray, what: np.ndarray | list[float]) -> None:
        colour[on_head & where] = what

    paint((y > 0.055 + 0.25 * x**2) | ((z < -0.005) & (y > -0.07)), _HAIR)
    for side in (-1, 1):
        across = x - side * 0.034
        paint((z > 0) & (np.hypot(across / 0.022, (y - 0.012) / 0.011) < 1), [0.93, 0.92, 0.9])
        paint((z > 0) & (np.hypot(across, y - 0.012) < 0.0095), [0.12, 0.08, 0.06])
        brow = (y - 0.036 + 4 * across**2) / 0.006
        paint((z > 0) & (np.abs(across) < 0.027) & (np.abs(brow) < 1), _HAIR)
    paint((z > 0) & (np.hypot(x / 0.032, (y + 0.068) / 0.009) < 1), [0.62, 0.28, 0.26])
    return colour


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def as_clip(pictures: list[np.ndarray]) -> bytes:
    """Motion JPEG: the pictures as JPEGs, one behind the other."""
    clip = io.BytesIO()
    for picture in pictures:
        Image.fromarray(picture).save(clip, "JPEG", quality=QUALITY)
    return clip.getvalue()


if __name__ == "__main__":
    pictures = [render(joints) for joints in motion()]
    CLIP.write_bytes(as_clip(pictures))
    CLIP.with_suffix(".jpg").write_bytes(as_clip(pictures[:1]))
