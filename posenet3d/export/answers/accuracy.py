"""How far the poses of exported files are from true ones, measured beside the estimator's own."""

from __future__ import annotations

import functools
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.evaluation.metrics.joint_errors import pa_mpjpe
from posenet3d.export.answers.runtimes import Lift, keras_runtime
from posenet3d.lite.choice import PA_MPJPE, PA_MPJPE_KERAS
from posenet3d.models.estimator import PoseEstimator
from posenet3d.poses.archives.archive import archive_splits, read_archive

TRUE, NOISY = "keypoints_2d", "keypoints_2d_noisy"
"""An archive's keys of true 2D, and of a detector's of the same poses."""


class Accuracy:
    """Labelled poses, and the estimator's own error on them.

    Args:
      estimator: The estimator.
      path: A pose archive with `keypoints_3d`, and perhaps `keypoints_2d_noisy`; its split `test`
        is taken if there is one.

    Raises:
      InputError: If it cannot be read, has no 3D, or none of its poses can be lifted.
    """

    def __init__(self, estimator: PoseEstimator, path: str) -> None:
        split = "test" if "test" in archive_splits(path) else None
        read = functools.partial(read_archive, path, split, placement=estimator.skeleton)
        true = read().on(estimator.skeleton)
        if true.keypoints_3d is None:
            raise InputError(f"{path} has no keypoints_3d to measure against.")
        self._true_3d = true.keypoints_3d
        self._inputs = {TRUE: true}
        if _has_noisy(path, split):
            self._inputs[NOISY] = read(NOISY).on(estimator.skeleton)
        self._about = {"data": Path(path).name, "split": split or ""}
        self._own = self._errors(keras_runtime(estimator))
        if not all(count for _, count in self._own.values()):
            raise InputError(f"{path}: none of its {len(self._true_3d)} poses can be lifted.")

    def of(self, lift: Lift) -> dict[str, Any]:
        """The metadata's entry `choice.MEASURED` of a file that lifts so, errors in mm.

        A file that does not lift everybody whom the estimator lifts has no error (None).
        """
        found = self._errors(lift)
        poses = {name: count for name, (_, count) in self._own.items()}
        errors = {n: error if count == poses[n] else None for n, (error, count) in found.items()}
        return self._about | {
            "poses": poses,
            PA_MPJPE: errors,
            PA_MPJPE_KERAS: {name: error for name, (error, _) in self._own.items()},
        }

    def _errors(self, lift: Lift) -> dict[str, tuple[float, int]]:
        """For each 2D the mean error of who is lifted, and how many they are."""
        found = {}
        for name, poses in self._inputs.items():
            confidence = poses.confidence
            if confidence is None:
                confidence = np.ones(poses.keypoints_2d.shape[:2], np.float32)
            lifted = lift(poses.keypoints_2d, confidence)["keypoints_3d"]
            there = np.isfinite(lifted).all(axis=(1, 2))
            errors = pa_mpjpe(lifted[there], self._true_3d[there])
            found[name] = round(float(errors.sum()) / max(len(errors), 1), 4), len(errors)
        return found


def _has_noisy(path: str, split: str | None) -> bool:
    with zipfile.ZipFile(path) as archive:
        return f"{f'{split}_' if split else ''}{NOISY}.npy" in archive.namelist()
