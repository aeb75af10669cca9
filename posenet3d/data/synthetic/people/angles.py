"""The joint angles, their limits and their signs."""

from __future__ import annotations

import numpy as np

_TRUNK = {
    "heading": (-np.inf, np.inf),
    "pelvis_tilt": (-180, 180),
    "pelvis_list": (-180, 180),
    "spine_flexion": (-35, 80),
    "spine_bend": (-35, 35),
    "spine_twist": (-45, 45),
    "neck_flexion": (-45, 45),
    "neck_bend": (-40, 40),
    "neck_twist": (-70, 70),
}
_LIMB = {
    "hip_flexion": (-30, 130),
    "hip_abduction": (-30, 50),
    "hip_rotation": (-90, 45),
    "knee": (0, 155),
    "shoulder_flexion": (-60, 170),
    "shoulder_abduction": (-40, 160),
    "shoulder_rotation": (-90, 80),
    "elbow": (0, 150),
}

LIMITS: dict[str, tuple[float, float]] = {
    **_TRUNK,
    **{f"right_{name}": limits for name, limits in _LIMB.items()},
    **{f"left_{name}": limits for name, limits in _LIMB.items()},
    "pelvis_twist": (-np.inf, np.inf),
}
"""Joint angle -> (lowest, highest) in degrees; its order is that of an array of angles.

Ranges of the American Academy of Orthopaedic Surgeons, "Joint Motion: Method of Measuring and
Recording" (1965), rounded, but for squats to the floor and for sitting on the heels: there the
knee bends to about 155 and the hip to well over 100 degrees (Hemmerich et al., "Hip, knee, and
ankle kinematics of high range of motion activities of daily living", 2006). 130 at the hip, and
what exceeds the AAOS's ranges at spine and abduction, is chosen by eye. Rotation counts from the
plane of the swing: a thigh that is flexed and also abducted by 45 degrees has 45 of outward
rotation where the shank still hangs straight down, so that crossed legs have up to 90. The pelvis
in the world (`pelvis_*`) is ours: it takes any orientation. So is the cut from 180 to 160-170 at
the shoulder, where a rotation vector comes near its singularity.

Signs: flexion bends forward (the knee backward), trunk bends, lists and twists are positive to the
person's left, abduction is away from the midline, rotation is positive inward. `pelvis_twist`
turns the body about its own long axis before `pelvis_tilt` lays it down: a tilt of 90 is on the
belly, -90 on the back, 90 with a twist of 90 on the right side.
"""

EVERYDAY_LIMITS: dict[str, tuple[float, float]] = {
    **LIMITS,
    "pelvis_tilt": (-30, 95),
    "pelvis_list": (-25, 25),
    "spine_flexion": (-25, 80),
    **{
        f"{side}_{name}": limits
        for side in ("right", "left")
        for name, limits in {
            "hip_flexion": (-30, 120),
            "hip_abduction": (-30, 45),
            "hip_rotation": (-45, 45),
            "knee": (0, 144),
        }.items()
    },
}
"""Narrower limits, of the everyday activities on one's feet.

The knee's 144 is the mean of Roaas & Andersson (1982).
"""

ANGLES = tuple(LIMITS)
