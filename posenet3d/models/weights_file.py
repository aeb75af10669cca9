"""The weights file: an estimator as plain arrays and JSON, which every version of Keras can read.

An `.npz` archive. `config` is a JSON text of the estimator's settings, its lifter's and its
skeleton; every other array is a weight by its name (`weights.named_weights`).
"""

from __future__ import annotations

import dataclasses
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path
from posenet3d.files.npz import read_header
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.lifter import Lifter
from posenet3d.models.weights import named_weights
from posenet3d.skeletons.skeleton import Skeleton

_CONFIG = "config"
_FORMAT = "posenet3d estimator 1"
_OWN = ("scale", "elevation", "average_mirrored", "average_turned")
_OF_KERAS = ("name", "trainable", "dtype")


def save_weights_file(estimator: PoseEstimator, path: str | Path) -> None:
    """Writes an estimator as a weights file; all or nothing.

    Args:
      estimator: The estimator.
      path: The `.npz` to write.

    Raises:
      InputError: If the name does not end in `.npz`, or its folder does not exist.
    """
    if Path(path).suffix != ".npz":
        raise InputError(f"Cannot write weights to {path}: the name must end in .npz.")
    lifter = estimator.lifter.get_config()
    config = {
        "format": _FORMAT,
        "lifter": {name: value for name, value in lifter.items() if name not in _OF_KERAS},
        "skeleton": dataclasses.asdict(estimator.skeleton),
        **{name: getattr(estimator, name) for name in _OWN},
    }
    arrays = {name: weight.numpy() for name, weight in named_weights(estimator).items()}
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **{_CONFIG: np.array(json.dumps(config))}, **arrays)


def read_weights_file(path: str | Path) -> PoseEstimator:
    """Reads an estimator from a weights file.

    Raises:
      InputError: If the file is damaged, is another kind of archive, or its weights are not those
        of the lifter that it describes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(str(_read(archive, _CONFIG, ())))
            if config.get("format") != _FORMAT:
                raise ValueError("it was written by another version of posenet3d")
            _check_size(config["lifter"], sum(info.file_size for info in archive.infolist()))
            estimator = _make(config)
            weights = named_weights(estimator)
            known = {f"{name}.npy" for name in (_CONFIG, *weights)}
            if known != set(archive.namelist()):
                raise ValueError(f"its weights are not those of {config['lifter']}")
            for name, weight in weights.items():
                values = _read(archive, name, tuple(weight.shape))
                if not np.isfinite(values).all():
                    raise ValueError(f"{name} holds nan or infinity")
                weight.assign(values)
    except Exception as error:  # a damaged file fails in many ways, and all mean the same
        reason = str(error).strip("'\" ").split("\n")[0] or type(error).__name__
        raise InputError(f"{path} cannot be read as a weights file: {reason}") from error
    return estimator


def _make(config: dict[str, Any]) -> PoseEstimator:
    skeleton = Skeleton.from_dict(config["skeleton"])
    return PoseEstimator(
        Lifter(**config["lifter"]), skeleton, **{name: config[name] for name in _OWN}
    )


def _check_size(lifter: dict[str, Any], size: int) -> None:
    """Refuses a lifter larger than its file before the memory for it is asked for."""
    width, num_blocks = lifter["width"], lifter["num_blocks"]
    if not 0 < 4 * width * (1 + 2 * num_blocks * width) <= size:
        raise ValueError(f"it has {size} bytes, too few for {lifter}")


def _read(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """An array that says of itself that it has this shape; nothing else is read."""
    with archive.open(f"{name}.npy") as member:
        found, _, kind = read_header(member)
    fits = math.prod(shape) * kind.itemsize < archive.getinfo(f"{name}.npy").file_size
    wanted = "U" if name == _CONFIG else "f"
    if found != shape or kind.kind != wanted or not fits:
        raise ValueError(f"{name} must be an array {list(shape)}, got {kind} {list(found)}")
    with archive.open(f"{name}.npy") as member:
        return npy.read_array(member, allow_pickle=False)
