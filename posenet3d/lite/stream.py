"""Live use of a .tflite file of a lifter of sequences: frame after frame, with a memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.lite import model_file
from posenet3d.lite.model_file import STEP
from posenet3d.lite.runtime import make_interpreter
from posenet3d.lite.sequence import refusing_damage
from posenet3d.poses.frame_rates import BELOW_LIVE, RATE, SLOWEST, check_frame_rate
from posenet3d.poses.lift_request import check_request
from posenet3d.poses.lift_result import LiftResult
from posenet3d.skeletons.skeleton import Skeleton

_MEMORY = "memory"


class LiteStream:
    """Lifts the next frame of one person as it comes, by LiteRT; TensorFlow is not needed.

    Example:

        stream = LiteStream("full_sequence_float32.tflite", frame_rate=30)
        for keypoints_2d, confidence in detector:          # pixels [17, 2], [17]
            result = stream.lift(keypoints_2d, confidence)

    It answers as `LiveLifter` does.

    Args:
      path: The .tflite file.
      frame_rate: Frames a second, 7.5 to below 45. Of a faster camera, give it every second, third,
        ... frame; of a slower one, lift each frame alone.
      height_mm: Standing height of the person; gives mm.
      threads: Threads of the runtime.

    Raises:
      InputError: If there is no such file, it is not one of a lifter of sequences, or the frame
        rate is another.
      ImportError: If ai-edge-litert is not installed; the message says what to install.
    """

    def __init__(
        self,
        path: str | Path,
        frame_rate: float = RATE,
        height_mm: float | None = None,
        threads: int = 1,
    ) -> None:
        check_frame_rate(frame_rate, SLOWEST, BELOW_LIVE)
        if not Path(path).is_file():
            raise InputError(f"There is no file {path}.")
        content = model_file.read(Path(path))
        with refusing_damage(path):
            alone = model_file.with_only(content, STEP)
            self._step = make_interpreter(alone, threads).get_signature_runner(STEP)
            size = self._step.get_input_details()[_MEMORY]["shape"]
            self.metadata: dict[str, Any] = model_file.read_metadata(content)
            self.skeleton: Skeleton = model_file.skeleton_of(self.metadata)
        self._height_mm = height_mm
        self._rate = np.array([frame_rate], np.float32)
        self._memory = np.zeros(size, np.float32)

    def lift(self, keypoints_2d: np.ndarray, confidence: np.ndarray | None = None) -> LiftResult:
        """Lifts the next frame.

        Args:
          keypoints_2d: `[J, 2]`, image frame (x right, y down), pixels. Where nobody is seen, give
            any, and confidence 0: the time passes.
          confidence: `[J]` in [0, 1]; 0 marks a missing joint. None: every joint is present.

        Raises:
          InputError: On wrong shapes or types, or a NaN or infinity.
        """
        confidence = None if confidence is None else np.asarray(confidence)[None]
        poses_2d = np.asarray(keypoints_2d)[None]
        request = check_request(poses_2d, confidence, self.skeleton, self._height_mm)
        answer = self.step(request.keypoints_2d[0], request.confidence[0])
        rows = {name: array[None] for name, array in answer.items()}
        return request.result(rows, request.problems())

    def step(self, keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        """The outputs for the next frame, by name; inputs are not checked."""
        answer = self._step(
            keypoints_2d=keypoints_2d[None],
            confidence=confidence[None],
            frame_rate=self._rate,
            memory=self._memory,
        )
        self._memory = answer.pop(_MEMORY).copy()
        return {name: array[0].copy() for name, array in answer.items()}
