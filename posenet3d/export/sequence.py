"""A lifter of sequences as a SavedModel, and as a .tflite of windows and of frame after frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from posenet3d.errors import ConfigError, ExportError
from posenet3d.export.answers.comparison import LIMITS
from posenet3d.export.answers.golden import GOLDEN_FILE, TOLERANCES, run_signature, write_golden
from posenet3d.export.config import ExportConfig
from posenet3d.export.forms.functions import write_functions
from posenet3d.export.forms.litert import convert_functions
from posenet3d.export.forms.metadata import describe_sequence
from posenet3d.export.forms.portable import PortableFiller
from posenet3d.export.forms.saved_model import load_signatures, write_metadata
from posenet3d.export.signatures.checks import (
    check_confidence,
    check_frame_rate,
    check_poses,
)
from posenet3d.export.signatures.examples import example_poses, with_gaps
from posenet3d.export.signatures.signatures import CONFIDENCE, KEYPOINTS
from posenet3d.export.staging import staged_export, stated
from posenet3d.lite.model_file import STEP, WINDOW, Variant
from posenet3d.lite.sequence import VARIANTS, LiteSequenceEstimator
from posenet3d.lite.stream import LiteStream
from posenet3d.models.loading import SEQUENCE_FILE
from posenet3d.poses.frame_rates import FASTEST, RATE
from posenet3d.poses.lift_result import LiftResult
from posenet3d.sequences.estimator import MEMORY, SequenceEstimator
from posenet3d.sequences.loading import find_sequence, load_sequence
from posenet3d.sequences.weights_file import save_sequence_file

SIGNATURE = "lift_sequence"
"""Of the SavedModel; `serving_default` is the same."""

FRAME_RATE = "frame_rate"

FUTURE = "future"

# Frames of a window of the .tflite. Of 128, 88 see all that they can, which took 0.17 ms each on a
# CPU core (of 64: 24, 0.33 ms; of 104: 64, 0.18 ms). Longer ones gain little (256: 0.14 ms), and a
# short sequence takes as long as a whole window (128: 15 ms).
_WINDOW = 128

_FRAMES, _KNOTS = 24, 6  # of the sequence that is tried, and between two of its drawn poses

Arrays = dict[str, np.ndarray]


def export_sequence(config: ExportConfig) -> list[Path]:
    """Exports a lifter of sequences; args, result and errors are those of `job.export`."""
    if config.onnx:
        raise ConfigError(f"{config.model} is a lifter of sequences, which has no ONNX form yet.")
    if config.calibration_data:
        raise ConfigError(
            "calibration_data is for int8, which a lifter of sequences does not have."
        )
    if config.labelled_data:
        raise ConfigError("labelled_data is for a lifter of single poses.")
    estimator = load_sequence(config.model)
    folder = Path(config.output)
    name = folder.resolve().name
    metadata = describe_sequence(estimator, name, **stated(config, find_sequence(config.model)))
    tried = example_sequence(estimator)
    expected, causal = (estimator.lift_sequence(*tried.values(), causal=c) for c in (False, True))
    golden: dict[str, Any] = {"model": metadata}
    with staged_export(folder) as (version, files, written):
        if config.saved_model:
            _write_saved_model(estimator, version, metadata)
            answer = run_signature(load_signatures(version)[SIGNATURE], tried)
            _check_same(expected, answer["keypoints_3d"], "float32")
            golden["saved_model"] = {SIGNATURE: _described(tried, answer, "float32")}
        for variant, content in convert_sequence(estimator, metadata) if config.tflite else ():
            file = files / f"{name}_{variant}.tflite"
            file.write_bytes(content)
            answer = _streamed(LiteStream(file), tried)
            _check_same(causal, answer["keypoints_3d"], variant)
            whole = LiteSequenceEstimator(file).lift_sequence(*tried.values())
            _check_same(expected, whole.keypoints_3d, variant)
            golden[file.name] = _described(tried, answer, variant)
        if config.weights:
            save_sequence_file(estimator, files / SEQUENCE_FILE)
        if config.golden:
            write_golden(files / GOLDEN_FILE, golden)
    return written


def example_sequence(estimator: SequenceEstimator) -> Arrays:
    """Poses that move, with gaps and a frame in which nobody is, as the signature takes them."""
    joints = estimator.skeleton.num_joints
    drawn, _ = example_poses(estimator, estimator.skeleton, _FRAMES // _KNOTS + 1, seed=5)
    place = np.arange(_FRAMES) / _KNOTS
    before = place.astype(int)
    share = (place - before)[:, None, None]
    keypoints_2d = (1 - share) * drawn[before] + share * drawn[before + 1]
    confidence = with_gaps(np.ones((_FRAMES, joints), np.float32), 0.1, seed=5)
    confidence[_FRAMES // 2] = 0
    return {
        KEYPOINTS: keypoints_2d.astype(np.float32),
        CONFIDENCE: confidence,
        FRAME_RATE: np.float32(RATE),
    }


def convert_sequence(
    estimator: SequenceEstimator, metadata: dict[str, Any]
) -> Iterator[tuple[Variant, bytes]]:
    """The .tflite file of each variant, with two signatures, which share their weights.

    `step`, frame and memory in, both out, takes `keypoints_2d` `[1, J, 2]`, `confidence` `[1, J]`,
    `frame_rate` `[1]` and `memory` `[M]`, which is 0 before the first frame. It gives
    `keypoints_3d` `[1, J, 3]`, `elevation` `[1]`, `score` `[1]`, `expected_error` `[1, J]`, and the
    `memory` for the frame that follows.

    `lift_window`, W frames that see each other, takes `keypoints_2d` `[W, J, 2]`, `confidence`
    `[W, J]`, `frame_rate` `[1]` and `future` `[1]`, and gives what `window_tensors` does.
    """
    joints = estimator.skeleton.num_joints
    filler = PortableFiller(estimator.gap_filler)

    def step(
        keypoints_2d: tf.Tensor, confidence: tf.Tensor, frame_rate: tf.Tensor, memory: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        inputs = {KEYPOINTS: keypoints_2d, CONFIDENCE: confidence, FRAME_RATE: frame_rate}
        return estimator.step_tensors(inputs | {MEMORY: memory}, fill=filler.fill)

    def lift_window(
        keypoints_2d: tf.Tensor, confidence: tf.Tensor, frame_rate: tf.Tensor, future: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        inputs = {KEYPOINTS: keypoints_2d, CONFIDENCE: confidence, FRAME_RATE: frame_rate}
        return estimator.window_tensors(inputs | {FUTURE: future}, fill=filler.fill)

    def specs(frames: int, last: tf.TensorSpec) -> list[tf.TensorSpec]:
        return [
            tf.TensorSpec([frames, joints, 2], tf.float32, KEYPOINTS),
            tf.TensorSpec([frames, joints], tf.float32, CONFIDENCE),
            tf.TensorSpec([1], tf.float32, FRAME_RATE),
            last,
        ]

    memory = tf.TensorSpec([estimator.lifter.memory_size], tf.float32, MEMORY)
    window = max(_WINDOW, 4 * estimator.lifter.reach)  # else little of it is told
    future = tf.TensorSpec([1], tf.float32, FUTURE)
    endpoints = [(STEP, step, specs(1, memory)), (WINDOW, lift_window, specs(window, future))]
    weights = sum(map(np.size, estimator.lifter.get_weights()))
    return convert_functions(endpoints, VARIANTS, weights, metadata)


def _write_saved_model(
    estimator: SequenceEstimator, folder: Path, metadata: dict[str, Any]
) -> None:
    skeleton = estimator.skeleton

    def lift(
        keypoints_2d: tf.Tensor, confidence: tf.Tensor, frame_rate: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        keypoints_2d = check_poses(keypoints_2d, skeleton)
        confidence = check_confidence(confidence, keypoints_2d, skeleton)
        frame_rate = check_frame_rate(frame_rate, FASTEST)
        inputs = {KEYPOINTS: keypoints_2d, CONFIDENCE: confidence, FRAME_RATE: frame_rate}
        return estimator.lift_tensors(inputs)

    specs = [
        tf.TensorSpec([None, skeleton.num_joints, 2], tf.float32, KEYPOINTS),
        tf.TensorSpec([None, skeleton.num_joints], tf.float32, CONFIDENCE),
        tf.TensorSpec([], tf.float32, FRAME_RATE),
    ]
    write_functions(((name, lift, specs) for name in ("serving_default", SIGNATURE)), folder)
    write_metadata(folder, metadata)


def _streamed(stream: LiteStream, tried: Arrays) -> Arrays:
    """What frame after frame of a sequence gives."""
    answers = [
        stream.step(pose, seen)
        for pose, seen in zip(tried[KEYPOINTS], tried[CONFIDENCE], strict=True)
    ]
    return {name: np.stack([answer[name] for answer in answers]) for name in answers[0]}


def _check_same(expected: LiftResult, keypoints_3d: np.ndarray, variant: str) -> None:
    """Refuses a form whose poses are not those of the estimator."""
    off = np.linalg.norm(keypoints_3d - expected.keypoints_3d, axis=-1)
    same = np.array_equal(np.isnan(off).all(axis=1), ~expected.lifted)
    if not same or not np.nanmean(off) <= LIMITS[variant]:
        raise ExportError(
            f"The converted model ({variant}) lifts {np.nanmean(off):.3g} of a pose's size off the "
            f"estimator; at most {LIMITS[variant]:g} is right. Leave this form out."
        )


def _described(tried: Arrays, answer: Arrays, variant: str) -> dict[str, Any]:
    unit = TOLERANCES[variant]
    tolerances = {name: 10 * unit if name == "elevation" else unit for name in answer}
    return {"inputs": tried, "outputs": answer, "tolerances": tolerances}
