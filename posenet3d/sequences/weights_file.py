"""The file of a lifter of sequences: settings and weights as plain arrays."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from posenet3d.files.npz import reading_weights, save_weights
from posenet3d.models.lifter import Lifter
from posenet3d.models.weights import check_values, named_weights, shapes_of
from posenet3d.models.weights_file import (
    checked,
    checked_lifter,
    checked_skeleton,
    lifter_settings,
)
from posenet3d.sequences.estimator import SequenceEstimator
from posenet3d.sequences.keypoint_filter import KeypointFilter
from posenet3d.sequences.lifter import SequenceLifter

_FORMAT = "posenet3d sequence 1"
_SETTINGS = {"hidden": (int,), "filtered": (int,), "dilations": (list,)}
_MOST_HIDDEN, _MOST_FILTERED, _FARTHEST, _MOST_UNITS = 65536, 64, 1000, 100


def save_sequence_file(estimator: SequenceEstimator, path: str | Path) -> None:
    """Writes a `sequence.npz`; all or nothing.

    Raises:
      InputError: If the name does not end in `.npz`, or its folder does not exist.
    """
    settings = {
        "format": _FORMAT,
        "lifter": lifter_settings(estimator.lifter.lifter),
        "skeleton": dataclasses.asdict(estimator.skeleton),
        "hidden": estimator.lifter.hidden,
        "filtered": estimator.lifter.filtered,
        "dilations": [list(group) for group in estimator.lifter.dilations],
    }
    arrays = {name: weight.numpy() for name, weight in named_weights(estimator).items()}
    save_weights(path, settings, arrays)


def read_sequence_file(path: str | Path) -> SequenceEstimator:
    """Reads a `sequence.npz`; nothing is built before all of it was looked at.

    Raises:
      InputError: If the file is damaged, is another kind of archive, or its settings and weights
        are not those of a lifter of sequences.
    """
    with reading_weights(path, _FORMAT) as (settings, read):
        lifter = checked_lifter(settings.pop("lifter", None))
        skeleton = checked_skeleton(settings.pop("skeleton", None))
        checked("the estimator", settings, _SETTINGS)
        if missing := _SETTINGS.keys() - settings.keys():
            raise ValueError(f"its settings lack {', '.join(sorted(missing))}")
        hidden, filtered, dilations = (settings[name] for name in _SETTINGS)
        if not 1 <= hidden <= _MOST_HIDDEN:
            raise ValueError(f"hidden must lie between 1 and {_MOST_HIDDEN}, got {hidden}")
        if not 1 <= filtered <= _MOST_FILTERED:
            raise ValueError(f"filtered must lie between 1 and {_MOST_FILTERED}, got {filtered}")
        if not all(isinstance(group, list) and len(group) <= _MOST_UNITS for group in dilations):
            raise ValueError(f"dilations must be lists of at most {_MOST_UNITS} numbers")
        flat = [dilation for group in dilations for dilation in group]
        if not all(type(d) is int and 1 <= d <= _FARTHEST for d in flat):
            raise ValueError(f"dilations must be whole numbers of 1 to {_FARTHEST}")
        if len(dilations) != lifter["num_blocks"] + 1:
            raise ValueError(
                f"{lifter['num_blocks']} blocks need one more groups of dilations, not "
                f"{len(dilations)}"
            )
        settings["lifter"] = lifter  # for the reader's message
        values = read(_shapes(lifter, hidden, filtered, len(flat)))
        check_values(values)
        network = SequenceLifter(Lifter(**lifter), hidden, filtered, dilations)
        estimator = SequenceEstimator(network, skeleton)
        for name, weight in named_weights(estimator).items():
            weight.assign(values[name])
        estimator.gap_filler.check()
        return estimator


def _shapes(
    lifter: dict[str, Any], hidden: int, filtered: int, units: int
) -> dict[str, tuple[int, ...]]:
    """The shapes of an estimator's weights, by name."""
    width, joints = lifter["width"], lifter["num_joints"]
    shapes = {
        f"lifter/{name}" if name.startswith("lifter/") else name: shape
        for name, shape in shapes_of(lifter).items()
    }
    layers = KeypointFilter(joints, filtered)
    path = "lifter/keypoint_filter"
    for name, rows, columns in (
        ("first", layers.num_features, layers.width),
        ("second", layers.width, layers.width),
        ("out", layers.width, 3),
    ):
        shapes[f"{path}/{name}/kernel"] = (rows, columns)
        shapes[f"{path}/{name}/bias"] = (columns,)
    shapes[f"{path}/linear/kernel"] = (layers.num_features, 3)
    for unit in range(units):
        path = f"lifter/temporal/{unit}"
        shapes[f"{path}/narrow/kernel"] = (width + joints + 3, hidden)
        shapes[f"{path}/narrow/bias"] = (hidden,)
        shapes[f"{path}/now/kernel"] = (hidden, hidden)
        shapes[f"{path}/now/bias"] = (hidden,)
        shapes[f"{path}/before/kernel"] = (hidden, hidden)
        shapes[f"{path}/after/kernel"] = (hidden, hidden)
        shapes[f"{path}/widen/kernel"] = (hidden, width)
        shapes[f"{path}/widen/bias"] = (width,)
    return shapes
