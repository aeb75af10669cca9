"""COCO keypoint files: a detector's results and human annotations.

The format is that of https://cocodataset.org/#format-data (keypoint detection) and
https://cocodataset.org/#format-results.
"""

from __future__ import annotations

import dataclasses
import reprlib
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import is_list, list_under, one_unit
from posenet3d.formats.interface.reader import Reader, Units, from_json
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_numbers import JointNumbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import Listed, People
from posenet3d.skeletons.map_files.map_file import MapFile, advice
from posenet3d.skeletons.skeleton import COCO_17, Skeleton


def is_coco(content: object) -> bool:
    """Whether JSON is COCO keypoints by its keys: results or annotations."""
    if isinstance(content, dict):
        return "annotations" in content
    return isinstance(content, list) and any(
        isinstance(entry, dict) and ("keypoints" in entry or "image_id" in entry)
        for entry in content
    )


def read_coco(path: str | Path, map_file: MapFile | None = None) -> People:
    """Reads COCO person keypoints, results or annotations; the content tells which.

    Results are a list of `{"image_id", "keypoints": [x, y, c] * 17, ...}`. The confidence `c` is
    clipped to [0, 1] if it lies outside by less than 0.1; 0 marks a missing joint.

    Annotations are `{"images", "annotations": [{"id", "image_id", "keypoints", ...}],
    "categories"}`. Joints with visibility v = 0 are missing; v = 1 (labelled though hidden) and
    v = 2 (visible) both get confidence 1, because a human placed both. Crowds, annotations without
    keypoints and those of categories with other joints are kept, all their joints missing.

    Args:
      path: The `.json` file.
      map_file: The user's own skeleton, whose joints these are in the place of COCO's: in its
        order, or in that of the category's `keypoints`.

    Returns:
      Every person of every image in the order of the file, on `COCO_17` or the user's skeleton.
      Missing joints are at (0, 0). The person ids are the annotations' ids; in results, the number
      within the image.

    Raises:
      InputError: If the file is not such a file or a value in it cannot be meant; the message
        names the person (numbered from 0 as in the file), the image and the joint.
    """
    return READER.read(path, map_file=map_file)


def coco_people(
    path: str | Path, content: object, first: int = 0, map_file: MapFile | None = None
) -> People:
    """The persons of a file, or of some of its entries.

    Args:
      path: The file, for messages.
      content: What `load_json` gives; its list may be cut to some entries.
      first: The number of the first of them in the file.
      map_file: As in `read_coco`.

    Returns:
      As `read_coco`, but person ids are None where there are none.
    """
    if isinstance(content, list):
        skeleton = COCO_17 if map_file is None else map_file.skeleton
        return _read_results(path, content, first, skeleton)
    if isinstance(content, dict) and isinstance(content.get("annotations"), list):
        return _read_annotations(path, content, first, map_file)
    raise InputError(
        f"{path} is not a COCO keypoint file: expected a list of results or an object with a list "
        f"'annotations', got {persons.kind_of(content)}."
    )


def _read_results(path: str | Path, results: list[Any], first: int, skeleton: Skeleton) -> People:
    entries = persons.need_objects(path, results, "results", first)
    places = _places(path, entries, first)
    image_ids = [
        persons.identifier(place, entry, "image_id")
        for place, entry in zip(places, entries, strict=True)
    ]
    with JointNumbers() as joints:
        for place, entry in zip(places, entries, strict=True):
            _, numbers = persons.counted(place, entry.get("keypoints"), "keypoints", [skeleton])
            joints.add(place, numbers, "keypoints", skeleton)
    return persons.make_people(
        joints.arrays(),
        places,
        skeleton,
        image_ids,
        [None] * len(image_ids),
    )


def _read_annotations(
    path: str | Path, content: dict[str, Any], first: int, map_file: MapFile | None
) -> People:
    skeleton = COCO_17 if map_file is None else map_file.skeleton
    entries = persons.need_objects(path, content["annotations"], "annotations", first)
    places = _places(path, entries, first)
    images = _images(path, content.get("images"))
    joints_of = _joints_of_categories(path, content.get("categories"), map_file)
    values = np.zeros((len(entries), skeleton.num_joints, 3))
    for row, (place, entry) in enumerate(zip(places, entries, strict=True)):
        joints = joints_of.get(coco_key(entry.get("category_id")), _Joints(skeleton))
        if _has_keypoints(entry) and joints is not None:
            numbers = _values(place, entry, joints.skeleton)
            if joints.places is not None:
                numbers = map_file.arrange(joints.places, numbers, None)[0]
            values[row] = numbers
    persons.refuse(
        ~np.isin(values[..., 2], (0, 1, 2)),
        values[..., 2],
        places,
        skeleton,
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
        values, places, skeleton, image_ids, person_ids, image_sizes=sizes, file_names=names
    )


