"""Lifting with each exported form, all called alike: for tests, golden outputs and benchmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

from posenet3d.export.forms.saved_model import load_signatures
from posenet3d.export.signatures.signatures import (
    CONFIDENCE,
    EXPECTED_ERROR,
    KEYPOINTS,
    WITH_CONFIDENCE,
)
from posenet3d.lite.runtime import Lift, tflite_runtime
from posenet3d.models.estimator import PoseEstimator

__all__ = ["Lift", "keras_runtime", "onnx_runtime", "saved_model_runtime", "tflite_runtime"]

_SAID = ("keypoints_3d", "elevation", EXPECTED_ERROR)


def keras_runtime(estimator: PoseEstimator) -> Lift:
    """Lifts with the estimator itself."""

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        result = estimator.lift(keypoints_2d, confidence, score=False)
        said = {name: getattr(result, name) for name in _SAID}
        if not estimator.lifter.estimates_error:  # as in the exported forms, no array of NaN
            del said[EXPECTED_ERROR]
        return said

    return lift


def saved_model_runtime(folder: Path) -> Lift:
    """Lifts with a version's folder of a SavedModel, in this process."""
    function = load_signatures(folder)[WITH_CONFIDENCE]

    def lift(keypoints_2d: np.ndarray, confidence: np.ndarray) -> dict[str, np.ndarray]:
        inputs = {KEYPOINTS: tf.constant(keypoints_2d), CONFIDENCE: tf.constant(confidence)}
        outputs = function(**inputs)
        return {name: outputs[name].numpy() for name in _SAID if name in outputs}

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
