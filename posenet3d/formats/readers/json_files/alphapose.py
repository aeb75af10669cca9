"""AlphaPose's results, one file for all images.

The format is that of docs/output.md in github.com/MVIG-SJTU/AlphaPose; `box` and `idx`, which it
leaves out, are written by `write_json` in alphapose/utils/pPose_nms.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import is_list, one_unit
from posenet3d.formats.interface.reader import Reader, Units, from_json
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import COCO_17, HALPE_26, Skeleton

# Full bodies begin with the body: Halpe's 136 keypoints with its 26, COCO-WholeBody's 133 with
# COCO's 17. Face and hands are not looked at.
_BODY_OF = {3 * 136: 3 * HALPE_26.num_joints, 3 * 133: 3 * COCO_17.num_joints}
_CONFIDENCES = (-0.1, 6.1)
_NOTHING = 1.001e-5  # AlphaPose writes 1e-5, rounded to float32, where it found nothing at all


def is_alphapose(content: object) -> bool:
    """Whether JSON is AlphaPose's results and not COCO's.

    Both are lists of the same entries; AlphaPose's have a `box` or an `idx`, name their image
    instead of numbering it, or have more joints.
    """
    return isinstance(content, list) and any(
        isinstance(entry, dict) and "keypoints" in entry and _has_its_marks(entry)
        for entry in content
    )


def read_alphapose(path: str | Path) -> People:
    """Reads AlphaPose's results.

    They are a list of `{"image_id", "keypoints": [x, y, c] * J, "score", "box", "idx"}`. 51 numbers
    are COCO's 17 joints, 78 Halpe's 26; of full bodies (136 and 133 keypoints) the body is taken.
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
            f"{path} is not AlphaPose's results: expected a list of persons, got "
            f"{persons.kind_of(content)}."
        )
    entries = persons.need_objects(path, content, "results", first)
    places = [
        Place(path, number, entry.get("image_id")) for number, entry in enumerate(entries, first)
    ]
    image_ids, values, skeletons = [], [], []
    for place, entry in zip(places, entries, strict=True):
        image_ids.append(persons.identifier(place, entry, "image_id"))
        skeleton, numbers = _keypoints(place, entry)
        skeletons.append(skeleton)
        values.append(numbers)
    skeleton = persons.one_skeleton(skeletons, places)
    tracks = [_track(place, entry.get("idx")) for place, entry in zip(places, entries, strict=True)]
    if tracked is None:
        tracked = has_tracks(entries)
    person_ids = tracks if tracked else [None] * len(tracks)
    return persons.make_people(
        values, places, skeleton, image_ids, person_ids, tracked=tracked, confidences=_CONFIDENCES
    )


def _has_its_marks(entry: dict[str, Any]) -> bool:
    keypoints = entry["keypoints"]
    return (
        "box" in entry
        or "idx" in entry
        or isinstance(entry.get("image_id"), str)
        or (isinstance(keypoints, list) and len(keypoints) in (3 * HALPE_26.num_joints, *_BODY_OF))
    )


def _keypoints(place: Place, entry: dict[str, Any]) -> tuple[Skeleton, np.ndarray]:
    values = entry.get("keypoints")
    if isinstance(values, list):
        values = values[: _BODY_OF.get(len(values), len(values))]
    skeleton, numbers = persons.keypoint_values(place, values, "keypoints", (COCO_17, HALPE_26))
    numbers[np.abs(numbers[:, 2]) <= _NOTHING, 2] = 0
    return skeleton, numbers


def _track(place: Place, idx: Any) -> int | str | None:
    """The id of a track: a number, or a list of those of the boxes that were merged."""
    if idx is None or idx == []:
        return None
    return persons.identifier(place, {"idx": _first(idx)}, "idx")


def _first(idx: Any) -> Any:
    for _ in range(3):  # [[1.0]] is the deepest that there is
        idx = idx[0] if isinstance(idx, list) and idx else idx
    return idx


def _hashable(idx: Any) -> int | str | None:
    """The id of a track, or None, also where it is none that could be."""
    return persons.as_identifier(_first(idx))


def _units(content: Content) -> Units:
    """The entries of the list."""
    path = content.path
    if not is_list(content.json):
        return one_unit(content.json, lambda all: alphapose_people(path, all))
    tracked = has_tracks(content.json)

    def read(batch: list[Any], first: int) -> People:
        return alphapose_people(path, batch, first, tracked)

    return Units(content.json, "persons", read)


READER = Reader(name="alphapose", recognises=from_json(is_alphapose), units=_units)
