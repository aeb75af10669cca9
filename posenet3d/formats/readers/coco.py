"""COCO keypoint files: a detector's results and human annotations.

The format is that of https://cocodataset.org/#format-data (keypoint detection) and
https://cocodataset.org/#format-results.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.people import People
from posenet3d.formats.readers.json_file import load_json
from posenet3d.skeleton import COCO_17

_VALUES = 3 * COCO_17.num_joints
_MAX_PIXELS = 1e6  # a coordinate beyond it is a fault of the file, whatever the camera
_CONFIDENCE_SLACK = 0.1  # heat map peaks overshoot [0, 1] by a few hundredths; ours


def read_coco(path: str | Path) -> People:
    """Reads COCO person keypoints, results or annotations; the content tells which.

    Results are a list of `{"image_id", "keypoints": [x, y, c] * 17, ...}`. The confidence `c` is
    clipped to [0, 1] if it lies outside by less than 0.1; 0 marks a missing joint.

    Annotations are `{"images", "annotations": [{"id", "image_id", "keypoints", ...}],
    "categories"}`. Joints with visibility v = 0 are missing; v = 1 (labelled though hidden) and
    v = 2 (visible) both get confidence 1, because a human placed both. Crowds, annotations without
    keypoints and those of categories with other joints are kept, all their joints missing.

    Args:
      path: The `.json` file.

    Returns:
      Every person of every image in the order of the file, on `COCO_17`. Missing joints are at
      (0, 0). The person ids are the annotations' ids; in results, the number within the image.

    Raises:
      InputError: If the file is not such a file or a value in it cannot be meant; the message
        names the person (numbered from 0 as in the file), the image and the joint.
    """
    content = load_json(path)
    if isinstance(content, list):
        return _read_results(path, content)
    if isinstance(content, dict) and isinstance(content.get("annotations"), list):
        return _read_annotations(path, content)
    found = (
        f"an object with the keys {', '.join(repr(k)[:40] for k in list(content)[:8]) or '(none)'}"
        if isinstance(content, dict)
        else f"a single {type(content).__name__}"
    )
    raise InputError(
        f"{path} is not a COCO keypoint file: expected a list of results or an object with a list "
        f"'annotations', got {found}."
    )


@dataclasses.dataclass(frozen=True)
class _Place:
    """Where in the file an entry stands, for messages."""

    path: str | Path
    person: int

    def fault(self, entry: dict[str, Any], what: str) -> InputError:
        image = f" (image {reprlib.repr(entry['image_id'])})" if "image_id" in entry else ""
        return InputError(f"{self.path}: person {self.person}{image}{what}")


def _read_results(path: str | Path, results: list[Any]) -> People:
    entries = _entries(path, results, "results")
    values = np.stack([_keypoint_values(place, entry) for place, entry in entries])
    values = values.reshape(-1, COCO_17.num_joints, 3)
    slack = _CONFIDENCE_SLACK
    _refuse(
        (values[..., 2] < -slack) | (values[..., 2] > 1 + slack),
        values[..., 2],
        entries,
        "confidence {} is outside [0, 1]; scale the detector's scores to it.",
    )
    image_ids = tuple(_identifier(place, entry, "image_id") for place, entry in entries)
    seen: Counter[int | str] = Counter()
    numbers = []
    for image_id in image_ids:
        numbers.append(seen[image_id])
        seen[image_id] += 1
    return _people(values, entries, image_ids, tuple(numbers))


def _read_annotations(path: str | Path, content: dict[str, Any]) -> People:
    entries = _entries(path, content["annotations"], "annotations")
    images = _images(path, content.get("images"))
    foreign = _categories_with_other_joints(path, content.get("categories"))
    values = np.zeros((len(entries), _VALUES))
    for row, (place, entry) in enumerate(entries):
        if _has_keypoints(entry) and _key(entry.get("category_id")) not in foreign:
            values[row] = _keypoint_values(place, entry)
    values = values.reshape(-1, COCO_17.num_joints, 3)
    _refuse(
        ~np.isin(values[..., 2], (0, 1, 2)),
        values[..., 2],
        entries,
        "visibility {} is not 0, 1 or 2; a detector's confidences belong into a list of results.",
    )
    values[..., 2] = values[..., 2] > 0
    image_ids = tuple(_identifier(place, entry, "image_id") for place, entry in entries)
    person_ids = tuple(
        _identifier(place, entry, "id") if "id" in entry else place.person
        for place, entry in entries
    )
    sizes, names = zip(*(images.get(i, (None, None)) for i in image_ids), strict=True)
    return _people(values, entries, image_ids, person_ids, sizes, names)


def _people(
    values: np.ndarray,
    entries: list[tuple[_Place, dict[str, Any]]],
    image_ids: tuple[int | str, ...],
    person_ids: tuple[int | str, ...],
    image_sizes: tuple[tuple[int, int] | None, ...] | None = None,
    file_names: tuple[str | None, ...] | None = None,
) -> People:
    """The record from `[P, 17, 3]` of x, y and confidence, the coordinates checked here."""
    for axis in range(2):
        coordinate = values[..., axis]
        message = f"{'xy'[axis]} = {{}} px cannot be meant."
        _refuse(~(np.abs(coordinate) <= _MAX_PIXELS), coordinate, entries, message)
    confidence = np.clip(values[..., 2], 0, 1).astype(np.float32)
    keypoints_2d = np.where(confidence[..., None] > 0, values[..., :2], 0).astype(np.float32)
    return People(
        keypoints_2d,
        confidence,
        COCO_17,
        image_ids,
        person_ids,
        image_sizes if image_sizes and any(image_sizes) else None,
        file_names if file_names and any(file_names) else None,
    )


def _refuse(
    wrong: np.ndarray,
    values: np.ndarray,
    entries: list[tuple[_Place, dict[str, Any]]],
    message: str,
) -> None:
    """Raises for the first joint that is wrong, if there is one; both arrays are `[P, 17]`."""
    if wrong.any():
        row, joint = np.argwhere(wrong)[0]
        place, entry = entries[row]
        value = f"{values[row, joint]:g}"
        name = COCO_17.joint_names[joint]
        raise place.fault(entry, f", joint {name}: {message.format(value)}")


def _entries(path: str | Path, items: list[Any], kind: str) -> list[tuple[_Place, dict[str, Any]]]:
    if not items:
        raise InputError(f"{path} lists no person: its list of {kind} is empty.")
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            raise InputError(
                f"{path}: person {number} of the {kind} must be an object with 'image_id' and "
                f"'keypoints', got a {type(item).__name__}."
            )
    return [(_Place(path, number), item) for number, item in enumerate(items)]


def _keypoint_values(place: _Place, entry: dict[str, Any]) -> np.ndarray:
    """The 51 numbers of one person."""
    values = entry.get("keypoints")
    if not isinstance(values, list):
        found = "nothing" if values is None else f"a {type(values).__name__}"
        raise place.fault(entry, f" needs a list 'keypoints' of {_VALUES} numbers, got {found}.")
    if len(values) != _VALUES:
        raise place.fault(
            entry,
            f" has {len(values)} numbers in 'keypoints', expected {_VALUES} "
            f"(x, y and confidence of COCO's {COCO_17.num_joints} joints).",
        )
    for i, value in enumerate(values):
        if type(value) is not float and type(value) is not int:  # bool is an int to isinstance
            joint = COCO_17.joint_names[i // 3]
            raise place.fault(entry, f", joint {joint}: {reprlib.repr(value)} is not a number.")
    try:
        return np.array(values, np.float64)
    except OverflowError:
        raise place.fault(entry, " has a number in 'keypoints' that is far too large.") from None


def _has_keypoints(entry: dict[str, Any]) -> bool:
    return entry.get("keypoints") not in (None, []) and entry.get("iscrowd") != 1


def _identifier(place: _Place, entry: dict[str, Any], key: str) -> int | str:
    if key not in entry:
        raise place.fault(entry, f" has no {key!r}; every person needs one.")
    value = entry[key]
    if not _is_identifier(value):
        found = reprlib.repr(value)
        raise place.fault(entry, f" has the {key!r} {found}; expected a whole number or a text.")
    return value


def _is_identifier(value: object) -> bool:
    """Whether it can be printed and stored: a 64-bit number, or text without lone surrogates."""
    if isinstance(value, str):
        return not any("\ud800" <= c <= "\udfff" for c in value)
    return type(value) is int and -(2**63) <= value < 2**63


def _key(value: object) -> int | str | None:
    """The value if it may serve as the key of a lookup, else None, which finds nothing."""
    return value if _is_identifier(value) else None


def _images(
    path: str | Path, images: object
) -> dict[int | str, tuple[tuple[int, int] | None, str | None]]:
    """{image id: ((width, height) or None, file name or None)}."""
    found = {}
    for image in _objects(path, images, "images"):
        size = (image.get("width"), image.get("height"))
        name = image.get("file_name")
        found[_key(image.get("id"))] = (
            size if all(type(s) is int and 0 < s <= _MAX_PIXELS for s in size) else None,
            name if isinstance(name, str) and _is_identifier(name) else None,
        )
    return found


def _categories_with_other_joints(path: str | Path, categories: object) -> set[int | str | None]:
    """Ids of categories that declare joints other than COCO's person has.

    Raises:
      InputError: If all of them do: then it is a file of another kind.
    """
    categories = _objects(path, categories, "categories")
    foreign = [
        c for c in categories if c.get("keypoints") not in (None, [], [*COCO_17.joint_names])
    ]
    if foreign and len(foreign) == len(categories):
        name, joints = (reprlib.repr(foreign[0].get(key)) for key in ("name", "keypoints"))
        raise InputError(
            f"{path}: the category {name} has the joints {joints}; expected COCO's "
            f"{COCO_17.num_joints}: {', '.join(COCO_17.joint_names)}."
        )
    return {_key(c.get("id")) for c in foreign} - {None}


def _objects(path: str | Path, items: object, kind: str) -> list[dict[str, Any]]:
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError(f"{path}: {kind!r} must be a list of objects.")
    return items
