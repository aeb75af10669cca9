"""The record of lifted poses."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class LiftResult:
    """N lifted poses; where a person could not be lifted, `keypoints_3d` is NaN.

    Attributes:
      keypoints_3d: `[N, J, 3]` float32, camera frame (x right, y down, z forward), root-relative,
        in units of the pose's own size, or mm.
      filled: `[N, J]` bool: the joint was missing and has been guessed.
      lifted: `[N]` bool.
      problems: N texts: why the person was not lifted, "" where the person was.
      score: `[N]` float32 in (0, 1], how much the lifter agrees with itself; or NaN.
      elevation: `[N]` float32, degrees by which the camera looks down; NaN: not estimated.
      unit: "pose": the mean distance of the 2D joints from the root is 1; or "mm".
      interpolated: `[N]` bool: no pose of that frame, but one between those before and after
        (`motion.people`); None: there is none such.
    """

    keypoints_3d: np.ndarray
    filled: np.ndarray
    lifted: np.ndarray
    problems: tuple[str, ...]
    score: np.ndarray
    elevation: np.ndarray
    unit: str
    interpolated: np.ndarray | None = None
