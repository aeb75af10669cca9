"""The weights file: an estimator as plain arrays and JSON, which every version of Keras can read.

An `.npz` archive. `config` is a JSON text of the estimator's settings, its lifter's and its
skeleton; every other array is a weight by its name (`weights.named_weights`).
"""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

from posenet3d.files.npz import ReadArrays, reading_weights, save_weights
from posenet3d.models.blocks import NORMALISATIONS
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.lifter import Lifter
from posenet3d.models.weights import check_values, named_weights, shapes_of
from posenet3d.skeletons.skeleton import Skeleton

_FORMAT = "posenet3d estimator 1"
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
    settings = {
        "format": _FORMAT,
        "lifter": lifter_settings(estimator.lifter),
        "skeleton": dataclasses.asdict(estimator.skeleton),
        **{name: getattr(estimator, name) for name in _OWN},
    }
    arrays = {name: weight.numpy() for name, weight in named_weights(estimator).items()}
    save_weights(path, settings, arrays)


def lifter_settings(lifter: Lifter) -> dict[str, Any]:
    """A lifter's own settings, as plain data."""
    return {name: v for name, v in lifter.get_config().items() if name not in OF_KERAS}


def read_weights_file(path: str | Path) -> PoseEstimator:
    """Reads an estimator from a weights file.

    Raises:
      InputError: If the file is damaged, is another kind of archive, or its settings and weights
        are not those of a lifter.
    """
    with reading_weights(path, _FORMAT) as (settings, read):
        return rebuild(settings, read)


def rebuild(
    settings: dict[str, Any],
    read: ReadArrays,
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
    lifter = checked_lifter(settings.get("lifter"))
    skeleton = checked_skeleton(settings.get("skeleton"))
    own = {name: value for name, value in settings.items() if name not in ("lifter", "skeleton")}
    own = checked("the estimator", own, _OWN)
    values = read(shapes_of(lifter))
    check_values(values)
    estimator = PoseEstimator(Lifter(**lifter, **of_keras[1]), skeleton, **own, **of_keras[0])
    for name, weight in named_weights(estimator).items():
        weight.assign(values[name])
    estimator.gap_filler.check()
    return estimator


def checked_lifter(settings: Any) -> dict[str, Any]:
    """All arguments of a `Lifter`, from those that a file gives.

    Raises:
      ValueError: If one has another name, type or range.
    """
    lifter = _DEFAULTS | checked("lifter", settings, _OF_LIFTER)
    for name, (low, high) in _RANGES.items():
        if not low <= lifter[name] <= high:
            raise ValueError(f"{name} must lie between {low} and {high}, got {lifter[name]}")
    if lifter["normalisation"] not in NORMALISATIONS:
        raise ValueError(
            f"normalisation must be one of {list(NORMALISATIONS)}, got {lifter['normalisation']!r}"
        )
    return lifter


def checked_skeleton(settings: Any) -> Skeleton:
    """The skeleton that a file gives.

    Raises:
      ValueError: If it is none.
    """
    return Skeleton.from_dict(_checked_skeleton(settings))


def checked(what: str, settings: Any, kinds: dict[str, tuple[type, ...]]) -> dict[str, Any]:
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
    skeleton = checked("skeleton", settings, lists | {"name": (str,)})
    for name in lists.keys() & skeleton.keys():
        if len(skeleton[name]) > _MOST_JOINTS:
            raise ValueError(f"{name} of skeleton has more than {_MOST_JOINTS} joints")
        for value in skeleton[name]:
            if type(value) not in _OF_JOINTS[name]:
                raise ValueError(f"{name} of skeleton must not hold {repr(value)[:50]}")
    return skeleton
