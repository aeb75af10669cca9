"""PCK and AUC as the evaluation script of MPI-INF-3DHP's test set counts them (Mehta et al., 2017).

Its mpii_get_pck_auc_joint_groups.m and mpii_compute_3d_pck.m count 14 of the 17 joints (not pelvis,
spine and what Human3.6M calls neck), and of those the ones nearer than the threshold.
"""

from __future__ import annotations

import numpy as np

from posenet3d.evaluation.metrics.checks import check_pair
from posenet3d.evaluation.metrics.joint_errors import (
    AUC_THRESHOLDS_MM,
    PCK_THRESHOLD_MM,
)
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

JOINTS = ("head", "thorax", *(
    f"{side}_{part}"
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in ("right", "left")
))  # fmt: skip
"""Head_top, neck, shoulders, elbows, wrists, hips, knees and ankles, by their names in `h36m17`."""


def has_joints(skeleton: Skeleton) -> bool:
    """Whether a skeleton has the 14 joints."""
    return set(JOINTS) <= set(skeleton.joint_names)


def pck_14(
    predicted_3d: np.ndarray, true_3d: np.ndarray, skeleton: Skeleton = H36M_17
) -> np.ndarray:
    """Share of the 14 joints that are nearer than 150 mm, in percent.

    Args:
      predicted_3d: `[N, J, 3]`, camera frame, mm; made root-relative here.
      true_3d: `[N, J, 3]`, likewise; for the protocol `univ_annot3`.
      skeleton: The skeleton whose joints the J are; it has those of `JOINTS`.

    Returns:
      float64 `[N]`.

    Raises:
      ValueError: As `check_pair` does, or if the skeleton lacks one of the joints.
    """
    return 100.0 * (_errors(predicted_3d, true_3d, skeleton) < PCK_THRESHOLD_MM).mean(axis=-1)


def auc_14(
    predicted_3d: np.ndarray, true_3d: np.ndarray, skeleton: Skeleton = H36M_17
) -> np.ndarray:
    """Mean of that share over the thresholds 0, 5, ... 150 mm, in percent.

    Nothing is nearer than 0 mm, so that perfect poses have 30 / 31 = 96.8 %.

    Args:
      predicted_3d: As in `pck_14`.
      true_3d: As in `pck_14`.
      skeleton: As in `pck_14`.

    Returns:
      float64 `[N]`.

    Raises:
      ValueError: As `pck_14` does.
    """
    errors = _errors(predicted_3d, true_3d, skeleton)
    missed = np.searchsorted(AUC_THRESHOLDS_MM, errors, side="right")  # thresholds <= the error
    return 100.0 * (1.0 - missed / len(AUC_THRESHOLDS_MM)).mean(axis=-1)


def _errors(predicted_3d: np.ndarray, true_3d: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Distances of the 14 joints `[N, 14]` in mm, both poses seen from their roots."""
    predicted, true = np.asarray(predicted_3d, np.float64), np.asarray(true_3d, np.float64)
    check_pair(predicted, true, skeleton.root, skeleton)
    joints = [skeleton.index(name) for name in JOINTS]
    root = skeleton.root
    difference = (predicted - predicted[:, [root]]) - (true - true[:, [root]])
    return np.linalg.norm(difference[:, joints], axis=-1)
