"""The settings of an export: a frozen dataclass, each field a flag of posenet3d export."""

from __future__ import annotations

import dataclasses

from posenet3d.errors import ConfigError
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.settings import setting


@dataclasses.dataclass(frozen=True)
class ExportConfig:
    """Everything that an export depends on."""

    output: str = setting("", "The model's folder, for example saved_models/NAME.")
    model: str = setting(DEFAULT_MODEL, "Pretrained model's name, or a path.")
    saved_model: bool = setting(True, "Write a new version of the SavedModel: NAME/<version>/.")
    warmup: bool = setting(True, "Write TensorFlow Serving's warmup requests with it.")
    tflite: bool = setting(
        False,
        "Write NAME_float32.tflite, _float16, _dynamic_int8 and, of a lifter of single poses, "
        "_int8.",
    )
    onnx: bool = setting(False, "Write NAME.onnx.")
    weights: bool = setting(
        False,
        "Write estimator.npz (sequence.npz): settings and weights as plain arrays, which posenet3d "
        "reads with Keras 2.15 and Keras 3 alike (docs/stacks.md).",
    )
    golden: bool = setting(
        False, "Write golden.json: poses, and the answers of this export's files for them."
    )
    calibration_data: str = setting(
        "", "A file of 2D poses to find the ranges of int8; empty: the model's own statistics."
    )
    labelled_data: str = setting(
        "",
        "A pose archive with true 3D: the .tflite files say how much worse than the model they "
        "lift it, and --variant=auto goes by that.",
    )
    licence: str = setting("", "The model's licence; empty: as its MODEL_CARD.md says.")
    training_data: str = setting("", "What it was trained on; empty: as its MODEL_CARD.md says.")

    def __post_init__(self) -> None:
        if not self.output:
            raise ConfigError("output is empty; give --output=saved_models/NAME.")
        if not (self.saved_model or self.tflite or self.onnx or self.weights):
            raise ConfigError(
                "Nothing to export: --saved_model, --tflite, --onnx and --weights are all off."
            )
        if self.labelled_data and not self.tflite:
            raise ConfigError("labelled_data is for .tflite files: give --tflite as well.")
