"""COCO keypoint files: a detector's results and human annotations.

The format is that of https://cocodataset.org/#format-data (keypoint detection) and
https://cocodataset.org/#format-results.
"""

from __future__ import annotations

import reprlib
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.people import People
from posenet3d.formats.readers import persons
from posenet3d.formats.readers.json_file import load_json
from posenet3d.formats.readers.persons import Place
from posenet3d.skeleton import COCO_17


def is_coco(content: object) -> bool:
    """Whether JSON is COCO keypoints by its keys: results or annotations."""
    if isinstance(content, dict):
        return "annotations" in content
    return isinstance(content, list) and any(
        isinstance(entry, dict) and ("keypoints" in entry or "image_id" in entry)
        for entry in content
    )


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
    return persons.numbered(coco_people(path, load_json(path)))


def coco_people(path: str | Path, content: object, first: int = 0) -> People:
    """The persons of a file, or of some of its entries.

    Args:
      path: The file, for messages.
      content: What `load_json` gives; its list may be cut to some entries.
      first: The number of the first of them in the file.

    Returns:
      As `read_coco`, but person ids are None where there are none.
    """
    if isinstance(content, list):
        return _read_results(path, content, first)
    if isinstance(content, dict) and isinstance(content.get("annotations"), list):
        return _read_annotations(path, content, first)
    raise InputError(
        f"{path} is not a COCO keypoint file: expected a list of results or an object with a list "
        f"'annotations', got {persons.kind_of(content)}."
    )


def _read_results(path: str | Path, results: list[Any], first: int) -> People:
    entries = persons.need_objects(path, results, "results", first)
    places = _places(path, entries, first)
    image_ids = [
        persons.identifier(place, entry, "image_id")
        for place, entry in zip(places, entries, strict=True)
    ]
    return persons.make_people(
        [_values(place, entry) for place, entry in zip(places, entries, strict=True)],
        places,
        COCO_17,
        image_ids,
        [None] * len(image_ids),
    )


def _read_annotations(path: str | Path, content: dict[str, Any], first: int) -> People:
    entries = persons.need_objects(path, content["annotations"], "annotations", first)
    places = _places(path, entries, first)
    images = _images(path, content.get("images"))
    foreign = _categories_with_other_joints(path, content.get("categories"))
    values = np.zeros((len(entries), COCO_17.num_joints, 3))
    for row, (place, entry) in enumerate(zip(places, entries, strict=True)):
        if _has_keypoints(entry) and coco_key(entry.get("category_id")) not in foreign:
            values[row] = _values(place, entry)
    persons.refuse(
        ~np.isin(values[..., 2], (0, 1, 2)),
        values[..., 2],
        places,
        COCO_17,
        "visibility {} is not 0, 1 or 2; a detector's confidences belong into a list of results.",
    )
    values[..., 2] = values[..., 2] > 0
    image_ids, person_ids = [], []
    for place, entry in zip(places, entries, strict=True):
        image_ids.append(persons.identifier(place, entry, "image_id"))
        has_id = "id" in entry
        person_ids.append(persons.identifier(place, entry, "id") if has_id else place.person)
    sizes, names = zip(*(images.get(i, (None, None)) for i in image_ids), strict=True)
    return persons.make_people(
        values, places, COCO_17, image_ids, person_ids, image_sizes=sizes, file_names=names
    )


def _places(path: str | Path, entries: list[dict[str, Any]], first: int) -> list[Place]:
    return [
        Place(path, number, entry.get("image_id")) for number, entry in enumerate(entries, first)
    ]


def _values(place: Place, entry: dict[str, Any]) -> np.ndarray:
    return persons.keypoint_values(place, entry.get("keypoints"), "keypoints", [COCO_17])[1]


def _has_keypoints(entry: dict[str, Any]) -> bool:
    return entry.get("keypoints") not in (None, []) and entry.get("iscrowd") != 1


def coco_key(value: object) -> int | str | None:
    """The value if it may serve as the key of a lookup, else None, which finds nothing."""
    return value if persons.is_identifier(value) else None


def _images(
    path: str | Path, images: object
) -> dict[int | str, tuple[tuple[int, int] | None, str | None]]:
    """{image id: ((width, height) or None, file name or None)}."""
    found = {}
    for image in _objects(path, images, "images"):
        size = (image.get("width"), image.get("height"))
        name = image.get("file_name")
        found[coco_key(image.get("id"))] = (
            size if all(type(s) is int and 0 < s <= persons.MAX_PIXELS for s in size) else None,
            name if isinstance(name, str) and persons.is_identifier(name) else None,
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
    return {coco_key(c.get("id")) for c in foreign} - {None}


def _objects(path: str | Path, items: object, kind: str) -> list[dict[str, Any]]:
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError(f"{path}: {kind!r} must be a list of objects.")
    return items
