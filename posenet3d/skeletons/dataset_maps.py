"""Declared maps from the joints of public data sets to the skeletons of the lifters."""

from __future__ import annotations

from posenet3d.skeletons.heights import CMU_TRUNK
from posenet3d.skeletons.joint_rules import Copy, JointMap, Rule
from posenet3d.skeletons.proportions import (
    CMU_HEAD,
    CMU_NECK,
    LIMBS,
    MID_HIPS,
    MID_SHOULDERS,
    TOP,
    above_shoulders,
    along_trunk,
)
from posenet3d.skeletons.skeleton import (
    CMU_17,
    H36M_17,
    MPI_INF_3DHP_17,
    MPI_INF_3DHP_28,
    MPII_16,
    Skeleton,
)


def _maps(
    source: Skeleton, trunk: dict[str, str], synthesised: dict[str, tuple[Rule, ...]]
) -> tuple[JointMap, JointMap]:
    """The maps to `h36m17` and `cmu17`.

    Args:
      source: A skeleton with the limbs under the usual names, `pelvis` and `head_top`.
      trunk: For joints of Human3.6M's trunk and head those of the source that stand there.
      synthesised: Rules for the others.
    """
    copied = {joint: Copy(own) for joint, own in trunk.items()}
    # A missed pelvis or thorax is found from the hips or the shoulders that it lies between.
    copied |= {
        "pelvis": (copied["pelvis"], MID_HIPS),
        "thorax": (copied["thorax"], MID_SHOULDERS),
    }
    hips, shoulders = (MID_HIPS, Copy("pelvis")), (MID_SHOULDERS, Copy(trunk["thorax"]))
    top = ((Copy("head_top"), TOP),)
    to_cmu = {
        **{name: along_trunk(share, hips, shoulders) for name, share in CMU_TRUNK.items()},
        "neck": above_shoulders(CMU_NECK, shoulders, top),
        "head": above_shoulders(CMU_HEAD, shoulders, top),
    }
    return (
        JointMap(source, H36M_17, LIMBS | copied | synthesised),
        JointMap(source, CMU_17, LIMBS | to_cmu),
    )


# Human3.6M's thorax is the neck of MPI-INF-3DHP, and what it calls neck is near the other's head:
# "Human3.6m compatible joint set" in util/mpii_get_joint_set.m, whose order pairs them so.
_MPI_INF_TRUNK = {
    "pelvis": "pelvis",
    "spine": "spine",
    "thorax": "neck",
    "neck": "head",
    "head": "head_top",
}

DATASET_MAPS = (
    *_maps(
        MPII_16,
        {"pelvis": "pelvis", "thorax": "thorax", "neck": "upper_neck", "head": "head_top"},
        {"spine": along_trunk(0.5, (Copy("pelvis"), MID_HIPS), (Copy("thorax"), MID_SHOULDERS))},
    ),
    *_maps(MPI_INF_3DHP_28, _MPI_INF_TRUNK, {}),
    *_maps(MPI_INF_3DHP_17, _MPI_INF_TRUNK, {}),
)
"""From each of `mpii16`, `mpi_inf_3dhp28` and `mpi_inf_3dhp17` to `h36m17` and `cmu17`."""
