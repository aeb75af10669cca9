"""People who are to be lifted, checked, and their result: the same for every form of the lifter."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from posenet3d.errors import InputError
from posenet3d.poses import stature
from posenet3d.poses.coordinates import without_corner
from posenet3d.poses.lift_checks import why_not
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.records import check_array, check_confidence
from posenet3d.skeletons.skeleton import Skeleton


@dataclasses.dataclass(frozen=True)
class LiftRequest:
    """N people who are to be lifted; `check_request` makes it of what a user gave."""

    keypoints_2d: np.ndarray  # [N, J, 2] float32, image frame (x right, y down), pixels
    confidence: np.ndarray  # [N, J] float32 in [0, 1], 0: the joint is missing
    skeleton: Skeleton
    heights_mm: np.ndarray | None = None  # standing heights, one or [N]; None: not known

    def problems(self) -> tuple[str, ...]:
        """For each person why it cannot be lifted; empty if nothing is in the way."""
        return why_not(self.keypoints_2d, self.confidence)

    def result(self, answer: Mapping[str, np.ndarray], problems: tuple[str, ...]) -> LiftResult:
        """The result of an answer, in mm where the heights are known.

        Args:
          answer: `keypoints_3d` `[N, J, 3]`, camera frame, root-relative, in units of the pose's
            own size, whose memory becomes that of the result; `elevation` `[N]` in degrees; `score`
            `[N]`, absent if there is none; and so `expected_error` `[N, J]`, in the unit of the
            pose, and of the result likewise. NaN for who was not lifted.
          problems: For each person why it was not lifted, or an empty text.
        """
        lifted = np.array([not problem for problem in problems], bool)
        keypoints_3d, score = answer["keypoints_3d"], answer.get("score")
        expected_error = answer.get("expected_error")
        if self.heights_mm is not None:
            mm_a_unit = stature.mm_a_unit(keypoints_3d, self.heights_mm, self.skeleton)
            keypoints_3d *= mm_a_unit
            if expected_error is not None:
                expected_error *= mm_a_unit[..., 0]
        return LiftResult(
            keypoints_3d=keypoints_3d,
            filled=(self.confidence == 0) & lifted[:, None],
            lifted=lifted,
            problems=problems,
            score=np.full(len(lifted), np.nan, np.float32) if score is None else score,
            elevation=answer["elevation"],
            unit="pose" if self.heights_mm is None else "mm",
            expected_error=expected_error,
        )


def check_request(
    keypoints_2d: np.ndarray,
    confidence: np.ndarray | None,
    skeleton: Skeleton,
    height_mm: float | np.ndarray | None = None,
) -> LiftRequest:
    """What a user gave to be lifted, checked.

    Args:
      keypoints_2d: `[N, J, 2]`, image frame (x right, y down), pixels. A joint at exactly (0, 0)
        is missing, whatever its confidence.
      confidence: `[N, J]` in [0, 1]; None: every joint is present.
      skeleton: The skeleton of the J joints.
      height_mm: Standing height of the people, one number or `[N]`; None: not known.

    Raises:
      InputError: On wrong shapes or types, a NaN or infinity, named by row and joint, or a height
        that is no height or that the skeleton's joints cannot tell.
    """
    try:
        keypoints_2d = check_array("keypoints_2d", keypoints_2d, skeleton, dims=2)
        if confidence is None:
            confidence = np.ones(keypoints_2d.shape[:2], np.float32)
        confidence = check_confidence(confidence, skeleton, len(keypoints_2d))
        confidence = without_corner(keypoints_2d, confidence)
    except ValueError as error:
        raise InputError(str(error)) from error
    if height_mm is None:
        return LiftRequest(keypoints_2d, confidence, skeleton)
    heights = stature.check_height(height_mm, len(keypoints_2d), skeleton)
    return LiftRequest(keypoints_2d, confidence, skeleton, heights)
