"""What posenet3d export does: everything is made aside, and moved into place when all is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.export.answers.accuracy import Accuracy
from posenet3d.export.answers.comparison import check_same
from posenet3d.export.answers.golden import (
    GOLDEN_FILE,
    describe_saved_model,
    describe_tflite,
    write_golden,
)
from posenet3d.export.answers.runtimes import saved_model_runtime, tflite_runtime
from posenet3d.export.config import ExportConfig
from posenet3d.export.forms import litert
from posenet3d.export.forms.metadata import describe
from posenet3d.export.forms.onnx_file import write_onnx
from posenet3d.export.forms.saved_model import write_saved_model
from posenet3d.export.sequence import export_sequence
from posenet3d.export.signatures.examples import example_poses, with_gaps
from posenet3d.export.staging import staged_export, stated
from posenet3d.formats.detect import read_people
from posenet3d.lite.choice import MEASURED
from posenet3d.models import PoseEstimator, load
from posenet3d.models.loading import WEIGHTS_FILE, find
from posenet3d.models.weights_file import save_weights_file
from posenet3d.poses.records import Poses2D
from posenet3d.sequences.loading import is_sequence

_CALIBRATION_POSES = 2000


def export(config: ExportConfig) -> list[Path]:
    """Exports an estimator.

    Returns:
      What has been written.

    Raises:
      InputError: If there is no such estimator, the output cannot be a folder, or the calibration
        data or the labelled data cannot be used.
      ExportError: If a converted file does not lift as the estimator does; nothing is written.
      ImportError: If a library of an extra is missing that a form needs; names the extra.
    """
    if is_sequence(config.model):
        return export_sequence(config)
    estimator = load(config.model)
    folder = Path(config.output)
    name = folder.resolve().name
    metadata = describe(estimator, name, **stated(config, find(config.model)))
    calibration = _calibration_poses(estimator, config) if config.tflite else None
    accuracy = Accuracy(estimator, config.labelled_data) if config.labelled_data else None
    golden: dict[str, Any] = {"model": metadata}
    with staged_export(folder) as (version, files, written):
        if config.saved_model:
            write_saved_model(estimator, version, name, metadata, config.warmup)
            check_same(estimator, saved_model_runtime(version), "float32")
            golden["saved_model"] = describe_saved_model(estimator, version)
        variants = litert.VARIANTS if config.tflite else ()
        for variant, content in litert.convert(estimator, variants, metadata, calibration):
            check_same(estimator, tflite_runtime(content), variant)
            if accuracy is not None:
                measured = {MEASURED: accuracy.of(tflite_runtime(content))}
                content = litert.with_metadata(content, metadata | measured)
            file = files / f"{name}_{variant}.tflite"
            file.write_bytes(content)
            golden[file.name] = describe_tflite(estimator, content, variant)
        if config.onnx:
            write_onnx(estimator, files / f"{name}.onnx", metadata)
        if config.weights:
            save_weights_file(estimator, files / WEIGHTS_FILE)
        if config.golden:
            write_golden(files / GOLDEN_FILE, golden)
    return written


def _calibration_poses(estimator: PoseEstimator, config: ExportConfig) -> Poses2D:
    """At most some thousands of the poses that `int8` is to be good for."""
    if not config.calibration_data:
        keypoints_2d, confidence = example_poses(
            estimator, estimator.skeleton, _CALIBRATION_POSES, seed=3
        )
        confidence[::2] = with_gaps(confidence[::2], 0.1)
        return Poses2D(keypoints_2d, estimator.skeleton, confidence)
    people = read_people(config.calibration_data, placement=estimator.skeleton)
    poses = Poses2D(people.keypoints_2d, people.skeleton, people.confidence).on(estimator.skeleton)
    problems = estimator.lift(poses.keypoints_2d, poses.confidence, score=False).problems
    rows = np.flatnonzero([not problem for problem in problems])
    if not len(rows):
        raise InputError(
            f"{config.calibration_data} holds no pose that can be lifted, so int8 cannot find its "
            "ranges by it; the first one: " + problems[0]
        )
    return poses.select(rows[:: max(1, len(rows) // _CALIBRATION_POSES)])
