"""A .tflite file behind the methods of `PoseEstimator`."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.lite import model_file
from posenet3d.lite.model_file import Variant
from posenet3d.lite.runtime import Lift, tflite_runtime
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.poses.lift_request import check_request
from posenet3d.poses.lift_result import LiftResult, mean_error, score_of
from posenet3d.skeletons.skeleton import Skeleton

_TRIED = 8  # fills a batch of 16 by half, which is what most files are lifted in


class LiteEstimator:
    """A lifter's .tflite file, run by LiteRT.

    Example:

        estimator = LiteEstimator("full")  # or a .tflite file
        result = estimator.lift(keypoints_2d, confidence)     # pixels [N, 17, 2], [N, 17]

    It lifts as the `PoseEstimator` it was made of does, but gives a score only where the lifter
    estimates its error (`estimates_error`). It may be used by one thread at a time.

    Args:
      path_or_name: Name of a pretrained model, or a path (`model_file.find`).
      variant: Which of a folder's files: how its weights are kept.
      threads: Threads of the runtime; more than one gains little on one pose.

    Raises:
      InputError: If there is no such file, it is damaged, or the model of another program.
      ImportError: If ai-edge-litert is not installed; the message says what to install.
    """

    def __init__(
        self,
        path_or_name: str | Path = DEFAULT_MODEL,
        variant: Variant = "float32",
        threads: int = 1,
    ) -> None:
        path = model_file.find(path_or_name, variant)
        self._path = path
        opened = model_file.Opened(path)
        content = opened.read()
        self._fingerprint = hashlib.sha256(content).hexdigest()
        with self._checked():
            if model_file.lifts_sequences(content):
                raise InputError(
                    f"{path} is a lifter of sequences: `posenet3d lift` takes it as "
                    "--sequence_model, and Python as posenet3d.lite.LiteSequenceEstimator."
                )
            self.metadata: dict[str, Any] = model_file.read_metadata(content)
            self.skeleton: Skeleton = model_file.skeleton_of(self.metadata)
            del content  # weights that are held once more below
            self._lift = tflite_runtime(opened.read, threads)
            self.estimates_error = _try(self._lift, self.skeleton)

    def _checked(self) -> contextlib.AbstractContextManager[None]:
        advice = "Files that `posenet3d export --tflite` wrote can be used"
        return model_file.refusing_damage(self._path, "lifter of posenet3d", advice)

    def lift(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        batch_size: int = 1024,
        height_mm: float | np.ndarray | None = None,
        score: bool | None = None,
    ) -> LiftResult:
        """Lifts people as `PoseEstimator.lift` does.

        Args:
          keypoints_2d: `[N, J, 2]`, image frame (x right, y down), pixels.
          confidence: `[N, J]` in [0, 1]; 0 marks a missing joint, whose coordinates are not
            looked at. None: every joint is present.
          batch_size: Of no use here, where the file says how many are lifted at a time.
          height_mm: Standing height of the person, one number or `[N]`; gives mm.
          score: Whether to score the poses, which needs a lifter that estimates its error. None:
            if it does.

        Raises:
          InputError: On wrong shapes or types, a NaN or infinity, named by row and joint; a
            height that cannot be used; where a score is asked for that the file cannot give; or
            if the file is damaged or has changed.
        """
        if batch_size < 1:
            raise InputError(f"batch_size must be at least 1, got {batch_size}.")
        if score is None:
            score = self.estimates_error
        if score and not self.estimates_error:
            raise InputError(
                "This .tflite file gives no score, for it does not estimate its error; "
                "Keras (--runtime=keras) scores its poses."
            )
        request = check_request(keypoints_2d, confidence, self.skeleton, height_mm)
        problems = request.problems()
        lifted = np.array([not problem for problem in problems], bool)
        everybody = lifted.all()  # as mostly, and then nothing need be copied
        some = slice(None) if everybody else lifted
        with self._checked():
            answer = self._lift(request.keypoints_2d[some], request.confidence[some])
        if score:
            answer["score"] = score_of(mean_error(answer["expected_error"]))
        if everybody:
            return request.result(answer, problems)
        whole = {}
        for name, rows in answer.items():
            whole[name] = np.full((len(lifted), *rows.shape[1:]), np.nan, np.float32)
            whole[name][lifted] = rows
        return request.result(whole, problems)

    def get_config(self) -> dict[str, Any]:
        """What tells this model from others, for work that goes on after a stop."""
        return {"tflite": self._fingerprint, "skeleton": self.skeleton.name}

    def get_weights(self) -> list[np.ndarray]:
        """None: they are in the file, which `get_config` tells from others."""
        return []


def _try(lift: Lift, skeleton: Skeleton) -> bool:
    """Lifts somebody of whom nothing has been seen.

    Returns:
      Whether the lifter estimates its error.

    Raises:
      ValueError, KeyError, RuntimeError: If that cannot be, or is not what a lifter gives.
    """
    people, joints = _TRIED, skeleton.num_joints
    nobody = np.zeros((people, joints), np.float32)
    answer = lift(np.zeros((people, joints, 2), np.float32), nobody)
    wanted = {"keypoints_3d": [people, joints, 3], "elevation": [people]}
    if "expected_error" in answer:
        wanted["expected_error"] = [people, joints]
    shapes = {name: list(answer[name].shape) for name in wanted}
    if shapes != wanted:
        raise ValueError(f"its outputs for {people} people of {joints} joints are {shapes}")
    return "expected_error" in answer
