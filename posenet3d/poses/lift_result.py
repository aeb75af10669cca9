"""The record of lifted poses."""

from __future__ import annotations

import dataclasses
from typing import Any

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
      score: `[N]` float32 in (0, 1]: of a lifter that estimates its error `score_of` that, of
        others `score_of` how far it disagrees with itself from other sides; or NaN.
      elevation: `[N]` float32, degrees by which the camera looks down; NaN: not estimated.
      unit: "pose": the mean distance of the 2D joints from the root is 1, or in a track whose bones
        have one length (`lifting.scene.by_track`) that of its median pose; or "mm".
      interpolated: `[N]` bool: no pose of that frame, but one between those before and after
        (`motion.people`); None: there is none such.
      expected_error: `[N, J]` float32, in `unit`: how far the lifter expects each joint to be from
        the truth, after Procrustes alignment; 0 for the root. NaN where it says nothing. None:
        NaN everywhere.
      exchanged: `[N, J]` bool: a detector had taken the joint for that of the other side, as the
        frames before and after tell (`motion.mending`); the pose is lifted with its sides put
        right. None: there is none such.
      levelled: `[N]` float32, degrees by which the pose was turned so that the camera's tilt is
        undone (`motion.level`): its frame is that of a camera that looks straight ahead. NaN, or
        None for all: the camera's own frame.
      root_3d: `[N, 3]` float32, mm: where the root is in the room, the camera at the origin, in the
        axes of `keypoints_3d`; NaN: not known. Where poses are `levelled` and the floor is known,
        y is 0 on the floor. None: nowhere known.
    """

    keypoints_3d: np.ndarray
    filled: np.ndarray
    lifted: np.ndarray
    problems: tuple[str, ...]
    score: np.ndarray
    elevation: np.ndarray
    unit: str
    interpolated: np.ndarray | None = None
    expected_error: np.ndarray | None = None
    exchanged: np.ndarray | None = None
    levelled: np.ndarray | None = None
    root_3d: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.expected_error is None:
            nothing = np.full(self.filled.shape, np.nan, np.float32)
            object.__setattr__(self, "expected_error", nothing)

    @property
    def expected_error_mm(self) -> np.ndarray:
        """Expected error `[N]` of each pose: the mean over its joints, the root not counted.

        In mm where the people's height was given (`unit` is "mm"). Otherwise it is relative to the
        pose's size: 0.1 is a tenth of the mean distance of the 2D joints from the root. NaN where
        the lifter says nothing.
        """
        return mean_error(self.expected_error)


def mean_error(expected_error: np.ndarray) -> np.ndarray:
    """Mean `[N]` of the joints' errors `[N, J]`; the root, whose error is 0, is not counted."""
    return expected_error.sum(axis=1) / max(expected_error.shape[1] - 1, 1)


def score_of(error: Any) -> Any:
    """Score in (0, 1] of errors in pose units, arrays or tensors: half where it is a tenth."""
    return 1.0 / (1.0 + error / 0.1)
