"""AlphaPose's results, one file for all images.

The format is that of docs/output.md in github.com/MVIG-SJTU/AlphaPose; `box` and `idx`, which it
leaves out, are written by `write_json` in alphapose/utils/pPose_nms.py. The layout with the images'
names as keys is that of trackers/PoseFlow/tracker-general.py there.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.json_items import LISTS
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import is_list, one_unit
from posenet3d.formats.interface.reader import Reader, Units, from_json
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_numbers import JointNumbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import Listed, People
from posenet3d.skeletons.skeleton import COCO_17, HALPE_26, Skeleton

# Full bodies begin with the body: Halpe's 136 keypoints, and the 68 without the face, with its 26,
# COCO-WholeBody's 133 with COCO's 17. Face and hands are not looked at.
_BODY_OF = {
    3 * 136: 3 * HALPE_26.num_joints,
    3 * 133: 3 * COCO_17.num_joints,
    3 * 68: 3 * HALPE_26.num_joints,
}
_ITS_COUNTS = (3 * 26, 3 * 133, 3 * 136)  # 68 keypoints may as well be those of a face
_CONFIDENCES = (-0.1, 6.1)
_NOTHING = 1.001e-5  # AlphaPose writes 1e-5, rounded to float32, where it found nothing at all


def is_alphapose(content: object) -> bool:
    """Whether JSON is AlphaPose's results and not COCO's.

    Both are lists of the same entries; AlphaPose's have a `box` or an `idx`, name their image
    instead of numbering it, or have more joints. PoseFlow's are lists under the images' names.
    """
    if isinstance(content, dict):
        return _is_poseflow(content)
    return isinstance(content, list) and any(
        isinstance(entry, dict) and "keypoints" in entry and _has_its_marks(entry)
        for entry in content
    )


def read_alphapose(path: str | Path) -> People:
    """Reads AlphaPose's results.

    They are a list of `{"image_id", "keypoints": [x, y, c] * J, "score", "box", "idx"}`. 51 numbers
    are COCO's 17 joints, 78 Halpe's 26; of full bodies (136, 133 and 68 keypoints) the body is
    taken. Those of PoseFlow, its tracker, are `{image: [{"keypoints", "scores", "idx"}]}`.
    The confidence `c` is the height of a heat map's peak, up to 6 by the documentation though most
    models stay near 1: whatever is above 1 is clipped to it, and what AlphaPose writes for nothing
    found, 1e-5, is a missing joint.

    Args:
      path: The `.json` file, usually alphapose-results.json.

    Returns:
      Every person of every image in the order of the file, on `COCO_17` or `HALPE_26`. The person
      ids are the tracks' (`idx`); where they say nothing, because some person has none or two
      persons of one image have the same (AlphaPose without tracking), the number within the image.

    Raises:
      InputError: If the file is not such a file or a value in it cannot be meant; the message
        names the person (numbered from 0 as in the file), the image and the joint.
    """
    return READER.read(path)


def has_tracks(items: Iterable[Any]) -> bool:
    """Whether `idx` tells the persons of AlphaPose's results apart."""
    entries = (item for item in items if isinstance(item, dict))
    return persons.are_tracks(
        (repr(entry.get("image_id")), _hashable(entry.get("idx"))) for entry in entries
    )


def alphapose_people(
    path: str | Path, content: object, first: int = 0, tracked: bool | None = None
) -> People:
    """The persons of results, or of a part of them.

    Args:
      path: The file, for messages.
      content: What `load_json` gives, or some of its entries.
      first: The number of the first of them in the file.
      tracked: What `has_tracks` says of the whole file; None: these are the whole file.

    Returns:
      As `read_alphapose`, but person ids are None where there are no tracks.
    """
    if not isinstance(content, list):
        raise InputError(
            f"{path} is not AlphaPose's results: expected a list of persons, or an object with one "
            f"for each image, got {persons.kind_of(content)}."
        )
    entries = persons.need_objects(path, content, "results", first)
    places = [
        Place(path, number, entry.get("image_id")) for number, entry in enumerate(entries, first)
    ]
    image_ids, skeletons = [], []
    with JointNumbers() as joints:
        for place, entry in zip(places, entries, strict=True):
            image_ids.append(persons.identifier(place, entry, "image_id"))
            skeleton, numbers = _keypoints(place, entry)
            skeletons.append(skeleton)
            joints.add(place, numbers, "keypoints", skeleton)
    arrays = joints.arrays()
    skeleton = persons.one_skeleton(skeletons, places)
    values = np.array(arrays)
    values[np.abs(values[..., 2]) <= _NOTHING, 2] = 0
    tracks = [_track(place, entry.get("idx")) for place, entry in zip(places, entries, strict=True)]
    if tracked is None:
        tracked = has_tracks(entries)
    person_ids = tracks if tracked else [None] * len(tracks)
    return persons.make_people(
        values, places, skeleton, image_ids, person_ids, tracked=tracked, confidences=_CONFIDENCES
    )


