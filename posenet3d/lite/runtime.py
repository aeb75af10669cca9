"""Running a .tflite file in LiteRT."""

from __future__ import annotations

import functools
from collections.abc import Callable
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


def tflite_runtime(content: bytes | Callable[[], bytes], threads: int = 1) -> Lift:
    """Lifts with a .tflite file, in the largest batches that are half full.

    The last one is filled up with persons of whom nothing is seen.

    Args:
      content: The file's, or what reads it: it is read again for every size of a batch, which
        costs less memory than to keep it.
      threads: Of LiteRT.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      ValueError: If LiteRT cannot run it, or it lacks the signatures.
    """
    read = content if callable(content) else lambda: content
    sizes = model_file.batches(read())

    @functools.cache
    def runner(batch: int) -> Any:
        name = signature_name(batch)
        interpreter = make_interpreter(model_file.with_only(read(), name), threads)
        return interpreter.get_signature_runner(name)

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        count = len(keypoints_2d)
        batch = max([size for size in sizes if size <= 2 * count], default=min(sizes))
        run = runner(batch)
        answer = {
            name: np.empty((count, *details["shape"][1:].tolist()), np.float32)
            for name, details in run.get_output_details().items()
        }
        for start in range(0, count, batch):
            rows = slice(start, start + batch)
            part = run(
                keypoints_2d=_filled(keypoints_2d[rows], batch),
                confidence=_filled(confidence[rows], batch),
            )
            for name, array in part.items():
                answer[name][rows] = array[: count - start]
        return answer

    return lift


def _filled(rows: np.ndarray, batch: int) -> np.ndarray:
    """The rows, and zeros behind them up to so many."""
    if len(rows) == batch:
        return rows
    whole = np.zeros((batch, *rows.shape[1:]), np.float32)
    whole[: len(rows)] = rows
    return whole
