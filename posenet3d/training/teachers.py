"""Several lifters that speak as one teacher, where they are near enough to one another."""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.evaluation.metrics.joint_errors import pa_mpjpe
from posenet3d.models import PoseEstimator
from posenet3d.poses.lift_result import LiftResult

MOST_APART = 1.5
"""A lifter that is trained from nothing is left out where it disagrees with the pretrained one by
more than so many times the error that this expects of itself. Ours: a lifter with 45 mm has 1.2 on
the recordings it was trained on, one with 76 mm, of another lab, 1.6."""

_SAMPLE = 4096  # poses that are compared


def apart(own: PoseEstimator, before: PoseEstimator, keypoints_2d: np.ndarray) -> float:
    """How far two lifters disagree, over the error that the second expects.

    Args:
      own: The first.
      before: The second. Of one that does not estimate its error, a tenth of a pose's size counts.
      keypoints_2d: `[N, J, 2]`.
    """
    sample = keypoints_2d[:: -(-len(keypoints_2d) // _SAMPLE)]
    said, was = own.lift(sample, score=False), before.lift(sample)
    moved = float(pa_mpjpe(said.keypoints_3d, was.keypoints_3d).mean())
    expected = float(np.mean(was.expected_error_mm))
    return moved / (expected if expected > 0 else 0.1)


class Together:
    """The mean of what lifters say: where they err differently, it errs less than each.

    Args:
      *models: Lifters of one skeleton that see poses at one scale.
    """

    def __init__(self, *models: PoseEstimator) -> None:
        self.models = models

    def lift(self, keypoints_2d: np.ndarray, score: bool = True) -> LiftResult:
        """As `PoseEstimator.lift`; all but the 3D poses is what the first says."""
        results = [model.lift(keypoints_2d, score=score) for model in self.models]
        keypoints_3d = np.mean([result.keypoints_3d for result in results], axis=0)
        return dataclasses.replace(results[0], keypoints_3d=keypoints_3d)
