"""Where the joints lie that a keypoint set lacks, as rules for joint maps.

Trunk joints are found on the line from the hips to the shoulders, neck and head on the line from
the shoulders through whatever of the head was seen.
"""

from __future__ import annotations

from posenet3d.skeletons.heights import CMU_TRUNK, EYES, HIPS, SHOULDERS, TOP
from posenet3d.skeletons.joint_rules import Copy, Extrapolate, Mean, Rule

LIMBS: dict[str, Rule] = {
    f"{side}_{part}": Copy(f"{side}_{part}")
    for side in ("left", "right")
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
}
"""The twelve joints of the limbs, which every keypoint set has under these names."""

MID_HIPS = Mean(("left_hip", "right_hip"))
MID_SHOULDERS = Mean(("left_shoulder", "right_shoulder"))

# COCO has no joint between the shoulders and the top of the head but those of the face, so neck and
# head lie on the line from the middle of the shoulders through whatever of the face was seen. How
# far along follows from heights above the ground in parts of stature, standing upright (`heights`).
# Ears and tip of the nose: ours, set by eye between the eyes and the chin (0.870).
EARS, NOSE = 0.925, 0.905
# Human3.6M's "neck/nose" joint hangs between thorax and head. In the CMU motion capture that we
# train on it lies at 0.58 of the way from the middle of the shoulders to the head (median of 31,498
# frames); the middle of the ears lies at (0.925 - 0.818) / (1 - 0.818) = 0.59: so we take their
# height. Head joints differ between data sets more than one rule can follow: in units of the
# distance from mid-hips (0.530) to mid-shoulders, the top of the head is 0.63 above the shoulders
# by these heights and 0.73 in MPII's photographs (median, foreshortening and all), but CMU's head
# joint only 0.44.
NECK, HEAD = EARS, TOP

# CMU's neck and head joints lie at 1.245 and 1.419 of the way from the hips to the shoulders.
CMU_THORAX, CMU_NECK, CMU_HEAD = (
    HIPS + share * (SHOULDERS - HIPS) for share in (CMU_TRUNK["thorax"], 1.245, 1.419)
)

# Best first: the ears straddle the neck's axis; the eyes lie before it, one ear beside it; the nose
# lies furthest from it.
FACE: tuple[tuple[Rule, float], ...] = (
    (Mean(("left_ear", "right_ear")), EARS),
    (Mean(("left_eye", "right_eye")), EYES),
    (Copy("left_ear"), EARS),
    (Copy("right_ear"), EARS),
    (Copy("nose"), NOSE),
)


def along_trunk(
    share: float,
    hips: tuple[Rule, ...] = (MID_HIPS,),
    shoulders: tuple[Rule, ...] = (MID_SHOULDERS,),
) -> tuple[Rule, ...]:
    """The joint at this share of the way from the hips to the shoulders.

    Args:
      share: 0 at the hips, 1 at the shoulders.
      hips: Rules for the middle of the hips, best first.
      shoulders: Rules for the middle of the shoulders, best first.
    """
    return tuple(Extrapolate(start, end, share) for start in hips for end in shoulders)


def above_shoulders(
    height: float,
    shoulders: tuple[Rule, ...] = (MID_SHOULDERS,),
    seen: tuple[tuple[Rule, float], ...] = FACE,
) -> tuple[Rule, ...]:
    """The joint at this height on the line from the shoulders through a joint of the head.

    Args:
      height: In parts of stature.
      shoulders: Rules for the middle of the shoulders, best first.
      seen: Rules for joints of the head, best first, each with its height.
    """
    return tuple(
        Extrapolate(start, end, (height - SHOULDERS) / (end_height - SHOULDERS))
        for end, end_height in seen
        for start in shoulders
    )


def cmu_trunk(
    hips: tuple[Rule, ...] = (MID_HIPS,),
    shoulders: tuple[Rule, ...] = (MID_SHOULDERS,),
    seen: tuple[tuple[Rule, float], ...] = FACE,
) -> dict[str, tuple[Rule, ...]]:
    """CMU's joints of the trunk; of an upper body without hips the thorax, below the shoulders.

    Args:
      hips: Rules for the middle of the hips, best first.
      shoulders: Rules for the middle of the shoulders, best first.
      seen: Rules for joints of the head, best first, each with its height.
    """
    rules = {name: along_trunk(share, hips, shoulders) for name, share in CMU_TRUNK.items()}
    return rules | {"thorax": (*rules["thorax"], *above_shoulders(CMU_THORAX, shoulders, seen))}
