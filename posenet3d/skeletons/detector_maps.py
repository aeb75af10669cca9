"""Declared maps from the keypoint sets of detectors to the skeletons of the lifters.

Limbs are copied. Joints of the trunk and head are the detector's own where it has them, else they
are found as `proportions` says; each has second choices for when the detector missed a joint.
"""

from __future__ import annotations

from posenet3d.skeletons.joint_rules import Copy, JointMap, Rule
from posenet3d.skeletons.proportions import (
    CMU_HEAD,
    CMU_NECK,
    CMU_TRUNK,
    FACE,
    HEAD,
    LIMBS,
    MID_HIPS,
    MID_SHOULDERS,
    NECK,
    TOP,
    above_shoulders,
    along_trunk,
)
from posenet3d.skeletons.skeleton import (
    BODY_25,
    CMU_17,
    H36M_17,
    HALPE_26,
    MEDIAPIPE_33,
    OPENPOSE_18,
    Skeleton,
)


def _maps(
    source: Skeleton,
    hips: tuple[Rule, ...] = (MID_HIPS,),
    shoulders: tuple[Rule, ...] = (MID_SHOULDERS,),
    top: tuple[Rule, ...] = (),
) -> tuple[JointMap, JointMap]:
    """The maps to `h36m17` and `cmu17`.

    Args:
      source: The detector's keypoint set; it has the limbs and the face under COCO's names.
      hips: Rules for the middle of the hips, best first.
      shoulders: Rules for the middle of the shoulders, best first.
      top: Rules for the top of the head, which is then preferred to the face; it may have none.
    """
    seen = (*((rule, TOP) for rule in top), *FACE)
    to_h36m = {
        "pelvis": hips,
        "spine": along_trunk(0.5, hips, shoulders),
        "thorax": shoulders,
        "neck": above_shoulders(NECK, shoulders, seen),
        "head": (*top, *above_shoulders(HEAD, shoulders)),
    }
    to_cmu = {
        **{name: along_trunk(share, hips, shoulders) for name, share in CMU_TRUNK.items()},
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
)
"""From each of `body25`, `openpose18`, `halpe26` and `mediapipe33` to `h36m17` and `cmu17`."""
