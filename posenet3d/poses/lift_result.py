"""The record of lifted poses."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class LiftResult:
    """N lifted poses.

    `keypoints_3d` is in the camera frame (x right, y down, z forward), root-relative. Where a
    person could not be lifted it is NaN, `lifted` is False and `problems` says why.
    """

    keypoints_3d: np.ndarray  # [N, J, 3] float32, in units of the pose's own size, or mm
    filled: np.ndarray  # [N, J] bool: the joint was missing and has been guessed
    lifted: np.ndarray  # [N] bool
    problems: tuple[str, ...]  # N, "" where the person was lifted
    score: np.ndarray  # [N] float32 in (0, 1], how much the lifter agrees with itself; or NaN
    elevation: np.ndarray  # [N] float32, degrees the camera looks down, NaN: not estimated
    unit: str  # "pose": the mean distance of the 2D joints from the root is 1; or "mm"
    interpolated: np.ndarray | None = None  # [N] bool: no pose of that frame, but one between
    # those before and after (`motion.people`); None: there is none such
