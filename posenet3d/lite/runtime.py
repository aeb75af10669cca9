"""Running a .tflite file in LiteRT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from posenet3d.lite.model_file import BATCHES, signature_name
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


def tflite_runtime(content: bytes, threads: int = 1) -> Lift:
    """Lifts with the content of a .tflite file: 16 poses at a time, and one by one what is left.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message says what to install.
      ValueError: If LiteRT cannot run it, or it lacks the signatures.
    """
    interpreter = make_interpreter(content, threads)
    runners = {
        batch: interpreter.get_signature_runner(signature_name(batch))
        for batch in sorted(BATCHES, reverse=True)
    }
    shapes = {
        name: details["shape"][1:].tolist()
        for name, details in runners[1].get_output_details().items()
    }

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        count, start = len(keypoints_2d), 0
        answer = {name: np.empty((count, *shape), np.float32) for name, shape in shapes.items()}
        for batch, runner in runners.items():
            while start + batch <= count:
                rows = slice(start, start + batch)
                part = runner(keypoints_2d=keypoints_2d[rows], confidence=confidence[rows])
                for name, array in part.items():
                    answer[name][rows] = array
                start += batch
        return answer

    return lift
