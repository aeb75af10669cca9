"""What is particular about the BVH files that B. Hahne made of the CMU database (cgspeed.com).

Their lengths are those of the `.asf` files, and every file begins with a T-pose that was not
captured (the release's README). The tool that made them lost the length of the bones that branch:
Neck, LeftShoulder and RightShoulder sit on Spine1, where the skeletons have a bone between, called
thorax, and people's trunks are 12 cm too short.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.data.datasets.mocap.parsers.bvh import Bvh

UNIT_M = 0.0254 / 0.45
"""Metres a unit (http://mocap.cs.cmu.edu/faqs.php)."""

_ON_THORAX = ("Neck", "LeftShoulder", "RightShoulder")


def is_conversion(bvh: Bvh) -> bool:
    """Whether the file is one of them: by its joints, and the bone that is missing."""
    joints = {joint.name: joint for joint in bvh.joints}
    if not {"LHipJoint", "LowerBack", "Spine1", *_ON_THORAX} <= joints.keys():
        return False
    ends = [joints[name] for name in _ON_THORAX]
    spine = bvh.joints.index(joints["Spine1"])
    return all(joint.parent == spine and not any(joint.offset) for joint in ends)


def with_thorax(bvh: Bvh) -> Bvh:
    """The file with the missing bone put back: upwards from Spine1, as long as the bone below.

    It is so in the skeletons themselves, to 4 mm (subject 1: 2.065 units after 2.050, its direction
    0.020, 1.000, 0.023). Of a file that `is_conversion`.
    """
    length = next(np.linalg.norm(j.offset) for j in bvh.joints if j.name == "Spine1")
    joints = tuple(
        dataclasses.replace(j, offset=(0.0, float(length), 0.0)) if j.name in _ON_THORAX else j
        for j in bvh.joints
    )
    return dataclasses.replace(bvh, joints=joints)
