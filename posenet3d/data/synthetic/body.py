"""The kinematic body: joint angles with limits in, joint positions of the H36M-17 skeleton out."""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.skeletons.skeleton import H36M_17

_TRUNK = {
    "heading": (-np.inf, np.inf),
    "pelvis_tilt": (-30, 95),
    "pelvis_list": (-25, 25),
    "spine_flexion": (-25, 80),
    "spine_bend": (-35, 35),
    "spine_twist": (-45, 45),
    "neck_flexion": (-45, 45),
    "neck_bend": (-40, 40),
    "neck_twist": (-70, 70),
}
_LIMB = {
    "hip_flexion": (-30, 120),
    "hip_abduction": (-30, 45),
    "hip_rotation": (-45, 45),
    "knee": (0, 144),
    "shoulder_flexion": (-60, 170),
    "shoulder_abduction": (-40, 160),
    "shoulder_rotation": (-90, 80),
    "elbow": (0, 150),
}

LIMITS: dict[str, tuple[float, float]] = {
    **_TRUNK,
    **{f"right_{name}": limits for name, limits in _LIMB.items()},
    **{f"left_{name}": limits for name, limits in _LIMB.items()},
}
"""Joint angle -> (lowest, highest) in degrees; its order is that of an array of angles.

Ranges of the American Academy of Orthopaedic Surgeons, "Joint Motion: Method of Measuring and
Recording" (1965), rounded; the knee's 144 is the mean of Roaas & Andersson (1982). The pelvis in
the world (`pelvis_*`) is ours, and so is the cut from 180 to 160-170 at the shoulder, where
a rotation vector comes near its singularity.

Signs: flexion bends forward (the knee backward), trunk bends, lists and twists are positive to the
person's left, abduction is away from the midline, rotation is positive inward.
"""

ANGLES = tuple(LIMITS)

SEGMENTS: dict[str, tuple[float, float]] = {
    "hip": (0.069, 0.05),
    "thigh": (0.245, 0.03),
    "shank": (0.246, 0.03),
    "lower_trunk": (0.135, 0.05),
    "upper_trunk": (0.153, 0.05),
    "neck": (0.075, 0.08),
    "head": (0.064, 0.08),
    "shoulder": (0.098, 0.06),
    "upper_arm": (0.180, 0.04),
    "forearm": (0.146, 0.04),
    "ankle_height": (0.039, 0.0),
}
"""Segment -> (mean length as a fraction of stature, relative standard deviation between people).

Limbs, the trunk's total (0.288) and the ankle follow Drillis & Contini (1966) as tabulated in
Winter, "Biomechanics and Motor Control of Human Movement". Half the widths of hips and shoulders
and the upper arm are smaller than theirs, because these joints are centres of rotation inside the
body; the trunk's and head's division and all deviations are chosen by eye.
"""

_CLEARANCE = {"ankle": 0.039, "knee": 0.030, "hip": 0.055}  # fractions of stature above the floor


@dataclasses.dataclass(frozen=True)
class Bodies:
    """S people.

    Args:
      stature: `[S]`, metres.
      segments: {name in `SEGMENTS`: `[S]`, metres}.
    """

    stature: np.ndarray
    segments: dict[str, np.ndarray]


def draw_bodies(rng: np.random.Generator, count: int) -> Bodies:
    """Draws people: stature 1.70 +- 0.10 m, proportions after `SEGMENTS`, within 2.2 deviations."""

    def normal() -> np.ndarray:
        return np.clip(rng.standard_normal(count), -2.2, 2.2)

    stature = 1.70 + 0.10 * normal()
    return Bodies(
        stature=stature,
        segments={
            name: stature * mean * (1 + deviation * normal())
            for name, (mean, deviation) in SEGMENTS.items()
        },
    )


