"""Rules by which the joints of one skeleton come from those of another, and maps made of them.

A map is plain data, a rule a target joint. Every rule is a weighted sum of source joints, so that a
map does the same in the image, in the camera frame and in any unit. `joint_maps` declares those
there are.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from posenet3d.skeletons.skeleton import Skeleton


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
            if not self.alternatives(joint):
                raise ValueError(f"{self!s}: target joint {joint!r} has an empty tuple of rules.")
            for rule in self.alternatives(joint):
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
        """Target joints that are computed even where every source joint is present."""
        return tuple(
            joint
            for joint in self.target.joint_names
            if joint in self.rules and not isinstance(self.alternatives(joint)[0], Copy)
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
            for rule in reversed(self.alternatives(joint)):  # the preferred one has the last word
                weights = rule.weights()
                used = [self.source.index(name) for name in weights]
                if isinstance(rule, Copy):
                    least, value = confidence[..., used[0]], keypoints[..., used[0], :]
                else:
                    least = confidence[..., used].min(axis=-1)
                    share = np.array(list(weights.values()), keypoints.dtype)[:, None]
                    value = (keypoints[..., used, :] * share).sum(axis=-2)
                present = least > 0
                np.copyto(mapped[..., column, :], value, where=present[..., None])
                np.copyto(mapped_confidence[..., column], least, where=present)
        return mapped, mapped_confidence

    def alternatives(self, joint: str) -> tuple[Rule, ...]:
        """The rules of a target joint that has some, in order of preference."""
        rules = self.rules[joint]
        return rules if isinstance(rules, tuple) else (rules,)


def identity(skeleton: Skeleton) -> JointMap:
    """The map of a skeleton onto itself; missing joints stay missing."""
    return JointMap(skeleton, skeleton, {name: Copy(name) for name in skeleton.joint_names})