def _places(path: str | Path, entries: list[dict[str, Any]], first: int) -> list[Place]:
    return [
        Place(path, number, entry.get("image_id")) for number, entry in enumerate(entries, first)
    ]


def _values(place: Place, entry: dict[str, Any], skeleton: Skeleton) -> np.ndarray:
    return persons.keypoint_values(place, entry.get("keypoints"), "keypoints", [skeleton])[1]


def _has_keypoints(entry: dict[str, Any]) -> bool:
    return entry.get("keypoints") not in (None, []) and entry.get("iscrowd") != 1


def coco_key(value: object) -> int | str | None:
    """The value if it may serve as the key of a lookup, else None, which finds nothing."""
    return persons.as_identifier(value)


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


@dataclasses.dataclass(frozen=True)
class _Joints:
    """The joints of a category, in its order, and where they go in the user's skeleton."""

    skeleton: Skeleton
    places: tuple[int | None, ...] | None = None


def _joints_of_categories(
    path: str | Path, categories: object, map_file: MapFile | None
) -> dict[int | str | None, _Joints | None]:
    """{category id: its joints}, None for those that declare joints of another skeleton.

    Raises:
      InputError: If all of them do: then it is a file of another kind.
    """
    found: dict[int | str | None, _Joints | None] = {}
    faults = []
    categories = _objects(path, categories, "categories")
    for category in categories:
        names = category.get("keypoints")
        if names in (None, []):
            continue
        try:
            found[coco_key(category.get("id"))] = _joints(
                path, category.get("name"), names, map_file
            )
        except InputError as fault:
            found[coco_key(category.get("id"))] = None
            faults.append(fault)
    if faults and len(faults) == len(categories):
        raise faults[0]
    found.pop(None, None)
    return found


def _joints(path: str | Path, name: object, names: object, map_file: MapFile | None) -> _Joints:
    if map_file is None and names == [*COCO_17.joint_names]:
        return _Joints(COCO_17)
    is_list = isinstance(names, list) and all(isinstance(n, str) for n in names)
    where = f"{path}: the category {reprlib.repr(name)}"
    if map_file is None or not is_list or len(set(names)) < len(names):
        raise InputError(
            f"{where} has the joints {reprlib.repr(names)}; expected COCO's {COCO_17.num_joints}: "
            f"{', '.join(COCO_17.joint_names)}." + (f" {advice(names)}" if is_list else "")
        )
    places = map_file.places(names, where)
    star = (-1, *[0] * (len(names) - 1))  # the tree does not matter here
    return _Joints(Skeleton(map_file.skeleton.name, tuple(names), star, (), ()), places)


def _listed(path: str | Path, images: list[Any]) -> Listed:
    """All images of the table, those without annotations too."""
    found = {i: name for i, (_, name) in _images(path, images).items() if i is not None}
    return Listed(tuple(found), tuple(found.values()))


def _objects(path: str | Path, items: object, kind: str) -> list[dict[str, Any]]:
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError(f"{path}: {kind!r} must be a list of objects.")
    return items


def _units(content: Content, map_file: MapFile | None) -> Units:
    """The entries of the list of results, or of the annotations."""
    path = content.path

    def read_list(batch: list[Any], first: int) -> People:
        return coco_people(path, batch, first, map_file)

    if is_list(content.json):
        return Units(content.json, "persons", read_list)
    key = "annotations"
    entries, header = list_under(content.json, key, ("images", "categories"))
    if entries is None:
        return one_unit(content.json, lambda all: coco_people(path, all, map_file=map_file))
    images = header["images"]
    is_table = isinstance(images, list) and all(isinstance(image, dict) for image in images)
    by_id = {coco_key(image.get("id")): image for image in images} if is_table else {}

    def read(batch: list[Any], first: int) -> People:
        part = header | {key: batch}
        if is_table:  # each part looks up its own images alone
            ids = {coco_key(e.get("image_id")) for e in batch if isinstance(e, dict)}
            part["images"] = [by_id[i] for i in ids if i in by_id]
        return coco_people(path, part, first, map_file)

    listed = (lambda: _listed(path, images)) if by_id else None
    return Units(entries, "annotations", read, listed)


READER = Reader(
    name="coco",
    recognises=from_json(is_coco),
    units=_units,
    takes=("map_file",),
    general=True,  # lists of AlphaPose and MMPose would pass for COCO's
)
