"""The declared maps between skeletons: how each joint of the one comes from the other's."""

from __future__ import annotations

from collections.abc import Mapping

from posenet3d.errors import InputError
from posenet3d.skeletons.dataset_maps import DATASET_MAPS
from posenet3d.skeletons.detector_maps import DETECTOR_MAPS
from posenet3d.skeletons.heights import CMU_TRUNK, SHOULDERS
from posenet3d.skeletons.joint_rules import Copy, Extrapolate, JointMap, Mean, Rule, identity
from posenet3d.skeletons.proportions import (
    CMU_HEAD,
    CMU_NECK,
    HEAD,
    LIMBS,
    MID_HIPS,
    MID_SHOULDERS,
    NECK,
    above_shoulders,
    along_trunk,
    cmu_trunk,
)
from posenet3d.skeletons.skeleton import CMU_17, COCO_17, H36M_17, SKELETONS, Skeleton

__all__ = ["Copy", "Extrapolate", "JointMap", "Mean", "Rule", "get", "identity", "route"]

_HIPS_AND_SHOULDERS = Mean(("left_hip", "right_hip", "left_shoulder", "right_shoulder"))
_CMU_TRUNK = {name: along_trunk(share) for name, share in CMU_TRUNK.items()}

COCO_17_TO_H36M_17 = JointMap(
    COCO_17,
    H36M_17,
    LIMBS
    | {
        "pelvis": MID_HIPS,
        "thorax": MID_SHOULDERS,
        "spine": _HIPS_AND_SHOULDERS,  # halfway between pelvis and thorax
        "neck": above_shoulders(NECK),
        "head": above_shoulders(HEAD),
    },
)
"""COCO's keypoints as Human3.6M's joints: limbs copied, trunk and head computed."""

COCO_17_TO_CMU_17 = JointMap(
    COCO_17,
    CMU_17,
    LIMBS | cmu_trunk() | {"neck": above_shoulders(CMU_NECK), "head": above_shoulders(CMU_HEAD)},
)
"""COCO's keypoints as the CMU skeleton's joints: limbs copied, trunk and head computed."""


def _towards_top(height: float, top: float) -> Rule:
    """The joint at this height on the way from the shoulders to the head joint at height `top`."""
    return Extrapolate(MID_SHOULDERS, Copy("head"), (height - SHOULDERS) / (top - SHOULDERS))


H36M_17_TO_CMU_17 = JointMap(
    H36M_17,
    CMU_17,
    LIMBS
    | _CMU_TRUNK
    | {"neck": _towards_top(CMU_NECK, HEAD), "head": _towards_top(CMU_HEAD, HEAD)},
)
"""Human3.6M's joints placed as the CMU skeleton has them."""

CMU_17_TO_H36M_17 = JointMap(
    CMU_17,
    H36M_17,
    LIMBS
    | {
        "pelvis": MID_HIPS,
        "thorax": MID_SHOULDERS,
        "spine": _HIPS_AND_SHOULDERS,
        "neck": _towards_top(NECK, CMU_HEAD),
        "head": _towards_top(HEAD, CMU_HEAD),
    },
)
"""The CMU skeleton's joints placed as Human3.6M has them."""

H36M_17_TO_COCO_17 = JointMap(H36M_17, COCO_17, LIMBS)
"""Human3.6M's joints as COCO's keypoints: limbs copied; the face is absent."""

_DECLARED = (
    COCO_17_TO_H36M_17,
    COCO_17_TO_CMU_17,
    H36M_17_TO_CMU_17,
    H36M_17_TO_COCO_17,
    CMU_17_TO_H36M_17,
    *DETECTOR_MAPS,
    *DATASET_MAPS,
)
_MAPS = {(m.source.name, m.target.name): m for m in _DECLARED}
_MAPS |= {(s.name, s.name): identity(s) for s in SKELETONS.values()}


def get(source_name: str, target_name: str) -> JointMap:
    """The declared map from one skeleton to another, by their names.

    Raises:
      ValueError: If there is none; the message lists those there are.
    """
    if (source_name, target_name) not in _MAPS:
        known = ", ".join(f"{source} -> {target}" for source, target in sorted(_MAPS))
        raise ValueError(
            f"No map from skeleton {source_name!r} to {target_name!r} is declared; there are "
            f"{known}."
        )
    return _MAPS[source_name, target_name]


def route(
    source: Skeleton, target: Skeleton, maps: Mapping[str, JointMap] | None = None
) -> tuple[JointMap, ...]:
    """The maps by which poses of one skeleton become those of another, to be applied in turn.

    Args:
      source: The skeleton that the poses have.
      target: The skeleton that they are to have.
      maps: A user's own, by the name of their target (`formats.map_file`). They go before the
        declared ones, and one to a skeleton from which a declared map leads on will do.

    Returns:
      No map where the skeletons are equal, else one or two. Between a user's own skeletons joints
      are taken by name.

    Raises:
      InputError: If no way leads there.
    """
    if source == target:
        return ()
    own = {name: m for name, m in (maps or {}).items() if m.source == source}
    if target.name in own:
        return (own[target.name],)
    if (source.name, target.name) in _MAPS:
        return (_MAPS[source.name, target.name],)
    is_own = source.name not in SKELETONS or target.name not in SKELETONS
    if is_own and set(target.joint_names) <= set(source.joint_names):
        return (JointMap(source, target, {name: Copy(name) for name in target.joint_names}),)
    for name, first in own.items():
        if (name, target.name) in _MAPS:
            return (first, _MAPS[name, target.name])
    raise InputError(
        f"There is no map from the skeleton {source.name!r} to {target.name!r}; the lifter takes "
        f"the joints {', '.join(target.joint_names)}. Give a map file that says under "
        f"[to.{target.name}] how they come from {', '.join(source.joint_names)} "
        "(docs/own_skeleton.md)."
    )