def forward_kinematics(angles: np.ndarray, bodies: Bodies) -> np.ndarray:
    """Joint positions of bodies at given joint angles, the pelvis at the origin.

    A ball joint is a swing (a rotation vector made of flexion and abduction) after a twist about
    the bone, so it has no singularity at the hanging arm or the straight leg.

    Args:
      angles: `[S, T, A]` in degrees, the last axis in the order of `ANGLES`.
      bodies: S people.

    Returns:
      `[S, T, 17, 3]` in metres, world frame: y up; at heading 0 a person faces +z, left is +x.
    """
    angle = dict(zip(ANGLES, np.moveaxis(np.radians(angles), -1, 0), strict=True))
    length = {name: values[:, None] for name, values in bodies.segments.items()}
    joints = np.zeros((*angles.shape[:2], H36M_17.num_joints, 3), angles.dtype)

    def attach(child: str, parent: str, rotation: np.ndarray, x=0.0, y=0.0, z=0.0) -> None:
        offset = np.stack(np.broadcast_arrays(x, y, z), axis=-1).astype(angles.dtype)
        moved = (rotation @ offset[..., None])[..., 0]
        joints[:, :, H36M_17.index(child)] = joints[:, :, H36M_17.index(parent)] + moved

    def trunk(part: str, share: float = 1.0) -> np.ndarray:
        flexion, bend = share * angle[f"{part}_flexion"], share * angle[f"{part}_bend"]
        return _ball(flexion, -bend, share * angle[f"{part}_twist"])

    pelvis = _ball(angle["pelvis_tilt"], -angle["pelvis_list"], 0 * angle["heading"])
    pelvis = _about_y(angle["heading"]) @ pelvis
    chest = pelvis @ trunk("spine")
    attach("spine", "pelvis", pelvis @ trunk("spine", 0.35), y=length["lower_trunk"])
    attach("thorax", "spine", chest, y=length["upper_trunk"])
    # The H36M neck is the face's side of the skull's base, the head its top: a nod moves both.
    neck, head = length["neck"], length["head"]
    attach("neck", "thorax", chest @ trunk("neck", 0.5), y=0.95 * neck, z=0.31 * neck)
    attach("head", "neck", chest @ trunk("neck"), y=0.99 * head, z=-0.14 * head)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        limb = {name: angle[f"{side}_{name}"] for name in _LIMB}
        thigh = pelvis @ _limb(limb, "hip", sign)
        attach(f"{side}_hip", "pelvis", pelvis, x=sign * length["hip"])
        attach(f"{side}_knee", f"{side}_hip", thigh, y=-length["thigh"])
        shank = thigh @ _about_x(limb["knee"])
        attach(f"{side}_ankle", f"{side}_knee", shank, y=-length["shank"])
        attach(
            f"{side}_shoulder", "thorax", chest @ _clavicle(limb, sign), sign * length["shoulder"]
        )
        upper_arm = chest @ _limb(limb, "shoulder", sign)
        attach(f"{side}_elbow", f"{side}_shoulder", upper_arm, y=-length["upper_arm"])
        forearm = upper_arm @ _about_x(-limb["elbow"])
        attach(f"{side}_wrist", f"{side}_elbow", forearm, y=-length["forearm"])
    return joints


