"""A .tflite file of a lifter of sequences behind the methods of `SequenceEstimator`."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.lite import model_file
from posenet3d.lite.model_file import WINDOW, Variant
from posenet3d.lite.runtime import make_interpreter
from posenet3d.poses.frame_rates import FASTEST, RATE, SLOWEST, check_frame_rate
from posenet3d.poses.lift_request import check_request
from posenet3d.poses.lift_result import LiftResult
from posenet3d.skeletons.skeleton import Skeleton

DEFAULT_SEQUENCE_MODEL = "full_sequence"
"""The pretrained lifter of sequences that is loaded where none is named."""

VARIANTS: tuple[Variant, ...] = ("float32", "float16", "dynamic_int8")
"""How weights are kept in the .tflite files; a memory of 8 bits would forget."""

Arrays = dict[str, np.ndarray]


def refusing_damage(path: str | Path) -> contextlib.AbstractContextManager[None]:
    """`model_file.refusing_damage` for files of lifters of sequences."""
    advice = f"posenet3d export --model={DEFAULT_SEQUENCE_MODEL} --tflite writes such files"
    return model_file.refusing_damage(path, "lifter of sequences", advice)


class LiteSequenceEstimator:
    """A .tflite file of a lifter of sequences, run by LiteRT; TensorFlow is not needed.

    Example:

        estimator = LiteSequenceEstimator("full_sequence")  # or a .tflite file
        result = estimator.lift_sequence(keypoints_2d, confidence, frame_rate=25)  # [T, 17, 2]

    It answers as the `SequenceEstimator` it was made of does. It may be used by one thread at a
    time.

    Args:
      path_or_name: Name of a pretrained lifter of sequences, or a path (`model_file.find`).
      variant: Which of a folder's files: how its weights are kept. There is no int8.
      threads: Threads of the runtime.

    Raises:
      InputError: If there is no such file, it is damaged, lifts single poses, or is of an older
        export, which lifts frame after frame alone.
      ImportError: If ai-edge-litert is not installed; the message says what to install.
    """

    def __init__(
        self,
        path_or_name: str | Path = DEFAULT_SEQUENCE_MODEL,
        variant: Variant = "float32",
        threads: int = 1,
    ) -> None:
        if variant not in VARIANTS:
            raise InputError(
                f"A lifter of sequences has no {variant!r} form: take one of {', '.join(VARIANTS)}."
            )
        path = model_file.find(path_or_name, variant)
        content = model_file.read(path)
        self._fingerprint = hashlib.sha256(content).hexdigest()
        with refusing_damage(path):
            signatures = model_file.signatures(content)
            if WINDOW not in signatures:
                raise InputError(_without_window(path, signatures))
            self.metadata: dict[str, Any] = model_file.read_metadata(content)
            self.skeleton: Skeleton = model_file.skeleton_of(self.metadata)
            content = model_file.with_only(content, WINDOW)
            self._run = make_interpreter(content, threads).get_signature_runner(WINDOW)
            self._reach = int(self.metadata["frames_seen"])
            self._try()

    def lift_sequence(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        frame_rate: float = RATE,
        causal: bool = False,
        height_mm: float | None = None,
    ) -> LiftResult:
        """Lifts one person over time, as `SequenceEstimator.lift_sequence` does.

        Args:
          keypoints_2d: `[T, J, 2]`, frame after frame, image frame (x right, y down), pixels. Any
            number of frames; the rows of those in which the person is not seen have confidence 0.
          confidence: `[T, J]` in [0, 1]; 0 marks a missing joint. None: every joint is present.
          frame_rate: Frames a second. Below 7.5 each frame is lifted alone.
          causal: Whether each frame sees only those before it, as in live use.
          height_mm: Standing height of the person; gives mm.

        Returns:
          The `LiftResult`, of T poses. A frame with too few joints is not lifted.

        Raises:
          InputError: On wrong shapes or types, a NaN or infinity, named by frame and joint, a frame
            rate that is none, or a height that cannot be used.
        """
        check_frame_rate(frame_rate, below=FASTEST)
        request = check_request(keypoints_2d, confidence, self.skeleton, height_mm)
        inputs = {"keypoints_2d": request.keypoints_2d, "confidence": request.confidence}
        rate = np.float32(frame_rate)
        if rate < SLOWEST:
            answer = self._each_alone(inputs, causal)
        else:
            # Of fast recordings every second, third, ... frame is a sequence of its own.
            ways = max(int(rate / np.float32(RATE) + np.float32(0.5)), 1)
            answer = self._empty(len(request.confidence))
            for way in range(ways):
                mine = {name: array[way::ways] for name, array in inputs.items()}
                for name, rows in self._together(mine, rate / ways, causal).items():
                    answer[name][way::ways] = rows
        return request.result(answer, request.problems())

    def _together(
        self, inputs: Arrays, rate: float, causal: bool, before: int | None = None
    ) -> Arrays:
        """The outputs for the frames of one sequence, window by window, without a seam.

        Args:
          inputs: `keypoints_2d` `[F, J, 2]` and `confidence` `[F, J]`.
          rate: Frames a second, below 45.
          causal: Whether frames do not see those after them.
          before: How many frames each sees before it; None: as many as the lifter can.
        """
        before = self._reach if before is None else before
        frames = len(inputs["confidence"])
        answer = self._empty(frames)
        after = 0 if causal else before
        for first, start, end in _windows(frames, self._size, before, after):
            part = {name: array[first : first + self._size] for name, array in inputs.items()}
            told = self._window(part, rate, causal)
            for name, rows in told.items():
                answer[name][start:end] = rows[start - first : end - first]
        return answer

    def _each_alone(self, inputs: Arrays, causal: bool) -> Arrays:
        """The outputs for frames that do not see each other: nobody is in between."""
        apart, count = self._reach + 1, len(inputs["confidence"])
        spread = {}
        for name, array in inputs.items():
            spread[name] = np.zeros((count * apart, *array.shape[1:]), np.float32)
            spread[name][::apart] = array
        answer = self._together(spread, SLOWEST, causal, before=0)
        return {name: rows[::apart].copy() for name, rows in answer.items()}

    def _window(self, inputs: Arrays, rate: float, causal: bool) -> Arrays:
        """The outputs for at most as many frames as the signature takes."""
        padded = {}
        for name, array in inputs.items():
            padded[name] = np.zeros((self._size, *array.shape[1:]), np.float32)
            padded[name][: len(array)] = array
        return self._run(
            **padded,
            frame_rate=np.array([rate], np.float32),
            future=np.array([not causal], np.float32),
        )

    def _empty(self, frames: int) -> Arrays:
        return {n: np.empty((frames, *shape), np.float32) for n, shape in self._shapes.items()}

    def _try(self) -> None:
        """Lifts frames in which nobody is.

        Raises:
          ValueError, KeyError, RuntimeError: If that cannot be, or is not what a lifter gives.
        """
        joints = self.skeleton.num_joints
        self._size = int(self._run.get_input_details()["confidence"]["shape"][0])
        if not 0 < 2 * self._reach < self._size:
            raise ValueError(f"its frames see {self._reach} others in windows of {self._size}")
        self._shapes = {"keypoints_3d": (joints, 3), "expected_error": (joints,)}
        self._shapes |= {"elevation": (), "score": ()}
        nobody = {"keypoints_2d": np.zeros((1, joints, 2)), "confidence": np.zeros((1, joints))}
        answer = self._window(nobody, RATE, causal=False)
        shapes = {name: array.shape for name, array in answer.items()}
        if shapes != {name: (self._size, *shape) for name, shape in self._shapes.items()}:
            raise ValueError(f"its outputs for frames of {joints} joints are {shapes}")

    def get_config(self) -> dict[str, Any]:
        """What tells this model from others, for work that goes on after a stop."""
        return {"tflite": self._fingerprint, "skeleton": self.skeleton.name}

    def get_weights(self) -> list[np.ndarray]:
        """None: they are in the file, which `get_config` tells from others."""
        return []


def _windows(frames: int, size: int, before: int, after: int) -> Iterator[tuple[int, int, int]]:
    """Cuts a sequence: (first frame of a window, first one that it tells, the one behind those)."""
    start = 0
    while start < frames:
        first = max(0, start - before)
        end = frames if first + size >= frames else first + size - after
        yield first, start, end
        start = end


def _without_window(path: Path, signatures: list[str]) -> str:
    """What to say of a file that cannot lift a window."""
    if "step" in signatures:
        return (
            f"{path} lifts frame after frame alone (posenet3d.lite.stream.LiteStream): it is of an "
            "older export. Make it anew by posenet3d export --tflite, from its sequence.npz."
        )
    return (
        f"{path} is no lifter of sequences; a lifter of single poses is for --model of `posenet3d "
        "lift`, and in Python for posenet3d.lite.LiteEstimator."
    )
