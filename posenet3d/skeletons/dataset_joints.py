"""The joints of public data sets' annotations, as {joint: its parent}, in the order of their files.

Left and right are the person's own. Names are the data sets', with underscores.
"""

from __future__ import annotations

from posenet3d.skeletons.detector_joints import Joints

H36M_17: Joints = {
    "pelvis": None,
    "right_hip": "pelvis",
    "right_knee": "right_hip",
    "right_ankle": "right_knee",
    "left_hip": "pelvis",
    "left_knee": "left_hip",
    "left_ankle": "left_knee",
    "spine": "pelvis",
    "thorax": "spine",
    "neck": "thorax",
    "head": "neck",
    "left_shoulder": "thorax",
    "left_elbow": "left_shoulder",
    "left_wrist": "left_elbow",
    "right_shoulder": "thorax",
    "right_elbow": "right_shoulder",
    "right_wrist": "right_elbow",
}
"""Human3.6M (Ionescu et al., TPAMI 2014): the 17 joints that the literature takes of its 32."""

MPII_16: Joints = {
    "right_ankle": "right_knee",
    "right_knee": "right_hip",
    "right_hip": "pelvis",
    "left_hip": "pelvis",
    "left_knee": "left_hip",
    "left_ankle": "left_knee",
    "pelvis": None,
    "thorax": "pelvis",
    "upper_neck": "thorax",
    "head_top": "upper_neck",
    "right_wrist": "right_elbow",
    "right_elbow": "right_shoulder",
    "right_shoulder": "thorax",
    "left_shoulder": "thorax",
    "left_elbow": "left_shoulder",
    "left_wrist": "left_elbow",
}
"""MPII Human Pose (Andriluka et al., CVPR 2014): the joint ids 0 to 15 of its README. The parents
are ours."""

MPI_INF_3DHP_28: Joints = {
    "spine3": "spine2",
    "spine4": "spine3",
    "spine2": "spine",
    "spine": "pelvis",
    "pelvis": None,
    "neck": "spine4",
    "head": "neck",
    "head_top": "head",
    "left_clavicle": "neck",
    "left_shoulder": "left_clavicle",
    "left_elbow": "left_shoulder",
    "left_wrist": "left_elbow",
    "left_hand": "left_wrist",
    "right_clavicle": "neck",
    "right_shoulder": "right_clavicle",
    "right_elbow": "right_shoulder",
    "right_wrist": "right_elbow",
    "right_hand": "right_wrist",
    "left_hip": "pelvis",
    "left_knee": "left_hip",
    "left_ankle": "left_knee",
    "left_foot": "left_ankle",
    "left_toe": "left_foot",
    "right_hip": "pelvis",
    "right_knee": "right_hip",
    "right_ankle": "right_knee",
    "right_foot": "right_ankle",
    "right_toe": "right_foot",
}
"""MPI-INF-3DHP's training set (Mehta et al., 3DV 2017): names, order and parents (`o1`) of the set
`all` in its util/mpii_get_joint_set.m; MMHuman3D restates the order."""

MPI_INF_3DHP_17: Joints = {
    "head_top": "neck",
    "neck": "spine",
    "right_shoulder": "neck",
    "right_elbow": "right_shoulder",
    "right_wrist": "right_elbow",
    "left_shoulder": "neck",
    "left_elbow": "left_shoulder",
    "left_wrist": "left_elbow",
    "right_hip": "pelvis",
    "right_knee": "right_hip",
    "right_ankle": "right_knee",
    "left_hip": "pelvis",
    "left_knee": "left_hip",
    "left_ankle": "left_knee",
    "pelvis": None,
    "spine": "pelvis",
    "head": "neck",
}
"""Its test set: the set `relevant` of the same file, which MMHuman3D restates as well."""
