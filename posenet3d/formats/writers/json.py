"""Lifted poses as JSON, for everything that does not read NumPy's archives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.formats.interface.writer import (
    CONFIDENCE,
    EXPECTED_ERROR,
    PROBLEMS,
    SCORE,
    Writer,
)
from posenet3d.geometry.axes import CAMERA, from_camera
from posenet3d.poses.lifted import Lifted

DECIMALS = 5
"""Digits after the point: a hundred-thousandth of a millimetre, or of a pose's size."""

_AXES = {
    CAMERA: {"x": "right", "y": "down", "z": "away from the camera"},
    "y": {"x": "right", "y": "up", "z": "towards the camera"},
    "z": {"x": "right", "y": "away from the camera", "z": "up"},
}


def write_json(path: str | Path, parts: Iterable[Lifted], up: str = CAMERA) -> None:
    """Writes persons and what became of them; the file appears whole or not at all.

    One object (RFC 8259, UTF-8; no NaN, which JSON does not have), a line a person:

    - `unit`: of `keypoints_3d` and `expected_error`: `pose` (the pose's own size) or `mm`
    - `axes`: `{"x": "right", ...}`, what the three axes point to
    - `joints`, `parents`: J names, and the index of each one's parent (-1: root)
    - `people`: a list of objects, in the order of the input:
        - `image_id`, `person_id`: as in the input
        - `lifted`: whether there is a 3D pose; `problem`: why not, or `""`
        - `interpolated`: not seen in this frame; the pose lies between those before and after
        - `keypoints_3d`: J times `[x, y, z]`, from the root; null: not lifted
        - `filled`: J booleans: the joint was missing and has been guessed
        - `root_3d`: `[x, y, z]` in mm, where the root is in the room; null: not known
        - `levelled`: degrees of the camera's tilt that were undone; null: the camera's own frame
        - `exchanged`: J booleans: the detector gave the joint to the other side; put right
        - `score`, `elevation`: as `LiftResult` defines them; null: not known
        - `expected_error`: how far each of the J joints is expected to be off; null: not known
        - `keypoints_2d`, `confidence`: what was lifted: J times `[x, y]` in pixels, and J numbers

    Args:
      path: The file to write, ending in `.json`.
      parts: The people in parts, of which one at a time is in memory.
      up: The axes of `keypoints_3d`: `"camera"` as lifted, or `"y"` or `"z"` up (`formats.axes`).

    Raises:
      InputError: If the folder of `path` does not exist.
    """
    with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        separator = ""
        for part in parts:
            if not separator:
                file.write(_head(part, up))
            for entry in _entries(part, up):
                file.write(separator + _dumps(entry))
                separator = ",\n"
        file.write("]}\n")


def _head(part: Lifted, up: str) -> str:
    """The object up to its first person, who opens the list."""
    skeleton = part.people.skeleton
    about = {
        "unit": part.result.unit,
        "axes": _AXES[up],
        "joints": list(skeleton.joint_names),
        "parents": list(skeleton.parents),
        "people": [],
    }
    return _dumps(about).removesuffix("]}") + "\n"


def _entries(part: Lifted, up: str) -> Iterator[dict[str, Any]]:
    people, result = part.people, part.result
    points = from_camera(result.keypoints_3d, up).round(DECIMALS)
    roots = from_camera(part.root_3d, up)
    keypoints_2d = people.keypoints_2d.astype(np.float64).round(DECIMALS)
    confidence = people.confidence.astype(np.float64).round(DECIMALS)
    for row in range(len(people)):
        yield {
            "image_id": people.image_ids[row],
            "person_id": people.person_ids[row],
            "lifted": bool(result.lifted[row]),
            "interpolated": bool(part.interpolated[row]),
            "problem": result.problems[row],
            "keypoints_3d": points[row].tolist() if result.lifted[row] else None,
            "filled": np.asarray(result.filled[row], bool).tolist(),
            "exchanged": part.exchanged[row].tolist(),
            "root_3d": _numbers(roots[row]),
            "levelled": _number(part.levelled[row]),
            "score": _number(result.score[row]),
            "elevation": _number(result.elevation[row]),
            "expected_error": _numbers(result.expected_error[row]),
            "keypoints_2d": keypoints_2d[row].tolist(),
            "confidence": confidence[row].tolist(),
        }


def _dumps(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _number(value: float) -> float | None:
    return round(float(value), DECIMALS) if np.isfinite(value) else None


def _numbers(values: np.ndarray) -> list[float] | None:
    values = np.asarray(values, np.float64)
    return values.round(DECIMALS).tolist() if np.isfinite(values).all() else None


WRITER = Writer(
    ".json",
    ups=(CAMERA, "y", "z"),
    people=write_json,
    holds=(CONFIDENCE, SCORE, PROBLEMS, EXPECTED_ERROR),
)
