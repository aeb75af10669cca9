"""The estimator for LiteRT (TensorFlow Lite): phones, browsers, small machines."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from posenet3d.errors import ExportError
from posenet3d.export.forms.functions import Endpoint, write_functions
from posenet3d.export.forms.portable import PortableEstimator
from posenet3d.export.forms.quantised import quantise
from posenet3d.export.signatures.signatures import CONFIDENCE, KEYPOINTS
from posenet3d.lite.model_file import (
    BATCHES,
    COMPLETE_BATCHES,
    METADATA_KEY,
    VARIANTS,
    Variant,
    signature_name,
)
from posenet3d.models.estimator import PoseEstimator
from posenet3d.poses.records import Poses2D

_BYTES_A_WEIGHT = dict(zip(VARIANTS, (4, 2, 1, 1), strict=True))


def convert(
    estimator: PoseEstimator,
    variants: Sequence[Variant],
    metadata: dict[str, Any],
    poses: Poses2D,
) -> Iterator[tuple[Variant, bytes]]:
    """The contents of .tflite files, one after the other, each when it is asked for.

    Each has a signature a number of poses; they share the weights.

    Signatures take `keypoints_2d` `[B, J, 2]` in pixels and `confidence` `[B, J]`, and give
    `keypoints_3d` `[B, J, 3]`, `elevation` `[B]` and perhaps `expected_error` `[B, J]`, as
    `PortableEstimator` does. A batch need not be full: persons whose confidence is 0 everywhere
    come out as NaN. `lift_complete_*` are for persons none of whose joints is missing.

    Args:
      estimator: The estimator.
      variants: Of `VARIANTS`.
      metadata: What `metadata.describe` says; goes into the file.
      poses: Poses by which `int8` finds the ranges of the network's numbers.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message names the extra.
      ExportError: If the file lacks weights or needs more than LiteRT's own operations.
    """
    weights = sum(map(np.size, estimator.lifter.get_weights()))
    alike = [variant for variant in variants if variant != "int8"]
    if alike:
        yield from convert_functions(_endpoints(estimator), alike, weights, metadata)
    if "int8" in variants:
        quantised = _endpoints(quantise(estimator, poses))
        yield from convert_functions(quantised, ["int8"], weights, metadata)


def _endpoints(estimator: PoseEstimator) -> list[Endpoint]:
    portable = PortableEstimator(estimator)

    def lift(keypoints_2d: tf.Tensor, confidence: tf.Tensor) -> dict[str, tf.Tensor]:
        return portable({KEYPOINTS: keypoints_2d, CONFIDENCE: confidence})

    def lift_complete(keypoints_2d: tf.Tensor, confidence: tf.Tensor) -> dict[str, tf.Tensor]:
        return portable.lift_complete({KEYPOINTS: keypoints_2d, CONFIDENCE: confidence})

    joints = estimator.skeleton.num_joints
    endpoints = []
    for function, batches in ((lift, BATCHES), (lift_complete, COMPLETE_BATCHES)):
        for batch in batches:
            inputs = [
                tf.TensorSpec([batch, joints, 2], tf.float32, KEYPOINTS),
                tf.TensorSpec([batch, joints], tf.float32, CONFIDENCE),
            ]
            name = signature_name(batch, complete=function is lift_complete)
            endpoints.append((name, function, inputs))
    return endpoints


def convert_functions(
    endpoints: Sequence[Endpoint],
    variants: Sequence[Variant],
    weights: int,
    metadata: dict[str, Any],
) -> Iterator[tuple[Variant, bytes]]:
    """The contents of .tflite files of the same functions, which share their weights.

    Args:
      endpoints: The functions.
      variants: How the weights are kept; for `int8` the functions say where numbers are 8-bit ones.
      weights: How many numbers the network's weights are.
      metadata: Goes into the files.

    Raises:
      ImportError: If ai-edge-litert is not installed; the message names the extra.
      ExportError: If a file lacks weights or needs more than LiteRT's own operations.
    """
    schema = _schema()
    # By a folder: the converter's ways from functions and modules leave the weights of Keras 3 out
    # of the file, without an error.
    with tempfile.TemporaryDirectory() as folder:
        write_functions(endpoints, folder)
        names = [name for name, _, _ in endpoints]
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=names)
        # Nobody reads what the converter says of itself, and it unpacks the whole file to say it.
        converter.exclude_conversion_metadata = True
        for variant in variants:
            converter.optimizations = [] if variant == "float32" else [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16] if variant == "float16" else []
            model = schema.ModelT.InitFromPackedBuf(converter.convert(), 0)
            _check(model, weights * _BYTES_A_WEIGHT[variant])
            _add_metadata(model, metadata)
            yield variant, _pack(model)


def with_metadata(content: bytes, metadata: dict[str, Any]) -> bytes:
    """The same file with other metadata."""
    model = _schema().ModelT.InitFromPackedBuf(content, 0)
    (entry,) = (one for one in model.metadata if one.name == METADATA_KEY.encode())
    model.buffers[entry.buffer].data = _as_buffer(metadata)
    return _pack(model)


def operations(content: bytes) -> set[str]:
    """Names of the operations of a .tflite file."""
    return _operations(_schema().ModelT.InitFromPackedBuf(content, 0))


def _operations(model: Any) -> set[str]:
    codes = vars(_schema().BuiltinOperator)
    names = {code: name for name, code in codes.items() if isinstance(code, int)}
    return {
        names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes
    }


def _check(model: Any, weight_bytes: int) -> None:
    """Refuses what converters make without an error: files without weights, or of Flex."""
    foreign = _operations(model) & {"VAR_HANDLE", "READ_VARIABLE", "CUSTOM"}
    if foreign:
        raise ExportError(f"The converted model has operations {', '.join(sorted(foreign))}.")
    held = sum(len(buffer.data) for buffer in model.buffers if buffer.data is not None)
    if not weight_bytes <= held <= 1.5 * weight_bytes + 100_000:
        raise ExportError(
            f"The converted model holds {held} bytes where its weights take {weight_bytes}."
        )


def _add_metadata(model: Any, metadata: dict[str, Any]) -> None:
    schema = _schema()
    buffer = schema.BufferT()
    buffer.data = _as_buffer(metadata)
    entry = schema.MetadataT()
    entry.name, entry.buffer = METADATA_KEY, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]


def _as_buffer(metadata: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(json.dumps(metadata).encode(), np.uint8)


def _pack(model: Any) -> bytes:
    import flatbuffers

    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _schema() -> Any:
    try:
        from ai_edge_litert import schema_py_generated
    except ImportError as error:
        raise ImportError("Exporting for LiteRT needs it: pip install ai-edge-litert.") from error
    return schema_py_generated
