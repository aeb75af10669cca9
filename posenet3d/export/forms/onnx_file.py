"""The estimator as an ONNX file, by Keras's own export."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import tensorflow as tf

from posenet3d.export.forms.portable import PortableEstimator
from posenet3d.export.signatures.signatures import CONFIDENCE, KEYPOINTS
from posenet3d.models.estimator import PoseEstimator

OPSET = 17
"""Version of ONNX's operations: ONNX Runtime 1.12 of July 2022 and later know it."""


def write_onnx(estimator: PoseEstimator, path: Path, metadata: dict[str, Any]) -> None:
    """Writes a file for any number N of poses; inputs and outputs are those of `PortableEstimator`.

    Args:
      estimator: The estimator.
      path: The .onnx file.
      metadata: What `metadata.describe` says; each entry becomes one of the file, as JSON.

    Raises:
      ImportError: If onnx or tf2onnx is not installed; the message names the extra.
    """
    try:
        import onnx
        import tf2onnx  # noqa: F401  # Keras's export imports it later, with another error
    except ImportError as error:
        raise ImportError(
            "Exporting to ONNX needs onnx and tf2onnx: pip install 'posenet3d[onnx]'."
        ) from error
    joints = estimator.skeleton.num_joints
    inputs = {
        KEYPOINTS: tf.TensorSpec([None, joints, 2], tf.float32, KEYPOINTS),
        CONFIDENCE: tf.TensorSpec([None, joints], tf.float32, CONFIDENCE),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of Keras's patch for NumPy 2
        PortableEstimator(estimator).export(
            str(path), format="onnx", input_signature=[inputs], opset_version=OPSET, verbose=False
        )
    model = onnx.load(path)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    onnx.helper.set_model_props(model, {key: json.dumps(entry) for key, entry in metadata.items()})
    onnx.checker.check_model(model)
    onnx.save(model, path)
