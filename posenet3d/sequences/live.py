"""Live use: frame after frame of one person, each lifted with those before it."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from posenet3d.poses.frame_rates import BELOW_LIVE, RATE, SLOWEST, check_frame_rate
from posenet3d.poses.lift_request import check_request
from posenet3d.poses.lift_result import LiftResult
from posenet3d.sequences.estimator import SequenceEstimator


class LiveLifter:
    """Lifts the next frame of a person as it comes; one object a person.

    Example:

        lifter = LiveLifter(posenet3d.load("full_sequence"), frame_rate=30)
        for keypoints_2d, confidence in detector:          # pixels [17, 2], [17]
            result = lifter.lift(keypoints_2d, confidence)
            result.keypoints_3d[0]                         # [17, 3]

    Its answers are those of `SequenceEstimator.lift_sequence` with `causal=True`.

    Args:
      estimator: A lifter of sequences.
      frame_rate: Frames a second, 7.5 to below 45. Of a faster camera, give it every second, third,
        ... frame; of a slower one, lift each frame alone.
      height_mm: Standing height of the person; gives mm.

    Raises:
      InputError: If the frame rate is another.
    """

    def __init__(
        self,
        estimator: SequenceEstimator,
        frame_rate: float = RATE,
        height_mm: float | None = None,
    ) -> None:
        check_frame_rate(frame_rate, SLOWEST, BELOW_LIVE)
        self.estimator = estimator
        self.height_mm = height_mm
        self._rate = tf.constant([frame_rate], tf.float32)
        self._memory = tf.zeros([estimator.lifter.memory_size])

    def lift(self, keypoints_2d: np.ndarray, confidence: np.ndarray | None = None) -> LiftResult:
        """Lifts the next frame.

        Args:
          keypoints_2d: `[J, 2]`, image frame (x right, y down), pixels. Where nobody is seen, give
            any, and confidence 0: the time passes.
          confidence: `[J]` in [0, 1]; 0 marks a missing joint. None: every joint is present.

        Returns:
          The `LiftResult` of one pose.

        Raises:
          InputError: On wrong shapes or types, or a NaN or infinity.
        """
        confidence = None if confidence is None else np.asarray(confidence)[None]
        request = check_request(
            np.asarray(keypoints_2d)[None], confidence, self.estimator.skeleton, self.height_mm
        )
        answer = self.estimator.step(
            {
                "keypoints_2d": request.keypoints_2d,
                "confidence": request.confidence,
                "frame_rate": self._rate,
                "memory": self._memory,
            }
        )
        answer = dict(answer)
        self._memory = answer.pop("memory")
        arrays = {name: np.array(tensor) for name, tensor in answer.items()}
        return request.result(arrays, request.problems())
