"""From a person's height to millimetres."""

from __future__ import annotations

import numpy as np

from posenet3d.errors import InputError
from posenet3d.skeletons.heights import ANKLES, TOP
from posenet3d.skeletons.skeleton import Skeleton

ANKLE_TO_TOP = TOP - ANKLES
"""Share of the stature between ankle and top of the head."""

ASSUMED_HEIGHT_MM = 1750.0
"""Standing height of people where the format needs one and none was given; ours."""

SMALLEST_MM = 300.0
"""Heights below it are in another unit: metres end below 3, centimetres below 300, and hardly
anybody is shorter even at birth (about 500 mm); ours."""


def check_height(height_mm: float | np.ndarray, count: int, skeleton: Skeleton) -> np.ndarray:
    """The heights of `count` people as float32, one number or `[count]`.

    Raises:
      InputError: If they are no heights in mm, or the skeleton's joints do not tell a height.
    """
    if not skeleton.stature_weights:
        raise InputError(
            f"height_mm cannot be used with the skeleton {skeleton.name!r}: its joints do not tell "
            "the height of a body. Outputs in mm, cm or m need it; .npz, .json and .csv do not."
        )
    try:
        heights = np.asarray(height_mm, np.float32)
    except (ValueError, TypeError):
        heights = np.array(np.nan)
    if heights.shape not in ((), (count,)) or not ((heights > 0) & (heights < np.inf)).all():
        raise InputError(
            f"height_mm must be one positive number or {count} of them, got {height_mm}."
        )
    if (heights < SMALLEST_MM).any():
        height = float(heights.min())
        raise InputError(
            f"height_mm is the standing height in millimetres, at least {SMALLEST_MM:g}; got "
            f"{height:g}.{_meant(height)}"
        )
    return heights


def _meant(height: float) -> str:
    """What a number could have been in mm, as metres or as centimetres; else an example."""
    for mm_a_unit, name in ((1000, "metres"), (10, "centimetres")):
        if SMALLEST_MM <= mm_a_unit * height < 10 * SMALLEST_MM:
            return f" If these are {name}, did you mean {mm_a_unit * height:.0f}?"
    return f" For example, {ASSUMED_HEIGHT_MM:g} is 1.75 m."


def mm_a_unit(keypoints_3d: np.ndarray, height_mm: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """Factors `[N, 1, 1]` that give each body `[N, J, 3]` the length its stature says.

    Of true joints the length is right for people of mean proportions (`heights.stature_weights`).
    """
    parents, children = np.array(skeleton.bones).T
    lengths = np.linalg.norm(keypoints_3d[:, children] - keypoints_3d[:, parents], axis=-1)
    length = lengths @ np.array(skeleton.stature_weights, np.float32)
    return (ANKLE_TO_TOP * height_mm / length).astype(np.float32)[:, None, None]
