"""Makes a model for MediaPipe's Pose Landmarker from a wheel of MediaPipe that still carries it.

    pip download --no-deps --only-binary=:all: --python-version=3.11 \
      --platform=manylinux_2_28_x86_64 mediapipe==0.10.21
    python .ci/pose_task.py mediapipe-0.10.21-*.whl pose_landmarker_full.task

The models are the same as in Google's file of that name (BlazePose, Apache-2.0), which CI cannot
download. Its landmark model lacks the metadata that the Tasks API asks for: how pixels become
numbers. Needs the extra mediapipe.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import flatbuffers
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
from mediapipe.tasks.metadata import schema_py_generated as tflite
from mediapipe.tasks.python.metadata.metadata_writers.model_asset_bundle_utils import (
    create_model_asset_bundle,
)

_LANDMARKS = "pose_landmarks_detector.tflite"
_FILES = {
    "pose_detector.tflite": "mediapipe/modules/pose_detection/pose_detection.tflite",
    _LANDMARKS: "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
}


def main(wheel: str, task: str) -> None:
    """Writes the bundle of both models."""
    with zipfile.ZipFile(wheel) as source:
        models = {name: source.read(member) for name, member in _FILES.items()}
    models[_LANDMARKS] = with_range(models[_LANDMARKS])
    create_model_asset_bundle(models, task)
    print(f"{task}: {Path(task).stat().st_size / 1e6:.1f} MB")


def with_range(model: bytes) -> bytes:
    """The model with the metadata that its pixels are to be divided by 255."""
    options = metadata.NormalizationOptionsT()
    options.mean, options.std = [0.0], [255.0]
    unit = metadata.ProcessUnitT()
    unit.optionsType, unit.options = metadata.ProcessUnitOptions.NormalizationOptions, options
    image = metadata.TensorMetadataT()
    image.processUnits = [unit]
    graph = tflite.ModelT.InitFromPackedBuf(bytearray(model), 0)
    about = metadata.SubGraphMetadataT()
    about.inputTensorMetadata = [image]
    about.outputTensorMetadata = [metadata.TensorMetadataT() for _ in graph.subgraphs[0].outputs]
    whole = metadata.ModelMetadataT()
    whole.subgraphMetadata = [about]
    buffer = tflite.BufferT()
    buffer.data = list(_packed(whole, b"M001"))
    graph.buffers.append(buffer)
    entry = tflite.MetadataT()
    entry.name, entry.buffer = "TFLITE_METADATA", len(graph.buffers) - 1
    graph.metadata = [*(graph.metadata or ()), entry]
    return _packed(graph, b"TFL3")


def _packed(table: object, identifier: bytes) -> bytes:
    builder = flatbuffers.Builder(0)
    builder.Finish(table.Pack(builder), file_identifier=identifier)
    return bytes(builder.Output())


if __name__ == "__main__":
    main(*sys.argv[1:])