def _has_its_marks(entry: dict[str, Any]) -> bool:
    keypoints = entry["keypoints"]
    if isinstance(keypoints, dict):  # Ultralytics' have a box too
        return False
    return (
        "box" in entry
        or "idx" in entry
        or isinstance(entry.get("image_id"), str)
        or (isinstance(keypoints, list) and len(keypoints) in _ITS_COUNTS)
    )


def _is_poseflow(content: object) -> bool:
    """Whether JSON is lists of persons under the images' names; some may be empty."""
    if not isinstance(content, dict) or not content.keys().isdisjoint(LISTS):
        return False
    if not all(isinstance(people, list) for people in content.values()):
        return False
    firsts = [people[0] for people in content.values() if people]
    return bool(firsts) and all(
        isinstance(entry, dict)
        and not isinstance(entry.get("keypoints", {}), dict)
        and ("idx" in entry or "scores" in entry)
        for entry in firsts
    )


def _entries(content: dict[str, list[Any]]) -> list[Any]:
    """What PoseFlow has under the images' names, as AlphaPose's list of persons."""
    return [
        entry | {"image_id": image} if isinstance(entry, dict) else entry
        for image, people in content.items()
        for entry in people
    ]


def _keypoints(place: Place, entry: dict[str, Any]) -> tuple[Skeleton, list[Any]]:
    values = _triples(entry.get("keypoints"), entry.get("scores"))
    if isinstance(values, list) and len(values) in _BODY_OF:
        values = values[: _BODY_OF[len(values)]]
    return persons.counted(place, values, "keypoints", (COCO_17, HALPE_26))


def _triples(values: Any, scores: Any) -> Any:
    """x, y and confidence in turn, where they stand in lists of their own; else the values."""
    if isinstance(values, list) and values and isinstance(values[0], list):
        if not all(isinstance(point, list) and len(point) == len(values[0]) for point in values):
            return values
        values = [number for point in values for number in point]
    if isinstance(values, list) and isinstance(scores, list) and len(values) == 2 * len(scores):
        scores = [s[0] if isinstance(s, list) and len(s) == 1 else s for s in scores]
        points = zip(values[::2], values[1::2], scores, strict=True)
        return [number for point in points for number in point]
    return values


def _track(place: Place, idx: Any) -> int | str | None:
    """The id of a track: a number, or a list of those of the boxes that were merged."""
    if idx is None or idx == []:
        return None
    return persons.identifier(place, {"idx": _first(idx)}, "idx")


def _first(idx: Any) -> Any:
    for _ in range(3):  # [[1.0]] is the deepest that there is
        if not isinstance(idx, list) or not idx:
            break
        idx = idx[0]
    return idx


def _hashable(idx: Any) -> int | str | None:
    """The id of a track, or None, also where it is none that could be."""
    return persons.as_identifier(_first(idx))


def _units(content: Content) -> Units:
    """The entries of the list, or of all lists."""
    path, entries, listed = content.path, content.json, None
    if _is_poseflow(entries):
        images = Listed(tuple(image for image in entries if persons.is_identifier(image)))
        entries, listed = _entries(entries), lambda: images
    if not is_list(entries):
        return one_unit(entries, lambda all: alphapose_people(path, all))
    tracked = has_tracks(entries)

    def read(batch: list[Any], first: int) -> People:
        return alphapose_people(path, batch, first, tracked)

    return Units(entries, "persons", read, listed)


READER = Reader(name="alphapose", recognises=from_json(is_alphapose), units=_units)
