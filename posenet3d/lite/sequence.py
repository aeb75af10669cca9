"""A .tflite file of a lifter of sequences behind the methods of `SequenceEstimator`."""

from __future__ import annotations

import contextlib
import hashlib
import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.lite import model_file
from posenet3d.lite.model_file import WINDOW, Variant
from posenet3d.lite.runtime import make_interpreter
from posenet3d.lite.windows import Piece, packed
from posenet3d.poses.frame_rates import FASTEST, RATE, SLOWEST, check_frame_rate
from posenet3d.poses.lift_request import check_request
from posenet3d.poses.lift_result import LiftResult
from posenet3d.skeletons.skeleton import Skeleton

DEFAULT_SEQUENCE_MODEL = "full_sequence"
"""The pretrained lifter of sequences that is loaded where none is named."""

VARIANTS: tuple[Variant, ...] = ("float32", "float16", "dynamic_int8")
"""How weights are kept in the .tflite files; a memory of 8 bits would forget."""

Arrays = dict[str, np.ndarray]

_MANY = 4  # windows a thread from which on it is worth an interpreter of its own; ours


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
      threads: Windows that are lifted at a time.

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
        self._opened, self._threads = model_file.Opened(path), threads
        content = self._opened.read()
        self._fingerprint = hashlib.sha256(content).hexdigest()
        with refusing_damage(path):
            signatures = model_file.signatures(content)
            if WINDOW not in signatures:
                raise InputError(_without_window(path, signatures))
            self.metadata: dict[str, Any] = model_file.read_metadata(content)
            self.skeleton: Skeleton = model_file.skeleton_of(self.metadata)
            self._runners = [_runner(content)]
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
        given = [(keypoints_2d, confidence)]
        (result,) = self.lift_sequences(given, frame_rate, causal, height_mm)
        return result

    def lift_sequences(
        self,
        sequences: Sequence[tuple[np.ndarray, np.ndarray | None]],
        frame_rate: float = RATE,
        causal: bool = False,
        height_mm: float | None = None,
    ) -> list[LiftResult]:
        """Lifts several sequences, of which short ones share windows.

        Args:
          sequences: `keypoints_2d` and `confidence` of each; all else is as of `lift_sequence`.
          frame_rate: Frames a second, of all of them.
          causal: Whether each frame sees only those before it.
          height_mm: Standing height of everybody.
        """
        check_frame_rate(frame_rate, below=FASTEST)
        requests = [check_request(*given, self.skeleton, height_mm) for given in sequences]
        answers = [self._empty(len(request.confidence)) for request in requests]
        rate = np.float32(frame_rate)
        # Of fast recordings every second, third, ... frame is a sequence of its own.
        ways = max(int(rate / np.float32(RATE) + np.float32(0.5)), 1)
        parts: list[tuple[Arrays, Arrays]] = []
        for request, answer in zip(requests, answers, strict=True):
            inputs = {"keypoints_2d": request.keypoints_2d, "confidence": request.confidence}
            if rate < SLOWEST:  # each frame is
                ways = max(len(request.confidence), 1)
            parts += [
                tuple(
                    {name: array[way::ways] for name, array in side.items()}
                    for side in (inputs, answer)
                )
                for way in range(ways)
            ]
        self._lift(parts, np.float32(SLOWEST) if rate < SLOWEST else rate / ways, causal)
        return [
            request.result(answer, request.problems())
            for request, answer in zip(requests, answers, strict=True)
        ]

    def _lift(self, parts: Sequence[tuple[Arrays, Arrays]], rate: np.float32, causal: bool) -> None:
        """Fills in the answers of sequences, of a rate below 45."""
        after = 0 if causal else self._reach
        lengths = [len(inputs["confidence"]) for inputs, _ in parts]
        windows = packed(lengths, self._size, self._reach, after)
        while len(self._runners) < min(self._threads, len(windows) // _MANY):
            self._runners.append(_runner(self._opened.read()))
        free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for runner in self._runners:
            free.put(runner)

        def lift(window: Sequence[Piece]) -> None:
            inputs = self._nobody()
            for piece in window:
                rows = slice(piece.place, piece.place + piece.last - piece.first)
                for name, array in parts[piece.sequence][0].items():
                    inputs[name][rows] = array[piece.first : piece.last]
            runner = free.get()
            told = _run(runner, inputs, rate, causal)
            free.put(runner)
            for piece in window:
                rows = slice(*(piece.place - piece.first + at for at in (piece.start, piece.end)))
                for name, array in parts[piece.sequence][1].items():
                    array[piece.start : piece.end] = told[name][rows]

        with ThreadPoolExecutor(len(self._runners)) as pool:
            list(pool.map(lift, windows))

    def _nobody(self) -> Arrays:
        """The frames of a window in which nobody is."""
        shape = self._size, self.skeleton.num_joints
        return {
            "keypoints_2d": np.zeros((*shape, 2), np.float32),
            "confidence": np.zeros(shape, np.float32),
        }

    def _empty(self, frames: int) -> Arrays:
        return {n: np.empty((frames, *shape), np.float32) for n, shape in self._shapes.items()}

    def _try(self) -> None:
        """Lifts frames in which nobody is.

        Raises:
          ValueError, KeyError, RuntimeError: If that cannot be, or is not what a lifter gives.
        """
        joints = self.skeleton.num_joints
        self._size = int(self._runners[0].get_input_details()["confidence"]["shape"][0])
        if not 0 < 2 * self._reach < self._size:
            raise ValueError(f"its frames see {self._reach} others in windows of {self._size}")
        self._shapes = {"keypoints_3d": (joints, 3), "expected_error": (joints,)}
        self._shapes |= {"elevation": (), "score": ()}
        answer = _run(self._runners[0], self._nobody(), np.float32(RATE), causal=False)
        shapes = {name: array.shape for name, array in answer.items()}
        if shapes != {name: (self._size, *shape) for name, shape in self._shapes.items()}:
            raise ValueError(f"its outputs for frames of {joints} joints are {shapes}")

    def get_config(self) -> dict[str, Any]:
        """What tells this model from others, for work that goes on after a stop."""
        return {"tflite": self._fingerprint, "skeleton": self.skeleton.name}

    def get_weights(self) -> list[np.ndarray]:
        """None: they are in the file, which `get_config` tells from others."""
        return []


def _runner(content: bytes) -> Any:
    """What lifts a window, in an interpreter of its own."""
    interpreter = make_interpreter(model_file.with_only(content, WINDOW))
    return interpreter.get_signature_runner(WINDOW)


def _run(runner: Any, inputs: Arrays, rate: np.float32, causal: bool) -> Arrays:
    """The outputs for a window."""
    return runner(
        **inputs,
        frame_rate=np.array([rate], np.float32),
        future=np.array([not causal], np.float32),
    )


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