def place_on_floor(
    joints: np.ndarray,
    bodies: Bodies,
    lift: np.ndarray,
    left_support: np.ndarray,
    frame_rate: float,
) -> np.ndarray:
    """Moves the pelvis so that the body rests on the floor and the planted foot stays where it is.

    Args:
      joints: `[S, T, 17, 3]` metres, world frame, the pelvis at the origin.
      bodies: S people.
      lift: `[S, T]` metres by which the lowest joint is off the floor, as in a jump.
      left_support: `[S, T]` share of the left foot in bearing the weight, which makes it stay in
        place; NaN where the height of the feet tells.
      frame_rate: Frames a second.

    Returns:
      `[S, T, 17, 3]` metres, world frame, the floor at y = 0; each sequence starts above the
      origin.
    """
    contacts = [
        joints[:, :, H36M_17.index(f"{side}_{part}"), 1] - clearance * bodies.stature[:, None]
        for part, clearance in _CLEARANCE.items()
        for side in ("left", "right")
    ]
    height = _smooth(lift - np.min(contacts, axis=0), passes=2)
    ankles = joints[:, :, [H36M_17.index("left_ankle"), H36M_17.index("right_ankle")]]
    load = np.exp(-(ankles[..., 1] - ankles[..., 1].min(-1, keepdims=True)) / 0.03)
    load /= load.sum(-1, keepdims=True)
    known = np.stack([left_support, 1 - left_support], axis=-1)
    load = np.where(np.isnan(known), load, known)
    steps = np.diff(ankles[..., ::2], axis=1)  # horizontal, relative to the pelvis
    carried = -(load[:, 1:, :, None] * steps).sum(2)
    carried = np.clip(
        carried, -6.0 / frame_rate, 6.0 / frame_rate
    )  # nobody moves faster than 6 m/s
    carried = _smooth(carried, passes=8)
    path = np.concatenate([np.zeros_like(carried[:, :1]), np.cumsum(carried, axis=1)], axis=1)
    root = np.stack([path[..., 0], height, path[..., 1]], axis=-1)
    return joints + root[:, :, None]


def _smooth(signal: np.ndarray, passes: int) -> np.ndarray:
    """Binomial smoothing along axis 1; the ends are held."""
    for _ in range(passes):
        padded = np.concatenate([signal[:, :1], signal, signal[:, -1:]], axis=1)
        signal = 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    return signal


def _limb(limb: dict[str, np.ndarray], joint: str, sign: float) -> np.ndarray:
    """Orientation of a thigh or upper arm in its trunk segment; sign is 1 on the left."""
    return _ball(
        -limb[f"{joint}_flexion"],
        sign * limb[f"{joint}_abduction"],
        -sign * limb[f"{joint}_rotation"],
    )


def _clavicle(limb: dict[str, np.ndarray], sign: float) -> np.ndarray:
    """The shoulder girdle follows the arm: up with a raised arm, forward with an arm in front.

    That it follows is the scapulohumeral rhythm (Inman, Saunders & Abbott, 1944); up to about
    30 degrees up and 15 forward are chosen by eye.
    """
    flexion, abduction = limb["shoulder_flexion"], limb["shoulder_abduction"]
    raised = np.sqrt(flexion**2 + abduction**2)
    return _ball(0 * raised, sign * 0.2 * np.maximum(raised - 0.35, 0), -sign * 0.15 * flexion)


def _ball(about_x: np.ndarray, about_z: np.ndarray, twist: np.ndarray) -> np.ndarray:
    """`[..., 3, 3]`: swing by the rotation vector (about_x, 0, about_z) after a twist about y."""
    angle = np.sqrt(about_x**2 + about_z**2)
    sine = np.sinc(angle / np.pi)  # sin(a) / a
    half = 0.5 * np.sinc(angle / (2 * np.pi)) ** 2  # (1 - cos(a)) / a^2
    x, z = about_x, about_z
    swing = _matrix(
        [1 - half * z * z, -sine * z, half * x * z],
        [sine * z, 1 - half * (x * x + z * z), -sine * x],
        [half * x * z, sine * x, 1 - half * x * x],
    )
    return swing @ _about_y(twist)


def _about_x(angle: np.ndarray) -> np.ndarray:
    c, s, o = np.cos(angle), np.sin(angle), np.zeros_like(angle)
    return _matrix([o + 1, o, o], [o, c, -s], [o, s, c])


def _about_y(angle: np.ndarray) -> np.ndarray:
    c, s, o = np.cos(angle), np.sin(angle), np.zeros_like(angle)
    return _matrix([c, o, s], [o, o + 1, o], [-s, o, c])


def _matrix(*rows: list[np.ndarray]) -> np.ndarray:
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
