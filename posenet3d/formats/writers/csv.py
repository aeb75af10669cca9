"""Lifted poses as a table of text, for spreadsheets and data frames."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.formats.interface.writer import EXPECTED_ERROR, SCORE, Writer
from posenet3d.geometry.axes import CAMERA, from_camera
from posenet3d.poses.lifted import Lifted

COLUMNS = (
    "frame", "person", "joint", "x", "y", "z", "filled", "interpolated", "score", "expected_error",
    "exchanged", "root_x", "root_y", "root_z", "levelled",
)  # fmt: skip
"""The first line of the file."""

_DECIMALS = 5


def write_csv(path: str | Path, parts: Iterable[Lifted], up: str = CAMERA) -> None:
    """Writes a row a joint (RFC 4180, UTF-8, a header line); whole or not at all.

    | column | meaning |
    |---|---|
    | `frame`, `person` | image id and person id, as in the input |
    | `joint` | its name |
    | `x`, `y`, `z` | from the root; pose units, or mm if lifted with a height; empty: not lifted |
    | `filled` | 1: the joint was missing and has been guessed; else 0 |
    | `interpolated` | 1: not seen in this frame; between the poses before and after; else 0 |
    | `score` | of the person's pose, as `LiftResult` defines it; empty: not known |
    | `expected_error` | how far the joint is expected to be off, in the unit of `x`; or empty |
    | `exchanged` | 1: the detector gave the joint to the other side; put right; else 0 |
    | `root_x`, `root_y`, `root_z` | where the root is in the room, mm; empty: not known |
    | `levelled` | degrees of the camera's tilt that were undone; empty: the camera's frame |

    Args:
      path: The file to write, ending in `.csv`.
      parts: The people in parts, of which one at a time is in memory.
      up: The axes: `"camera"` as lifted, or `"y"` or `"z"` up (`formats.axes`).

    Raises:
      InputError: If the folder of `path` does not exist.
    """
    with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for part in parts:
            writer.writerows(_rows(part, up))


def _rows(part: Lifted, up: str) -> Iterator[tuple]:
    people, result = part.people, part.result
    points = _cells(from_camera(result.keypoints_3d, up))
    scores, errors = _cells(result.score), _cells(result.expected_error)
    roots, levelled = _cells(from_camera(part.root_3d, up)), _cells(part.levelled)
    filled = np.asarray(result.filled, int).tolist()
    interpolated = part.interpolated.astype(int).tolist()
    exchanged = part.exchanged.astype(int).tolist()
    for row, (frame, person) in enumerate(zip(people.image_ids, people.person_ids, strict=True)):
        for joint, name in enumerate(people.skeleton.joint_names):
            marks = (filled[row][joint], interpolated[row], scores[row], errors[row][joint])
            place = (exchanged[row][joint], *roots[row], levelled[row])
            yield (frame, person, name, *points[row][joint], *marks, *place)


def _cells(values: np.ndarray) -> list:
    """Numbers as nested lists, None (an empty cell) where there is none."""
    rounded = np.asarray(values, np.float64).round(_DECIMALS)
    return np.where(np.isnan(rounded), None, rounded.astype(object)).tolist()


WRITER = Writer(".csv", ups=(CAMERA, "y", "z"), people=write_csv, holds=(SCORE, EXPECTED_ERROR))
