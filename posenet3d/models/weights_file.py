"""The weights file: an estimator as plain arrays and JSON, which every version of Keras can read.

An `.npz` archive. `config` is a JSON text of the estimator's settings, its lifter's and its
skeleton; every other array is a weight by its name (`weights.named_weights`).
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from posenet3d.errors import InputError, reason_of
from posenet3d.files.atomic import atomic_path
from posenet3d.files.npz import read_header
from posenet3d.files.zip_members import check_members
from posenet3d.models.blocks import NORMALISATIONS
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.lifter import Lifter
from posenet3d.models.weights import check_values, named_weights, shapes_of
from posenet3d.skeletons.skeleton import Skeleton

_CONFIG = "config"
_FORMAT = "posenet3d estimator 1"
_MOST_TEXT = 1 << 22  # bytes of settings; those of a thousand joints are a tenth
_MOST_JOINTS = 1000
_LONGEST = 200  # letters of a name

_NUMBER, _NOTHING = (int, float), type(None)
_OWN = {
    "scale": (*_NUMBER, _NOTHING),
    "elevation": _NUMBER,
    "average_mirrored": (bool,),
    "average_turned": _NUMBER,
}
_OF_LIFTER = {
    "num_joints": (int,),
    "root": (int,),
    "width": (int,),
    "num_blocks": (int,),
    "activation": (str,),
    "normalisation": (str,),
    "dropout": _NUMBER,
    "completes": (bool,),
    "elevation": (*_NUMBER, _NOTHING),
    "estimates_error": (bool,),
}
_OF_JOINTS = {  # what the skeleton's lists hold
    "joint_names": (str,),
    "parents": (int,),
    "left": (int,),
    "right": (int,),
    "stature_weights": _NUMBER,
}
# What can be trained (training/settings/network_settings.py) can be read.
_RANGES = {
    "num_joints": (1, _MOST_JOINTS),
    "root": (0, _MOST_JOINTS),
    "width": (1, 65536),
    "num_blocks": (0, 1000),
}
_DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(Lifter.__init__).parameters.items()
    if name in _OF_LIFTER
}
OF_KERAS = ("name", "trainable", "dtype")
"""Settings of a network that are Keras's, and that a weights file does not hold."""


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
        "lifter": {name: value for name, value in lifter.items() if name not in OF_KERAS},
        "skeleton": dataclasses.asdict(estimator.skeleton),
        **{name: getattr(estimator, name) for name in _OWN},
    }
    arrays = {name: weight.numpy() for name, weight in named_weights(estimator).items()}
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **{_CONFIG: np.array(json.dumps(config))}, **arrays)


def read_weights_file(path: str | Path) -> PoseEstimator:
    """Reads an estimator from a weights file.

    Raises:
      InputError: If the file is damaged, is another kind of archive, or its settings and weights
        are not those of a lifter.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = check_members(archive)
            if members[f"{_CONFIG}.npy"].file_size > _MOST_TEXT:
                raise ValueError(f"its {_CONFIG} is too long")
            settings = parse_settings(str(_read(archive, _CONFIG, ())))
            if settings.pop("format", None) != _FORMAT:
                raise ValueError("it was written by another version of posenet3d")

            def read(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
                known = {f"{name}.npy" for name in (_CONFIG, *shapes)}
                if known != members.keys():
                    raise ValueError(f"its weights are not those of {settings['lifter']}")
                return {name: _read(archive, name, shape) for name, shape in shapes.items()}

            return rebuild(settings, read)
    except Exception as error:  # a damaged file fails in many ways, and all mean the same
        raise InputError(f"{path} cannot be read as a weights file: {reason_of(error)}") from error


def parse_settings(text: str | bytes) -> dict[str, Any]:
    """Settings from JSON.

    Raises:
      ValueError: If it is none, is nothing with names, or has a number that is not finite.
    """

    def refuse(constant: str) -> None:
        raise ValueError(f"its settings hold {constant}")

    settings = json.loads(text, parse_constant=refuse)
    if not isinstance(settings, dict):
        raise ValueError("its settings have no names")
    return settings


def rebuild(
    settings: dict[str, Any],
    read: Callable[[dict[str, tuple[int, ...]]], dict[str, np.ndarray]],
    of_keras: tuple[dict[str, Any], dict[str, Any]] = ({}, {}),
) -> PoseEstimator:
    """Makes an estimator of what a file holds; nothing is built before all of it was looked at.

    Args:
      settings: The arguments of a `PoseEstimator`; lifter and skeleton as dicts of theirs.
      read: Reads the weights of these shapes, by name.
      of_keras: What Keras's models take besides, of the estimator and of its lifter.

    Raises:
      ValueError: If a setting has another name, type or range, or a weight is not finite.
      Exception: What `read` raises.
    """
    lifter = _DEFAULTS | _checked("lifter", settings.get("lifter"), _OF_LIFTER)
    for name, (low, high) in _RANGES.items():
        if not low <= lifter[name] <= high:
            raise ValueError(f"{name} must lie between {low} and {high}, got {lifter[name]}")
    if lifter["normalisation"] not in NORMALISATIONS:
        raise ValueError(
            f"normalisation must be one of {list(NORMALISATIONS)}, got {lifter['normalisation']!r}"
        )
    skeleton = Skeleton.from_dict(_checked_skeleton(settings.get("skeleton")))
    own = {name: value for name, value in settings.items() if name not in ("lifter", "skeleton")}
    own = _checked("the estimator", own, _OWN)
    values = read(shapes_of(lifter))
    check_values(values)
    estimator = PoseEstimator(Lifter(**lifter, **of_keras[1]), skeleton, **own, **of_keras[0])
    for name, weight in named_weights(estimator).items():
        weight.assign(values[name])
    estimator.gap_filler.check()
    return estimator


def _checked(what: str, settings: Any, kinds: dict[str, tuple[type, ...]]) -> dict[str, Any]:
    """The settings, all of which have a known name and one of its types."""
    if not isinstance(settings, dict):
        raise ValueError(f"it holds no settings of {what}")
    for name, value in settings.items():
        if name not in kinds:
            raise ValueError(f"{what} has no setting {name[:50]!r}")
        if type(value) not in kinds[name] or (isinstance(value, str) and len(value) > _LONGEST):
            raise ValueError(f"{name} of {what} must not be {repr(value)[:50]}")
    return settings


def _checked_skeleton(settings: Any) -> dict[str, Any]:
    lists = dict.fromkeys(_OF_JOINTS, (list,))
    skeleton = _checked("skeleton", settings, lists | {"name": (str,)})
    for name in lists.keys() & skeleton.keys():
        if len(skeleton[name]) > _MOST_JOINTS:
            raise ValueError(f"{name} of skeleton has more than {_MOST_JOINTS} joints")
        for value in skeleton[name]:
            if type(value) not in _OF_JOINTS[name]:
                raise ValueError(f"{name} of skeleton must not hold {repr(value)[:50]}")
    return skeleton


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
