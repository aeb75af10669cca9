"""Declared maps between skeletons: how each joint of the one comes from the joints of the other.

A map is plain data, a rule a target joint. Every rule is a weighted sum of source joints, so that a
map does the same in the image, in the camera frame and in any unit.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from posenet3d.skeleton import CMU_17, COCO_17, H36M_17, Skeleton


@dataclasses.dataclass(frozen=True)
class Copy:
    """The target joint is this source joint."""

    joint: str

    def weights(self) -> dict[str, float]:
        """The weight of each source joint in the sum."""
        return {self.joint: 1.0}


@dataclasses.dataclass(frozen=True)
class Mean:
    """The target joint is the middle of these source joints."""

    joints: tuple[str, ...]

    def __post_init__(self) -> None:
        if isinstance(self.joints, str) or not self.joints:
            raise ValueError(f"Mean needs a tuple of joint names, got {self.joints!r}.")

    def weights(self) -> dict[str, float]:
        """The weight of each source joint in the sum."""
        return dict.fromkeys(self.joints, 1.0 / len(self.joints))


@dataclasses.dataclass(frozen=True)
class Extrapolate:
    """The target joint is `start + factor * (end - start)`; each end is a joint name or a rule."""

    start: str | Rule
    end: str | Rule
    factor: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.factor):
            raise ValueError(f"Extrapolate needs a finite factor, got {self.factor}.")

    def weights(self) -> dict[str, float]:
        """The weight of each source joint in the sum."""
        total: dict[str, float] = {}
        for part, share in ((self.start, 1.0 - self.factor), (self.end, self.factor)):
            rule = Copy(part) if isinstance(part, str) else part
            for joint, weight in rule.weights().items():
                total[joint] = total.get(joint, 0.0) + share * weight
        return total


Rule = Copy | Mean | Extrapolate


@dataclasses.dataclass(frozen=True)
class JointMap:
    """How the joints of `target` come from those of `source`.

    Args:
      source: The skeleton that the poses have.
      target: The skeleton that they are to have.
      rules: For each target joint a rule, or several in order of preference, of which the first
        whose source joints are all present is used. A target joint without a rule is absent.

    Raises:
      ValueError: If a rule is for a joint that the target lacks, or uses one the source lacks.
    """

    source: Skeleton
    target: Skeleton
    rules: Mapping[str, Rule | tuple[Rule, ...]]

    def __post_init__(self) -> None:
        for joint in self.rules:
            self.target.index(joint)
            if not self._alternatives(joint):
                raise ValueError(f"{self!s}: target joint {joint!r} has an empty tuple of rules.")
            for rule in self._alternatives(joint):
                if not isinstance(rule, Rule):
                    raise ValueError(
                        f"{self!s}: target joint {joint!r} needs a Copy, Mean or Extrapolate, "
                        f"got {rule!r}."
                    )
                for used in rule.weights():
                    if used not in self.source.joint_names:
                        raise ValueError(
                            f"{self!s}: the rule for {joint!r} uses {used!r}, which the source "
                            f"lacks; it has {', '.join(self.source.joint_names)}."
                        )

    def __str__(self) -> str:
        return f"map {self.source.name} -> {self.target.name}"

    @property
    def synthesised(self) -> tuple[str, ...]:
        """Target joints that are computed, not simply copied from one source joint."""
        return tuple(
            joint
            for joint in self.target.joint_names
            if joint in self.rules and not _is_plain_copy(self._alternatives(joint))
        )

    @property
    def absent(self) -> tuple[str, ...]:
        """Target joints that have no rule and are therefore always missing."""
        return tuple(j for j in self.target.joint_names if j not in self.rules)

    def apply(
        self, keypoints: np.ndarray, confidence: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Poses of the source skeleton as poses of the target skeleton.

        Args:
          keypoints: `[..., Js, D]`, any frame and unit. What stands at a missing joint is ignored.
          confidence: `[..., Js]`; 0 marks a missing joint. None: every joint is present.

        Returns:
          keypoints `[..., Jt, D]` of the input's float type, 0 at missing joints, and confidence
          `[..., Jt]` float32: the least of the source joints used, 0 at missing joints.

        Raises:
          ValueError: If the shapes do not belong to the source skeleton.
        """
        keypoints = np.asarray(keypoints)
        if keypoints.dtype.kind != "f":
            keypoints = keypoints.astype(np.float32)
        if keypoints.ndim < 2 or keypoints.shape[-2] != self.source.num_joints:
            raise ValueError(
                f"{self!s} needs keypoints [..., {self.source.num_joints}, D], "
                f"got {list(keypoints.shape)}."
            )
        if confidence is None:
            confidence = np.ones(keypoints.shape[:-1], np.float32)
        confidence = np.asarray(confidence, np.float32)
        if confidence.shape != keypoints.shape[:-1]:
            raise ValueError(
                f"{self!s} needs confidence {list(keypoints.shape[:-1])}, "
                f"got {list(confidence.shape)}."
            )
        batch = keypoints.shape[:-2]
        joints = self.target.num_joints
        mapped = np.zeros((*batch, joints, keypoints.shape[-1]), keypoints.dtype)
        mapped_confidence = np.zeros((*batch, joints), np.float32)
        for joint in self.rules:
            column = self.target.index(joint)
            for rule in reversed(self._alternatives(joint)):  # the preferred one has the last word
                weights = rule.weights()
                used = [self.source.index(name) for name in weights]
                least = confidence[..., used].min(axis=-1)
                present = least > 0
                share = np.array(list(weights.values()), keypoints.dtype)[:, None]
                value = (keypoints[..., used, :] * share).sum(axis=-2)
                np.copyto(mapped[..., column, :], value, where=present[..., None])
                np.copyto(mapped_confidence[..., column], least, where=present)
        return mapped, mapped_confidence

    def _alternatives(self, joint: str) -> tuple[Rule, ...]:
        rules = self.rules[joint]
        return rules if isinstance(rules, tuple) else (rules,)


