"""The SavedModel for TensorFlow Serving: a folder a version, with named signatures."""

from __future__ import annotations

import json
import os
from pathlib import Path

import tensorflow as tf

from posenet3d.export.forms.functions import write_functions
from posenet3d.export.forms.metadata import METADATA_FILE
from posenet3d.export.forms.warmup import write_warmup
from posenet3d.export.signatures.signatures import signatures
from posenet3d.models.estimator import PoseEstimator


def write_saved_model(
    estimator: PoseEstimator, folder: Path, name: str, metadata: dict, warmup: bool = True
) -> None:
    """Writes one version: graph, weights, warmup requests, and what a client must know.

    Args:
      estimator: The estimator.
      folder: The version's folder, which is made.
      name: The model's name on the server.
      metadata: What `metadata.describe` says; written to `assets.extra/posenet3d.json`.
      warmup: Whether to write warmup requests.

    Raises:
      ImportError: If warmup requests are asked for and tensorflow-serving-api is missing.
    """
    made = signatures(estimator)
    write_functions(((one.name, one.function, one.inputs) for one in made), folder)
    write_metadata(folder, metadata)
    if warmup:
        write_warmup(folder, name, estimator, made)


def write_metadata(folder: Path, metadata: dict) -> None:
    """Writes what a client must know into a version's folder."""
    extra = folder / METADATA_FILE
    extra.parent.mkdir(exist_ok=True)
    extra.write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")


def add_version(staged: Path, folder: Path) -> Path:
    """Moves a finished version's folder into a model's folder, under the next free number.

    Args:
      staged: The finished folder, on the same file system.
      folder: The model's folder; its versions are the folders whose names are numbers.

    Returns:
      The version's folder. No existing one is touched, not even one made at the same moment.
    """
    while True:
        numbers = [int(p.name) for p in folder.iterdir() if p.name.isdecimal()]
        target = folder / str(max(numbers, default=0) + 1)
        try:
            os.rename(staged, target)  # fails where the name has been taken meanwhile
        except OSError:
            if not target.exists():
                raise
        else:
            return target


def load_signatures(folder: Path) -> dict[str, tf.types.experimental.ConcreteFunction]:
    """The signatures of a version's folder by name: functions of named tensors."""
    loaded = tf.saved_model.load(str(folder))
    functions = dict(loaded.signatures)
    for function in functions.values():
        function.owner = loaded  # the weights live as long as somebody can call them
    return functions
