"""Ultralytics' results of YOLO-pose as JSON: of one image, or of the frames of a video.

The format is what `Results.to_json` and `Results.summary` in ultralytics/engine/results.py in
github.com/ultralytics/ultralytics (8.x) give for an image. Results have no method for a video, so
people write those of its frames into a list, or into an object under the frames' numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import is_list, one_unit
from posenet3d.formats.interface.json_folder import image_of
from posenet3d.formats.interface.reader import Reader, Units, from_json
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_numbers import JointNumbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.formats.parsing.table import identifier_of
from posenet3d.poses.people import Listed, People
from posenet3d.skeletons.skeleton import COCO_17

_Frame = tuple[int | str, Any]
"""The image's id and the list of what was found in it."""


def is_ultralytics(content: object) -> bool:
    """Whether JSON is results of YOLO-pose by the keys of the first that was found."""
    if isinstance(content, dict):
        if not all(isinstance(found, list) for found in content.values()):
            return False
        content = list(content.values())
    for _ in range(2):  # frames, and what was found in one
        if isinstance(content, list):
            content = next((item for item in content if item), None)
    return _is_detection(content)


def read_ultralytics(path: str | Path) -> People:
    """Reads results of YOLO-pose of Ultralytics.

    Those of an image are a list of `{"name", "class", "confidence", "box", "track_id", "keypoints":
    {"x": [...], "y": [...], "visible": [...]}}`. Those of a video are a list of such lists, or
    `{frame: such a list}`. The 17 joints are COCO's. `visible` is the joint's confidence, 1 where a
    model gives none.

    Args:
      path: The `.json` file.

    Returns:
      Everybody in the order of the file, on `COCO_17`. The image ids are the frames', else their
      number in the list, or the file's name without its ending. The person ids are the tracks',
      or, where not everybody has one of his own, the number within the image.

    Raises:
      InputError: If the file is not such a file, has other joints, or a value in it cannot be
        meant; the message names the image, the person (numbered from 0 within it) and the joint.
    """
    return READER.read(path)


def has_tracks(frames: Iterable[_Frame]) -> bool:
    """Whether `track_id` tells the persons of the frames apart."""
    return persons.are_tracks(
        (image, persons.as_identifier(track)) for image, found in frames for track in _tracks(found)
    )


def ultralytics_people(
    path: str | Path, frames: Iterable[_Frame], tracked: bool, of_video: bool, first: int = 0
) -> People:
    """The persons of some frames; their ids are None where there are no tracks.

    Args:
      path: The file, for messages.
      frames: The frames.
      tracked: What `has_tracks` says of the whole file.
      of_video: Whether the images' ids are numbers of frames.
      first: The number of the first person of an image, where these are not all of them.
    """
    places, image_ids, tracks = [], [], []
    with JointNumbers() as joints:
        for image, found in frames:
            if not isinstance(found, list):
                raise InputError(
                    f"{path}: frame {image} must be a list of what YOLO-pose found, got "
                    f"{persons.kind_of(found)}."
                )
            for number, detection in enumerate(found, first):
                place = Place(path, number, image)
                if not isinstance(detection, dict):
                    raise place.fault(f" must be an object, got {persons.kind_of(detection)}.")
                numbers = _keypoints(place, detection.get("keypoints"))
                joints.add(place, numbers, "keypoints", COCO_17)
                places.append(place)
                image_ids.append(image)
                has_track = detection.get("track_id") is not None
                track = persons.identifier(place, detection, "track_id") if has_track else None
                tracks.append(track)
    values = joints.arrays()
    if not places:
        raise persons.NobodyError(f"{path}: YOLO-pose found nobody.")
    return persons.make_people(
        values,
        places,
        COCO_17,
        image_ids,
        tracks if tracked else [None] * len(tracks),
        tracked=tracked,
        numbers_are_frames=of_video,
    )


def _is_detection(content: object) -> bool:
    keypoints = content.get("keypoints") if isinstance(content, dict) else None
    return isinstance(keypoints, dict) and "x" in keypoints and "y" in keypoints


def _tracks(found: Any) -> Iterator[Any]:
    for item in found if isinstance(found, Iterable) else ():
        yield item.get("track_id") if isinstance(item, dict) else None


def _keypoints(place: Place, keypoints: Any) -> list[Any]:
    if not isinstance(keypoints, dict):
        raise place.fault(
            " needs 'keypoints', an object with the lists x, y and visible, got "
            f"{persons.kind_of(keypoints)}; is the model one for poses?"
        )
    x, y = keypoints.get("x"), keypoints.get("y")
    visible = keypoints.get("visible")
    if visible is None:  # a model without a visibility
        visible = [1.0] * len(x) if isinstance(x, list) else x
    lists = (x, y, visible)
    if not all(isinstance(numbers, list) and len(numbers) == len(x) for numbers in lists):
        kinds = ", ".join(persons.kind_of(numbers) for numbers in lists)
        raise place.fault(f" needs lists x, y and visible of the same length, got {kinds}.")
    if len(x) != COCO_17.num_joints:
        raise place.fault(f" has {len(x)} keypoints; read are COCO's {COCO_17.num_joints}.")
    return [number for joint in zip(*lists, strict=True) for number in joint]


def _units(content: Content) -> Units:
    """The frames; of one image what was found in it."""
    path, found = content.path, content.json
    if isinstance(found, dict):
        named = [(identifier_of(image), frame) for image, frame in found.items()]
        ids = [image for image, _ in named]
        of_video = all(isinstance(image, int) for image in ids)
        listed = Listed(tuple(dict.fromkeys(filter(persons.is_identifier, ids))))
        tracked = has_tracks(named)
        return Units(
            named,
            "frames",
            lambda batch, first: ultralytics_people(path, batch, tracked, of_video),
            lambda: listed,
        )
    if not is_list(found):
        return one_unit(found, lambda all: ultralytics_people(path, [(0, all)], False, False))
    if not any(isinstance(frame, list) for frame in content.sample):
        image = image_of(path)
        tracked = has_tracks([(image, found)])

        def read_some(batch: list[Any], first: int) -> People:
            return ultralytics_people(path, [(image, batch)], tracked, False, first)

        return Units(found, "persons", read_some)
    tracked = has_tracks(enumerate(found))

    def read(batch: list[Any], first: int) -> People:
        return ultralytics_people(path, enumerate(batch, first), tracked, True)

    count = sum(1 for _ in found)
    return Units(found, "frames", read, lambda: Listed(tuple(range(count))))


READER = Reader(name="ultralytics", recognises=from_json(is_ultralytics), units=_units)
