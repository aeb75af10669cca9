"""Errors and scores of 3D poses against the truth, one number a pose: the reference, in NumPy.

Every metric takes `predicted_3d` and `true_3d`, `[N, J, 3]` in mm (camera frame: x right, y down,
z forward), makes both root-relative and returns float64 `[N]`, so that callers average over all
poses or over a sequence; the errors of joints are `[N, J]`. Poses whose joints coincide, or lie on
a line or in a plane, give finite numbers. Every metric raises `ValueError` as `check_pair` does.
"""

from __future__ import annotations

import numpy as np

from posenet3d.evaluation.metrics.checks import check_pair, root_relative
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

PCK_THRESHOLD_MM = 150.0
"""Threshold of 3D PCK: Mehta et al., 3DV 2017 (MPI-INF-3DHP)."""

AUC_THRESHOLDS_MM = np.linspace(0.0, 150.0, 31)
"""Thresholds of the AUC, every 5 mm: `mpii_compute_3d_pck.m` of the MPI-INF-3DHP test set."""

CPS_LIMIT_MM = 300.0
"""Upper end of the CPS curve: Wandt et al., CVPR 2021."""


def mpjpe(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """Mean per-joint position error in mm: the mean distance over all J joints, root included."""
    predicted, true = root_relative(predicted_3d, true_3d, root)
    return _distances(predicted, true).mean(axis=-1)


def n_mpjpe(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """MPJPE in mm after one scale a pose, the least-squares one (Rhodin et al., ECCV 2018).

    The scale is never below 0: a negative one would turn the pose inside out through its root.
    """
    return n_joint_errors(predicted_3d, true_3d, root).mean(axis=-1)


def n_joint_errors(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """The errors `[N, J]` in mm of which `n_mpjpe` is the mean: one a joint."""
    predicted, true = root_relative(predicted_3d, true_3d, root)
    return _distances(_fit_scale(predicted, true), true)


def pa_mpjpe(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """MPJPE in mm after Procrustes alignment: rotation, translation and scale, no reflection."""
    return pa_joint_errors(predicted_3d, true_3d, root).mean(axis=-1)


def pa_joint_errors(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """The errors `[N, J]` in mm of which `pa_mpjpe` is the mean: all joints aligned at once."""
    predicted, true = root_relative(predicted_3d, true_3d, root)
    return _distances(_procrustes(predicted, true), true)


def pa_mpjpe_reflected(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """PA-MPJPE in mm where the alignment may also mirror the pose.

    Many published tables count so: a pose with left and right, or front and back, exchanged is then
    as good as the right one. Give it beside `pa_mpjpe`, never in its place.
    """
    predicted, true = root_relative(predicted_3d, true_3d, root)
    return _distances(_procrustes(predicted, true, reflection=True), true).mean(axis=-1)


def pck(
    predicted_3d: np.ndarray,
    true_3d: np.ndarray,
    root: int = 0,
    threshold_mm: float = PCK_THRESHOLD_MM,
) -> np.ndarray:
    """Share of joints within the threshold, in percent (Mehta et al., 3DV 2017).

    The root, right by construction, is not counted, as in the evaluation script of MPI-INF-3DHP.
    """
    predicted, true = root_relative(predicted_3d, true_3d, root)
    errors = np.delete(_distances(predicted, true), root, axis=-1)
    return 100.0 * (errors <= threshold_mm).mean(axis=-1)


def auc(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """Mean PCK over the 31 thresholds 0, 5, ... 150 mm, in percent (Mehta et al., 3DV 2017)."""
    predicted, true = root_relative(predicted_3d, true_3d, root)
    errors = np.delete(_distances(predicted, true), root, axis=-1)
    missed = np.searchsorted(AUC_THRESHOLDS_MM, errors)  # thresholds smaller than the error
    return 100.0 * (1.0 - missed / len(AUC_THRESHOLDS_MM)).mean(axis=-1)


def cps(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """Correct poses score in percent (Wandt et al., CVPR 2021).

    A pose is correct at a threshold if after Procrustes alignment (no reflection) its worst joint
    is nearer than that; the score is the area under the share of correct poses from 0 to 300 mm.
    For one pose the curve is a step at its worst joint, so the area is exact without any sampling.
    """
    predicted, true = root_relative(predicted_3d, true_3d, root)
    worst = _distances(_procrustes(predicted, true), true).max(axis=-1)
    return 100.0 * (1.0 - np.minimum(worst / CPS_LIMIT_MM, 1.0))


def depth_flipped(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """Whether a pose fits better, by N-MPJPE, with the sign of its depth turned: bool `[N]`."""
    predicted, true = root_relative(predicted_3d, true_3d, root)
    flipped = predicted * (1.0, 1.0, -1.0)
    return n_mpjpe(flipped, true, root) < n_mpjpe(predicted, true, root)


def match_size(
    predicted_3d: np.ndarray, true_3d: np.ndarray, skeleton: Skeleton = H36M_17
) -> np.ndarray:
    """Scales each pose so that its bone lengths add up to those of the true pose.

    Args:
      predicted_3d: `[N, J, 3]` in any unit.
      true_3d: `[N, J, 3]` in mm.
      skeleton: The skeleton whose joints the J are.

    Returns:
      float64 `[N, J, 3]` in mm; a pose whose joints all coincide gives zeros.

    Raises:
      ValueError: As `check_pair` does.
    """
    predicted_3d, true_3d = np.asarray(predicted_3d), np.asarray(true_3d)
    check_pair(predicted_3d, true_3d, skeleton.root, skeleton)
    true_size = _bone_length_sum(true_3d, skeleton)
    size = _bone_length_sum(predicted_3d, skeleton)
    scale = np.divide(true_size, size, out=np.zeros_like(size), where=size > 0)
    return predicted_3d * scale[:, None, None]


def _distances(points: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points - targets, axis=-1)


def _bone_length_sum(points: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    parents, children = np.array(skeleton.bones).T
    points = np.asarray(points, np.float64)
    return _distances(points[:, children], points[:, parents]).sum(axis=-1)


def _fit_scale(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The points `[N, J, 3]` times the scale s >= 0 that brings them nearest the target."""
    product = np.maximum((points * target).sum(axis=(-2, -1), keepdims=True), 0.0)
    norm = (points**2).sum(axis=(-2, -1), keepdims=True)
    return points * np.divide(product, norm, out=np.zeros_like(norm), where=norm > 0)


def _procrustes(points: np.ndarray, target: np.ndarray, reflection: bool = False) -> np.ndarray:
    """The points `[N, J, 3]` aligned to the target by a similarity (Umeyama, TPAMI 1991)."""
    centre = target.mean(axis=-2, keepdims=True)
    points = points - points.mean(axis=-2, keepdims=True)
    u, _, vh = np.linalg.svd(points.swapaxes(-2, -1) @ (target - centre))
    if not reflection:
        u[..., -1] *= np.where(np.linalg.det(u @ vh) < 0, -1.0, 1.0)[:, None]
    return _fit_scale(points @ u @ vh, target - centre) + centre
