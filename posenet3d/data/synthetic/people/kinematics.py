"""Joint angles in, joint positions of the H36M-17 skeleton out."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import Bodies
from posenet3d.skeletons.skeleton import H36M_17

_LIMB = ("hip_flexion", "hip_abduction", "hip_rotation", "knee")
_LIMB += ("shoulder_flexion", "shoulder_abduction", "shoulder_rotation", "elbow")


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

    pelvis = _pelvis(angle)
    chest = pelvis @ _trunk(angle, "spine")
    attach("spine", "pelvis", pelvis @ _trunk(angle, "spine", 0.35), y=length["lower_trunk"])
    attach("thorax", "spine", chest, y=length["upper_trunk"])
    # The H36M neck is the face's side of the skull's base, the head its top: a nod moves both.
    neck, head = length["neck"], length["head"]
    attach("neck", "thorax", chest @ _trunk(angle, "neck", 0.5), y=0.95 * neck, z=0.31 * neck)
    attach("head", "neck", chest @ _trunk(angle, "neck"), y=0.99 * head, z=-0.14 * head)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        limb = {name: angle[f"{side}_{name}"] for name in _LIMB}
        thigh = pelvis @ _limb(limb, "hip", sign)
        attach(f"{side}_hip", "pelvis", pelvis, x=sign * length["hip"])
        attach(f"{side}_knee", f"{side}_hip", thigh, y=-length["thigh"])
        shank = thigh @ _about_x(limb["knee"])
        attach(f"{side}_ankle", f"{side}_knee", shank, y=-length["shank"])
        girdle = clavicle(limb["shoulder_flexion"], limb["shoulder_abduction"], sign)
        attach(f"{side}_shoulder", "thorax", chest @ girdle, sign * length["shoulder"])
        upper_arm = chest @ _limb(limb, "shoulder", sign)
        attach(f"{side}_elbow", f"{side}_shoulder", upper_arm, y=-length["upper_arm"])
        forearm = upper_arm @ _about_x(-limb["elbow"])
        attach(f"{side}_wrist", f"{side}_elbow", forearm, y=-length["forearm"])
    return joints


def chest_orientation(angles: np.ndarray) -> np.ndarray:
    """`[S, T, 3, 3]`: from the axes of the chest (left, up, front) to the world's."""
    angle = dict(zip(ANGLES, np.moveaxis(np.radians(angles), -1, 0), strict=True))
    return _pelvis(angle) @ _trunk(angle, "spine")


def tip(angles: np.ndarray, about_side: np.ndarray, about_front: np.ndarray) -> np.ndarray:
    """Tips whole bodies like a statue that is pushed: only the angles of the pelvis change.

    Args:
      angles: `[S, T, A]` in degrees.
      about_side: `[S, T]` degrees forward, the way of the heading.
      about_front: `[S, T]` degrees to the left of the heading.

    Returns:
      `[S, T, A]` in degrees.
    """
    tilt, to_left, twist = (ANGLES.index(f"pelvis_{name}") for name in ("tilt", "list", "twist"))
    old = np.radians(angles)
    push = ball(np.radians(about_side), -np.radians(about_front), np.zeros_like(about_side))
    turned = push @ ball(old[..., tilt], -old[..., to_left], old[..., twist])
    # Swing and twist again: the swing is what brings the vertical to the body's long axis.
    x, y, z = (turned[..., i, 1] for i in range(3))
    across = np.hypot(x, z)
    swing = np.arctan2(across, y) / np.maximum(across, 1e-9)
    about_x, about_z = swing * z, -swing * x
    straight = np.swapaxes(ball(about_x, about_z, np.zeros_like(x)), -1, -2) @ turned
    new = angles.copy()
    new[..., tilt], new[..., to_left] = np.degrees(about_x), -np.degrees(about_z)
    twisted = np.arctan2(straight[..., 0, 2], straight[..., 0, 0])
    whole = 2 * np.pi * np.round((old[..., twist] - twisted) / (2 * np.pi))
    new[..., twist] = np.degrees(twisted + whole)
    return new


def _pelvis(angle: dict[str, np.ndarray]) -> np.ndarray:
    pelvis = ball(angle["pelvis_tilt"], -angle["pelvis_list"], angle["pelvis_twist"])
    return _about_y(angle["heading"]) @ pelvis


def _trunk(angle: dict[str, np.ndarray], part: str, share: float = 1.0) -> np.ndarray:
    """Orientation of the spine or neck in the segment below, or of that share of its bend."""
    flexion, bend = share * angle[f"{part}_flexion"], share * angle[f"{part}_bend"]
    return ball(flexion, -bend, share * angle[f"{part}_twist"])


def _limb(limb: dict[str, np.ndarray], joint: str, sign: float) -> np.ndarray:
    """Orientation of a thigh or upper arm in its trunk segment; sign is 1 on the left."""
    return ball(
        -limb[f"{joint}_flexion"],
        sign * limb[f"{joint}_abduction"],
        -sign * limb[f"{joint}_rotation"],
    )


def clavicle(flexion: np.ndarray, abduction: np.ndarray, sign: float) -> np.ndarray:
    """Orientation of the shoulder girdle in the chest at the shoulder's angles, radians.

    It goes up with a raised arm, and forward with an arm in front: the scapulohumeral rhythm
    (Inman, Saunders & Abbott, 1944). Up to about 30 degrees up and 15 forward are chosen by eye.
    """
    raised = np.sqrt(flexion**2 + abduction**2)
    return ball(0 * raised, sign * 0.2 * np.maximum(raised - 0.35, 0), -sign * 0.15 * flexion)


def ball(about_x: np.ndarray, about_z: np.ndarray, twist: np.ndarray) -> np.ndarray:
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
