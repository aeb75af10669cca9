"""Which points of a motion capture file are the joints of the skeleton `cmu17`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import numpy as np

from posenet3d.data.datasets.mocap import cgspeed
from posenet3d.data.datasets.mocap.parsers.motion import Motion
from posenet3d.errors import ConfigError, InputError
from posenet3d.skeletons.skeleton import CMU_17

JointNames = Mapping[str, str | tuple[str, ...]]
"""{joint of `cmu17`: name in the file, or names whose middle it is}."""

_CM = 0.01


@dataclasses.dataclass(frozen=True)
class Convention:
    """How files of one origin name their points.

    Args:
      name: What messages call it.
      joints: The names of the 17 joints.
      unit_m: Metres a unit in files of this origin; None where they differ.
    """

    name: str
    joints: JointNames
    unit_m: float | None = None


def _sides(left: str, right: str, **limbs: str) -> dict[str, str]:
    """{left_hip: ..., right_hip: ...} with `*` standing for the side."""
    sides = {"left": left, "right": right}
    return {f"{s}_{j}": n.replace("*", mark) for j, n in limbs.items() for s, mark in sides.items()}


_LEFT_ARM = _sides(
    "Left", "Right", hip="*UpLeg", knee="*Leg", ankle="*Foot",
    shoulder="*Arm", elbow="*ForeArm", wrist="*Hand",
)  # fmt: skip

ASF = Convention(
    "the CMU database (.asf)",  # each joint is the end of the bone
    {"pelvis": "root", "spine": "upperback", "thorax": "thorax", "neck": "upperneck",
     "head": "head"}
    | _sides("l", "r", hip="*hipjoint", knee="*femur", ankle="*tibia",
             shoulder="*clavicle", elbow="*humerus", wrist="*radius"),
)  # fmt: skip

_MIXAMO = {"pelvis": "Hips", "spine": "Spine1", "thorax": "Spine2", "neck": "Head"} | _LEFT_ARM
_CGSPEED = {"pelvis": "Hips", "spine": "Spine1", "thorax": "Neck", "neck": "Head"} | _LEFT_ARM

BVH = (
    Convention("this package", {name: name for name in CMU_17.joint_names}, _CM),
    Convention(
        "the CMU database's names in BVH",  # each joint is the start of the bone
        {"pelvis": "root", "spine": "thorax", "thorax": "lowerneck", "neck": "head",
         "head": "head_end"}
        | _sides("l", "r", hip="*femur", knee="*tibia", ankle="*foot",
                 shoulder="*humerus", elbow="*radius", wrist="*wrist"),
    ),
    # CMU's head joint lies inside the head.
    Convention("Mixamo", _MIXAMO | {"head": ("Head", "HeadTop_End")}, _CM),
    Convention("Mixamo", _MIXAMO | {"head": ("Head", "Head_end")}, _CM),
    Convention("cgspeed.com", _CGSPEED | {"head": "Head_end"}, cgspeed.UNIT_M),
    Convention(
        "Biovision",
        {"pelvis": "Hips", "spine": "Chest", "thorax": "Neck", "neck": "Head",
         "head": ("Head", "Head_end")}
        | _sides("Left", "Right", hip="*Hip", knee="*Knee", ankle="*Ankle",
                 shoulder="*Shoulder", elbow="*Elbow", wrist="*Wrist"),
    ),
)  # fmt: skip
"""Best first: a file is of the first all of whose names it has."""


def convention(motion: Motion, known: tuple[Convention, ...]) -> Convention:
    """The first of the conventions all of whose names the file has.

    Upper and lower case, underscores, and what stands before a colon (`mixamorig:`) do not count.

    Raises:
      InputError: If there is none; lists the names of the file and those that are missing.
    """
    has = {_plain(name) for name in motion.names}
    missing = [[n for n in _names(c.joints) if _plain(n) not in has] for c in known]
    nearest = min(range(len(known)), key=lambda i: len(missing[i]))
    if missing[nearest]:
        raise InputError(
            f"{motion.path}: its joints are not of a known naming. It has "
            f"{', '.join(motion.names)}. Nearest is that of {known[nearest].name}, of which are "
            f"missing {', '.join(missing[nearest])}. Say which joint is which with `joints` in "
            "Python (docs/mocap.md)."
        )
    return known[nearest]


def given(joints: JointNames) -> Convention:
    """A user's own names, checked.

    Raises:
      ConfigError: If not each of the 17 joints has a name.
    """
    wrong = sorted(set(joints) ^ set(CMU_17.joint_names))
    if wrong:
        raise ConfigError(
            f"joints must name the joints {', '.join(CMU_17.joint_names)} and no others; missing "
            f"or too many: {', '.join(wrong)}."
        )
    return Convention("`joints`", joints)


def pick(motion: Motion, joints: JointNames) -> np.ndarray:
    """The joints `[F, 17, 3]` of `cmu17`, in the file's axes and unit."""
    index = {_plain(name): i for i, name in reversed(list(enumerate(motion.names)))}
    picked = [
        motion.positions[:, [index[_plain(name)] for name in _tuple(joints[joint])]].mean(axis=1)
        for joint in CMU_17.joint_names
    ]
    return np.stack(picked, axis=1)


def _names(joints: JointNames) -> list[str]:
    return list(dict.fromkeys(name for names in joints.values() for name in _tuple(names)))


def _tuple(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _plain(name: str) -> str:
    return re.sub(r"^(.*:|mixamorig\d*_)|[_ -]", "", name).lower()
