"""Declared maps from the keypoint sets of detectors to the skeletons of the lifters.

Limbs are copied. Joints of the trunk and head are the detector's own where it has them, else they
are found as `proportions` says; each has second choices for when the detector missed a joint.
"""

from __future__ import annotations

from posenet3d.skeletons.joint_rules import Copy, JointMap, Rule
from posenet3d.skeletons.proportions import (
    CMU_HEAD,
    CMU_NECK,
    FACE,
    HEAD,
    LIMBS,
    MID_HIPS,
    MID_SHOULDERS,
    NECK,
    TOP,
    above_shoulders,
    along_trunk,
    cmu_trunk,
)
from posenet3d.skeletons.skeleton import (
    BODY_25,
    BODY_25B,
    CMU_17,
    H36M_17,
    HALPE_26,
    MEDIAPIPE_33,
    MPI_15,
    OPENPOSE_18,
    Skeleton,
)


def _maps(
    source: Skeleton,
    hips: tuple[Rule, ...] = (MID_HIPS,),
    shoulders: tuple[Rule, ...] = (MID_SHOULDERS,),
    top: tuple[Rule, ...] = (),
    face: tuple[tuple[Rule, float], ...] = FACE,
    own: dict[str, Rule] | None = None,
) -> tuple[JointMap, JointMap]:
    """The maps to `h36m17` and `cmu17`.

    Args:
      source: The detector's keypoint set; it has the limbs under COCO's names.
      hips: Rules for the middle of the hips, best first.
      shoulders: Rules for the middle of the shoulders, best first.
      top: Rules for the top of the head, which is then preferred to the face; it may have none.
      face: Rules for the face, with heights; those for COCO's names.
      own: For other joints of `h36m17` the source's that stand there; the rest is second choice.
    """
    seen = (*((rule, TOP) for rule in top), *face)
    to_h36m = {
        "pelvis": hips,
        "spine": along_trunk(0.5, hips, shoulders),
        "thorax": shoulders,
        "neck": above_shoulders(NECK, shoulders, seen),
        "head": (*top, *above_shoulders(HEAD, shoulders, face)),
    }
    to_h36m |= {name: (rule, *to_h36m[name]) for name, rule in (own or {}).items()}
    to_cmu = {
        **cmu_trunk(hips, shoulders, seen),
        "neck": above_shoulders(CMU_NECK, shoulders, seen),
        "head": above_shoulders(CMU_HEAD, shoulders, seen),
    }
    return JointMap(source, H36M_17, LIMBS | to_h36m), JointMap(source, CMU_17, LIMBS | to_cmu)


DETECTOR_MAPS = (
    # OpenPose's neck is the middle of the shoulders by its training data
    # (github.com/CMU-Perceptual-Computing-Lab/openpose/issues/1537).
    *_maps(BODY_25, (Copy("mid_hip"), MID_HIPS), (Copy("neck"), MID_SHOULDERS)),
    *_maps(OPENPOSE_18, shoulders=(Copy("neck"), MID_SHOULDERS)),
    # Halpe's head, neck and hip are placed as MPII's (github.com/MVIG-SJTU/AlphaPose/issues/540):
    # its neck lies above the shoulders, where no joint of ours is, and stands in for their middle
    # only where a shoulder is missing.
    *_maps(HALPE_26, (Copy("hip"), MID_HIPS), (MID_SHOULDERS, Copy("neck")), (Copy("head"),)),
    *_maps(MEDIAPIPE_33),
    # So are the upper neck and the top of the head of OpenPose's other models. MPI's chest is
    # halfway between MPII's thorax and pelvis, and its neck where Human3.6M's is (`dataset_maps`):
    # TransformJoints of github.com/CMU-Perceptual-Computing-Lab/caffe_train, cpm_data_transformer.
    *_maps(BODY_25B, shoulders=(MID_SHOULDERS, Copy("upper_neck")), top=(Copy("head_top"),)),
    *_maps(
        MPI_15,
        shoulders=(MID_SHOULDERS, Copy("upper_neck")),
        top=(Copy("head_top"),),
        face=(),
        own={"spine": Copy("chest"), "neck": Copy("upper_neck")},
    ),
)
"""From each of `body25`, `openpose18`, `halpe26`, `mediapipe33`, `body25b` and `mpi15` to `h36m17`
and `cmu17`."""