def _is_plain_copy(alternatives: tuple[Rule, ...]) -> bool:
    return len(alternatives) == 1 and isinstance(alternatives[0], Copy)


def identity(skeleton: Skeleton) -> JointMap:
    """The map of a skeleton onto itself; missing joints stay missing."""
    return JointMap(skeleton, skeleton, {name: Copy(name) for name in skeleton.joint_names})


_LIMBS = {
    f"{side}_{part}": Copy(f"{side}_{part}")
    for side in ("left", "right")
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
}

# COCO has no joint between the shoulders and the top of the head but those of the face, so neck and
# head lie on the line from the middle of the shoulders through whatever of the face was seen. How
# far along follows from heights above the ground in parts of stature, standing upright. Shoulders
# and eyes: Drillis and Contini (1966), as drawn in Winter, Biomechanics and Motor Control of Human
# Movement. Ears and tip of the nose: ours, set by eye between the eyes and the chin (0.870).
_SHOULDERS, _EYES, _TOP = 0.818, 0.936, 1.0
_EARS, _NOSE = 0.925, 0.905
# Human3.6M's "neck/nose" joint hangs between thorax and head. In the CMU motion capture that we
# train on it lies at 0.58 of the way from the middle of the shoulders to the head (median of 31,498
# frames); the middle of the ears lies at (0.925 - 0.818) / (1 - 0.818) = 0.59: so we take their
# height. Head joints differ between data sets more than one rule can follow: in units of the
# distance from mid-hips (0.530) to mid-shoulders, the top of the head is 0.63 above the shoulders
# by these heights and 0.73 in MPII's photographs (median, foreshortening and all), but CMU's head
# joint only 0.44.
_NECK, _HEAD = _EARS, _TOP

_MID_SHOULDERS = Mean(("left_shoulder", "right_shoulder"))
# Best first: the ears straddle the neck's axis; the eyes lie before it, one ear beside it; the nose
# lies furthest from it.
_FACE = (
    (Mean(("left_ear", "right_ear")), _EARS),
    (Mean(("left_eye", "right_eye")), _EYES),
    (Copy("left_ear"), _EARS),
    (Copy("right_ear"), _EARS),
    (Copy("nose"), _NOSE),
)


