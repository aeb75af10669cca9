"""Golden outputs: what each exported file gives for poses that are written down beside it.

They are for those who build the files into something else, in whatever language, and for the tests
of the files themselves. The format is in docs/export.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from posenet3d.export.answers.runtimes import tflite_runtime
from posenet3d.export.forms.saved_model import load_signatures
from posenet3d.export.forms.warmup import request_inputs
from posenet3d.export.signatures.examples import example_poses, with_gaps
from posenet3d.export.signatures.signatures import (
    CONFIDENCE,
    EXPECTED_ERROR,
    KEYPOINTS,
    NORMALIZED,
    signatures,
)
from posenet3d.models.estimator import PoseEstimator
from posenet3d.poses.lift_checks import needed_joints

GOLDEN_FILE = "golden.json"
"""Its name, beside the exported files."""

TOLERANCES = {"float32": 1e-4, "float16": 2e-3, "dynamic_int8": 0.1, "int8": 0.1}
"""By how much outputs may differ on another processor: pose units and, times 10, degrees."""

_POSES = 16
_SCALES = (1e-3, 1e5)  # pixels a person of about 400 px is shrunk or blown up to, roughly

Arrays = dict[str, np.ndarray]


def golden_poses(estimator: PoseEstimator) -> Arrays:
    """Poses in which there is what is difficult: gaps, sizes, persons who cannot be lifted."""
    keypoints_2d, confidence = example_poses(estimator, estimator.skeleton, _POSES, seed=1)
    confidence[4:] = with_gaps(confidence[4:], 0.15, seed=1)
    for row, scale in enumerate(_SCALES, start=_POSES - 4):
        keypoints_2d[row] *= scale / 400
    few = needed_joints(estimator.skeleton.num_joints) - 1
    confidence[-2] = np.arange(confidence.shape[1]) < few
    keypoints_2d[-1] = keypoints_2d[-1, :1]
    return {KEYPOINTS: keypoints_2d, CONFIDENCE: confidence}


def describe_saved_model(estimator: PoseEstimator, folder: Path) -> dict[str, Any]:
    """Inputs and outputs of each signature of a version's folder."""
    functions = load_signatures(folder)
    tolerances = _tolerances(estimator, "float32")
    described = {}
    for signature in signatures(estimator):
        inputs = {k: np.array(v) for k, v in request_inputs(estimator, signature, _POSES).items()}
        if signature.skeleton == estimator.skeleton and signature.name != NORMALIZED:
            inputs = {key: golden_poses(estimator)[key] for key in inputs}
        outputs = run_signature(functions[signature.name], inputs)
        described[signature.name] = {
            "inputs": inputs,
            "outputs": outputs,
            "tolerances": tolerances,
        }
    return described


def describe_tflite(estimator: PoseEstimator, content: bytes, variant: str) -> dict[str, Any]:
    """Inputs and outputs of a .tflite file."""
    inputs = golden_poses(estimator)
    return {
        "inputs": inputs,
        "outputs": tflite_runtime(content)(**inputs),
        "tolerances": _tolerances(estimator, variant),
    }


def run_signature(function: Callable[..., dict[str, tf.Tensor]], inputs: Arrays) -> Arrays:
    """Outputs of a SavedModel's signature."""
    outputs = function(**{key: tf.constant(array) for key, array in inputs.items()})
    return {key: np.array(tensor) for key, tensor in outputs.items()}


def write_golden(path: Path, content: dict[str, Any]) -> None:
    """Writes what `describe_*` say as JSON; NaN becomes null."""
    path.write_text(json.dumps(_plain(content)) + "\n", encoding="utf-8")


def read_arrays(arrays: dict[str, Any]) -> Arrays:
    """Inputs or outputs of the file as arrays; null becomes NaN."""
    return {
        key: np.array(values, bool if key == "filled" else np.float32)
        for key, values in arrays.items()
    }


def _tolerances(estimator: PoseEstimator, variant: str) -> dict[str, float]:
    unit = TOLERANCES[variant]
    tolerances = {"keypoints_3d": unit, "score": unit, "elevation": 10 * unit}
    if estimator.lifter.estimates_error:
        tolerances[EXPECTED_ERROR] = unit
    return tolerances


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, np.ndarray):
        if content.ndim:
            return [_plain(row) for row in content]
        content = content[()]
    if isinstance(content, np.floating):
        return float(f"{content:.8g}") if np.isfinite(content) else None
    if isinstance(content, np.bool_):
        return bool(content)
    return content
