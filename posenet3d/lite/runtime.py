"""Running a .tflite file in LiteRT."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from posenet3d.lite import model_file
from posenet3d.lite.model_file import signature_name
from posenet3d.platform import native_log

Lift = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]
"""From keypoints_2d float32 `[N, J, 2]` (pixels) and confidence float32 `[N, J]` to `keypoints_3d`
`[N, J, 3]`, `elevation` `[N]` and perhaps `expected_error` `[N, J]`; NaN for persons who cannot be
lifted."""


def make_interpreter(content: bytes, threads: int = 1) -> Any:
    """LiteRT's interpreter of the content of a .tflite file.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      ValueError: If LiteRT cannot run it.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ImportError(
            "Running .tflite files needs LiteRT: pip install ai-edge-litert."
        ) from error
    with native_log.hidden():
        interpreter = Interpreter(model_content=content, num_threads=threads)
        interpreter.allocate_tensors()
    return interpreter


class Graph:
    """One signature of a .tflite file, alone in memory.

    Its tensors are set and read by number: a `SignatureRunner` makes them anew at every call, which
    for one pose takes as long as a third of the network.

    Args:
      content: The file's.
      name: The signature's.
      threads: Of LiteRT.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      ValueError: If LiteRT cannot run it, or it lacks the signature.
    """

    def __init__(self, content: bytes, name: str, threads: int = 1) -> None:
        self._interpreter = make_interpreter(model_file.with_only(content, name), threads)
        runner = self._interpreter.get_signature_runner(name)
        inputs, outputs = runner.get_input_details(), runner.get_output_details()
        self._inputs = {name: details["index"] for name, details in inputs.items()}
        self._outputs = {name: details["index"] for name, details in outputs.items()}
        self.shapes = {name: details["shape"].tolist() for name, details in outputs.items()}

    def __call__(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        """The outputs by name, for inputs of exactly the signature's shapes and types."""
        for name, array in inputs.items():
            self._interpreter.set_tensor(self._inputs[name], array)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(i) for name, i in self._outputs.items()}


def tflite_runtime(content: bytes | Callable[[], bytes], threads: int = 1) -> Lift:
    """Lifts with a .tflite file, in batches of its signatures' sizes (`batches_of`).

    The last one is filled up with persons of whom nothing is seen. Persons none of whose joints is
    missing have signatures of their own, without the filling of gaps: their answers are the same to
    the last bit. They are told apart where it pays: if they are one alone, or fill a largest batch.

    Args:
      content: The file's, or what reads it: it is read again for every signature, which costs less
        memory than to keep it.
      threads: Of LiteRT.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      ValueError: If LiteRT cannot run it, or it lacks the signatures.
    """
    read = content if callable(content) else lambda: content
    sizes, complete_sizes = model_file.batches(read())

    @functools.cache
    def graph(batch: int, complete: bool) -> Graph:
        return Graph(read(), signature_name(batch, complete), threads)

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        whole = (confidence > 0).all(axis=1)
        count = int(whole.sum())
        alone = count == len(whole) == 1
        if not complete_sizes or (count < max(complete_sizes) and not alone):
            return lift_all(keypoints_2d, confidence, False)
        if count == len(whole):
            return lift_all(keypoints_2d, confidence, True)
        answer: dict[str, np.ndarray] = {}
        for rows, complete in ((whole, True), (~whole, False)):
            part = lift_all(keypoints_2d[rows], confidence[rows], complete)
            for name, array in part.items():
                if name not in answer:
                    answer[name] = np.empty((len(whole), *array.shape[1:]), np.float32)
                answer[name][rows] = array
        return answer

    def lift_all(
        keypoints_2d: np.ndarray, confidence: np.ndarray, complete: bool
    ) -> dict[str, np.ndarray]:
        count, start = len(keypoints_2d), 0
        answer: dict[str, np.ndarray] = {}
        for batch in batches_of(count, complete_sizes if complete else sizes):
            rows = slice(start, start + batch)
            run = graph(batch, complete)
            part = run(
                keypoints_2d=_filled(keypoints_2d[rows], batch),
                confidence=_filled(confidence[rows], batch),
            )
            if count == batch:
                return part
            for name, array in part.items():
                if name not in answer:
                    answer[name] = np.empty((count, *array.shape[1:]), np.float32)
                answer[name][rows] = array[: count - start]
            start += batch
        return answer

    return lift


def batches_of(count: int, sizes: Sequence[int]) -> Iterator[int]:
    """The sizes of the batches in which so many poses are lifted soonest, the larger ones first.

    A batch of 16 takes as long as 8 of one, and one of 128 as long as 7 of 16. So few poses that
    they fill no half of a batch are lifted one by one; no more, for every size takes memory.
    """
    smallest, *larger = sorted(sizes)
    least = larger[0] if larger and count >= larger[0] / 2 else smallest
    rest = max(count, 1)
    while rest > 0:
        size = max((size for size in larger[1:] if rest >= 7 / 8 * size), default=least)
        yield size
        rest -= size


def _filled(rows: np.ndarray, batch: int) -> np.ndarray:
    """The rows, and zeros behind them up to so many."""
    if len(rows) == batch:
        return rows
    whole = np.zeros((batch, *rows.shape[1:]), np.float32)
    whole[: len(rows)] = rows
    return whole