def _above_shoulders(height: float) -> tuple[Rule, ...]:
    """The joint at this height in parts of stature, by each of the face's joints in turn."""
    return tuple(
        Extrapolate(_MID_SHOULDERS, seen, (height - _SHOULDERS) / (seen_height - _SHOULDERS))
        for seen, seen_height in _FACE
    )


COCO_17_TO_H36M_17 = JointMap(
    COCO_17,
    H36M_17,
    _LIMBS
    | {
        "pelvis": Mean(("left_hip", "right_hip")),
        "thorax": _MID_SHOULDERS,
        # Halfway between pelvis and thorax is the mean of the four.
        "spine": Mean(("left_hip", "right_hip", "left_shoulder", "right_shoulder")),
        "neck": _above_shoulders(_NECK),
        "head": _above_shoulders(_HEAD),
    },
)
"""COCO's keypoints as Human3.6M's joints: limbs copied, trunk and head computed."""

# Where CMU's trunk joints lie on the way from the middle of the hips to that of the shoulders:
# medians over 22,654 frames of its motion capture (they lie off that line by 2 to 12 % of it).
_MID_HIPS = Mean(("left_hip", "right_hip"))
_CMU_TRUNK = {
    name: Extrapolate(_MID_HIPS, _MID_SHOULDERS, share)
    for name, share in (("pelvis", 0.204), ("spine", 0.670), ("thorax", 0.902))
}
# Its neck and head joints lie at 1.245 and 1.419 of that way; mid-hips are at 0.530 of the stature.
_CMU_NECK, _CMU_HEAD = (0.530 + share * (_SHOULDERS - 0.530) for share in (1.245, 1.419))


def _towards_top(height: float, top: float) -> Rule:
    """The joint at this height on the way from the shoulders to the head joint at height `top`."""
    return Extrapolate(_MID_SHOULDERS, Copy("head"), (height - _SHOULDERS) / (top - _SHOULDERS))


COCO_17_TO_CMU_17 = JointMap(
    COCO_17,
    CMU_17,
    _LIMBS
    | _CMU_TRUNK
    | {"neck": _above_shoulders(_CMU_NECK), "head": _above_shoulders(_CMU_HEAD)},
)
"""COCO's keypoints as the CMU skeleton's joints: limbs copied, trunk and head computed."""

H36M_17_TO_CMU_17 = JointMap(
    H36M_17,
    CMU_17,
    _LIMBS
    | _CMU_TRUNK
    | {"neck": _towards_top(_CMU_NECK, _HEAD), "head": _towards_top(_CMU_HEAD, _HEAD)},
)
"""Human3.6M's joints placed as the CMU skeleton has them."""

CMU_17_TO_H36M_17 = JointMap(
    CMU_17,
    H36M_17,
    _LIMBS
    | {
        "pelvis": _MID_HIPS,
        "thorax": _MID_SHOULDERS,
        "spine": Mean(("left_hip", "right_hip", "left_shoulder", "right_shoulder")),
        "neck": _towards_top(_NECK, _CMU_HEAD),
        "head": _towards_top(_HEAD, _CMU_HEAD),
    },
)
"""The CMU skeleton's joints placed as Human3.6M has them."""

H36M_17_TO_COCO_17 = JointMap(H36M_17, COCO_17, _LIMBS)
"""Human3.6M's joints as COCO's keypoints: limbs copied; the face is absent."""

_DECLARED = (
    COCO_17_TO_H36M_17,
    COCO_17_TO_CMU_17,
    H36M_17_TO_CMU_17,
    H36M_17_TO_COCO_17,
    CMU_17_TO_H36M_17,
)
_MAPS = {(m.source.name, m.target.name): m for m in _DECLARED}
_MAPS |= {(s.name, s.name): identity(s) for s in (H36M_17, CMU_17, COCO_17)}


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
