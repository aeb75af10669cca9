"""What lifters expect of themselves, in the unit of the errors that are measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from posenet3d.evaluation.metrics.joint_errors import match_size
from posenet3d.poses.records import Poses2D

if TYPE_CHECKING:  # only for its name
    from posenet3d.poses.lift_result import LiftResult


def expected_error_mm(result: LiftResult, poses: Poses2D) -> np.ndarray:
    """Expected errors `[N]` in mm of lifted poses, brought to the true poses' size.

    Args:
      result: What the estimator returned for the poses, in any unit.
      poses: The poses, with 3D.
    """
    matched = match_size(result.keypoints_3d, poses.keypoints_3d, poses.skeleton)
    size_mm, size = (np.linalg.norm(p, axis=(1, 2)) for p in (matched, result.keypoints_3d))
    return result.expected_error_mm * size_mm / size
