"""Lifting with each exported form, all called alike: for tests, golden outputs and benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from posenet3d.export import litert
from posenet3d.export.saved_model import load_signatures
from posenet3d.export.signatures import CONFIDENCE, KEYPOINTS, WITH_CONFIDENCE
from posenet3d.models.estimator import PoseEstimator

Lift = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]
"""From keypoints_2d float32 `[N, J, 2]` (pixels) and confidence float32 `[N, J]` to `keypoints_3d`
`[N, J, 3]` and `elevation` `[N]`, NaN for persons who cannot be lifted."""


def keras_runtime(estimator: PoseEstimator) -> Lift:
    """Lifts with the estimator itself."""

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        result = estimator.lift(keypoints_2d, confidence, score=False)
        return {"keypoints_3d": result.keypoints_3d, "elevation": result.elevation}

    return lift


def saved_model_runtime(folder: Path) -> Lift:
    """Lifts with a version's folder of a SavedModel, in this process."""
    function = load_signatures(folder)[WITH_CONFIDENCE]

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        inputs = {KEYPOINTS: tf.constant(keypoints_2d), CONFIDENCE: tf.constant(confidence)}
        outputs = function(**inputs)
        return {name: outputs[name].numpy() for name in ("keypoints_3d", "elevation")}

    return lift


def tflite_runtime(content: bytes, threads: int = 1) -> Lift:
    """Lifts with the content of a .tflite file, one pose by one or 16 at a time.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message names the extra.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ImportError(
            "Running .tflite files needs ai-edge-litert: pip install 'posenet3d[tflite]'."
        ) from error
    interpreter = Interpreter(model_content=content, num_threads=threads)
    runners = {
        batch: interpreter.get_signature_runner(litert.signature_name(batch))
        for batch in litert.BATCHES
    }

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        count = len(keypoints_2d)
        batch = min((b for b in runners if b >= count), default=max(runners))
        padding = -count % batch  # persons of whom no joint is present
        keypoints_2d = np.pad(keypoints_2d, ((0, padding), (0, 0), (0, 0)))
        confidence = np.pad(confidence, ((0, padding), (0, 0)))
        parts = [
            runners[batch](
                keypoints_2d=keypoints_2d[start : start + batch],
                confidence=confidence[start : start + batch],
            )
            for start in range(0, len(keypoints_2d), batch)
        ]
        return {name: np.concatenate([p[name] for p in parts])[:count] for name in parts[0]}

    return lift


def onnx_runtime(path: Path, threads: int = 1) -> Lift:
    """Lifts with an .onnx file.

    Raises:
      ImportError: If onnxruntime is not installed; the message names the extra.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError(
            "Running .onnx files needs onnxruntime: pip install 'posenet3d[onnx]'."
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        outputs = session.run(names, {KEYPOINTS: keypoints_2d, CONFIDENCE: confidence})
        return dict(zip(names, outputs, strict=True))

    return lift
