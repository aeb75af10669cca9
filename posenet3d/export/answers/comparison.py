"""Whether an exported file is the same model: how far its poses are from the estimator's."""

from __future__ import annotations

import numpy as np

from posenet3d.errors import ExportError
from posenet3d.export.answers.runtimes import Lift
from posenet3d.export.signatures.examples import example_poses, with_gaps
from posenet3d.models.estimator import PoseEstimator
from posenet3d.poses import stature

HEIGHT_MM = 1700.0
"""Stature of the person of whom differences in mm are given."""

LIMITS = {"float32": 1e-4, "float16": 2e-3, "dynamic_int8": 0.1, "int8": 0.1}
"""Largest mean distance of a joint from the estimator's, in pose units, that an export passes."""

_POSES = 64


def distances(
    estimator: PoseEstimator, lift: Lift, keypoints_2d: np.ndarray, confidence: np.ndarray
) -> np.ndarray:
    """How far each joint lies from where the estimator has it.

    Args:
      estimator: The estimator.
      lift: Lifts with the exported file.
      keypoints_2d: `[N, J, 2]`, pixels.
      confidence: `[N, J]`, 0 for missing joints.

    Returns:
      `[N, J]` in pose units; NaN where neither lifts the person, infinite where only one does.
    """
    expected = estimator.lift(keypoints_2d, confidence, score=False).keypoints_3d
    found = lift(keypoints_2d, confidence)["keypoints_3d"]
    distance = np.linalg.norm(found - expected, axis=-1)
    differ = np.isnan(found).any(axis=-1) != np.isnan(expected).any(axis=-1)
    return np.where(differ, np.inf, distance)


def mm_a_unit(
    estimator: PoseEstimator, keypoints_2d: np.ndarray, confidence: np.ndarray
) -> np.ndarray:
    """For each pose `[N, 1]` what a pose unit is in mm, if the person is 1.7 m tall."""
    lifted = estimator.lift(keypoints_2d, confidence, score=False).keypoints_3d
    return stature.mm_a_unit(lifted, np.float32(HEIGHT_MM), estimator.skeleton)[..., 0]


def check_same(estimator: PoseEstimator, lift: Lift, variant: str) -> None:
    """Refuses a file whose poses are not those of the estimator.

    Args:
      estimator: The estimator.
      lift: Lifts with the exported file.
      variant: One of `LIMITS`.

    Raises:
      ExportError: If they differ by more than the variant's limit.
    """
    keypoints_2d, confidence = example_poses(estimator, estimator.skeleton, _POSES, seed=2)
    confidence[::2] = with_gaps(confidence[::2], 0.15)
    found = np.nan_to_num(distances(estimator, lift, keypoints_2d, confidence), posinf=np.inf)
    if not found.mean() <= LIMITS[variant]:
        raise ExportError(
            f"The converted model ({variant}) lifts {found.mean():.3g} of a pose's size off the "
            f"estimator; at most {LIMITS[variant]:g} is right. Leave this form out."
        )
