"""MMPose's predictions: of its demos (`--save-predictions`) and of its inferencer (`pred_out_dir`).

The formats are those that demo/topdown_demo_with_mmdet.py and
mmpose/apis/inferencers/base_mmpose_inferencer.py in github.com/open-mmlab/mmpose (1.x) write; an
instance is what `split_instances` in mmpose/structures/utils.py makes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import is_list, list_frames, list_under, one_unit
from posenet3d.formats.interface.json_folder import (
    image_of,
    is_folder_of,
    units_of_files,
)
from posenet3d.formats.interface.reader import Reader, Units, from_json
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_numbers import JointNumbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import COCO_17, HALPE_26, Skeleton

_BODIES = (HALPE_26, COCO_17)  # the longer first: Halpe's names begin with COCO's
_BY_COUNT = {17: COCO_17, 26: HALPE_26, 133: COCO_17, 136: HALPE_26}


def is_mmpose(content: object) -> bool:
    """Whether JSON is MMPose's by its keys."""
    if isinstance(content, dict):
        return "instance_info" in content
    return isinstance(content, list) and any(
        isinstance(entry, dict) and ("instances" in entry or "keypoint_scores" in entry)
        for entry in content
    )


def read_mmpose(path: str | Path) -> People:
    """Reads MMPose's predictions of a video, an image or a folder of images.

    A video is a list of `{"frame_id", "instances": [...]}`, an image a list of instances, each
    `{"keypoints": [[x, y], ...], "keypoint_scores": [...], "track_id"}`; either may stand under
    `instance_info` in an object that has a `meta_info`. Which joints they are is told by the names
    in `meta_info`, else by their number: 17 are COCO's, 26 Halpe's; of 133 (COCO-WholeBody) and
    136 (Halpe) the body is taken. Scores are what the model's last layer gives, for RTMPose often
    above 1 (issue 2755 of its repository): they are clipped to [0, 1], and 0 or less is a missing
    joint.

    Args:
      path: The `.json` file; or a folder with such a file for each image, as the inferencer leaves
        it: its files `*.json` are read in the order of the numbers in their names.

    Returns:
      Every person of every frame in the order of the file, on `COCO_17` or `HALPE_26`. The image
      ids are the frames', or the file's name without its ending. The person ids are the tracks',
      or, where not everybody has one of his own, the number within the image.

    Raises:
      InputError: If the file is not such a file, has other joints, or a value in it cannot be
        meant; the message names the frame, the person (numbered from 0 within it) and the joint.
    """
    return READER.read(path)


def is_video(items: Iterable[Any]) -> bool:
    """Whether these are frames and not the instances of one image."""
    return any(isinstance(item, dict) and "instances" in item for item in items)


def has_tracks(items: Iterable[Any]) -> bool:
    """Whether `track_id` tells the persons of the frames or the image apart."""

    def pairs() -> Iterator[tuple[int, int | str | None]]:
        for number, item in enumerate(items):
            instances = item.get("instances", item) if isinstance(item, dict) else item
            is_frame = isinstance(instances, list)
            for instance in instances if is_frame else [instances]:
                track = instance.get("track_id") if isinstance(instance, dict) else None
                yield (number if is_frame else -1), persons.as_identifier(track)

    return persons.are_tracks(pairs())


def mmpose_people(
    path: str | Path, content: object, first: int = 0, tracked: bool | None = None
) -> People:
    """The persons of predictions, or of some frames of a video or instances of an image.

    Args:
      path: The file, for messages.
      content: What `load_json` gives; its list may be cut to some frames or instances.
      first: The number of the first of them in the file.
      tracked: What `has_tracks` says of the whole file; None: this is the whole file.

    Returns:
      As `read_mmpose`, but person ids are None where there are no tracks.
    """
    meta, items = {}, content
    if isinstance(content, dict):
        meta, items = content.get("meta_info"), content.get("instance_info")
    if not isinstance(items, list):
        raise InputError(
            f"{path} is not MMPose's predictions: expected a list, or an object with a list "
            f"'instance_info', got {persons.kind_of(content)}."
        )
    names = _joint_names(meta)
    places, skeletons, image_ids, tracks = [], [], [], []
    with JointNumbers() as joints:
        for image, number, instance in _instances(path, items, first):
            place = Place(path, number, image)
            skeleton, numbers = _keypoints(place, instance, names)
            joints.add(place, numbers, "keypoints", skeleton)
            places.append(place)
            skeletons.append(skeleton)
            image_ids.append(image)
            has_track = instance.get("track_id") is not None
            tracks.append(persons.identifier(place, instance, "track_id") if has_track else None)
    values = joints.arrays()
    if not places:
        raise persons.NobodyError(f"{path} lists no person: MMPose found nobody.")
    if tracked is None:
        tracked = has_tracks(items)
    return persons.make_people(
        values,
        places,
        persons.one_skeleton(skeletons, places),
        image_ids,
        tracks if tracked else [None] * len(tracks),
        tracked=tracked,
        confidences=(-math.inf, math.inf),
        numbers_are_frames=is_video(items),
    )


def _instances(
    path: str | Path, items: list[Any], first: int
) -> Iterator[tuple[int | str, int, dict[str, Any]]]:
    """(image id, number within the image, instance) of all images; `items` may be some of one's."""
    person_first = 0
    if not is_video(items):
        person_first, first = first, 0
        items = [{"frame_id": image_of(path), "instances": items}]
    for number, frame in enumerate(items, first):
        instances = frame.get("instances") if isinstance(frame, dict) else None
        if not isinstance(instances, list):
            raise InputError(
                f"{path}: frame {number} must be an object with a list 'instances', got "
                f"{persons.kind_of(frame)}."
            )
        image = persons.frame_identifier(path, number, frame, ("frame_id",))
        if instances:
            persons.need_objects(path, instances, f"frame {image}", person_first)
        for person, instance in enumerate(instances, person_first):
            yield image, person, instance


def _joint_names(meta: object) -> tuple[str, ...] | None:
    """The joints' names in order, if the dataset's meta information has them."""
    ids = meta.get("keypoint_id2name") if isinstance(meta, dict) else None
    if not isinstance(ids, dict) or not all(isinstance(name, str) for name in ids.values()):
        return None
    try:
        return tuple(ids[key] for key in sorted(ids, key=int))
    except ValueError:
        return None


def _keypoints(
    place: Place, instance: dict[str, Any], names: tuple[str, ...] | None
) -> tuple[Skeleton, list[Any]]:
    points, scores = (instance.get(key) for key in ("keypoints", "keypoint_scores"))
    if not isinstance(points, list) or not isinstance(scores, list) or len(points) != len(scores):
        raise place.fault(
            " needs a list 'keypoints' of [x, y] and a list 'keypoint_scores' as long, got "
            f"{persons.kind_of(points)} and {persons.kind_of(scores)}."
        )
    skeleton = _skeleton(place, len(points), names)
    values = []
    for joint, point, score in zip(skeleton.joint_names, points, scores, strict=False):
        if not isinstance(point, list) or len(point) != 2:
            found = persons.kind_of(point)
            raise place.fault(f", joint {joint}: expected [x, y] in pixels, got {found}.")
        values += [*point, score]
    return skeleton, values


def _skeleton(place: Place, count: int, names: tuple[str, ...] | None) -> Skeleton:
    """The skeleton of the first joints, which full-body sets share with those of the body."""
    if names is None:
        found = _BY_COUNT.get(count)
    else:
        begins = (s for s in _BODIES if names[: s.num_joints] == s.joint_names)
        found = next(begins, None) if count == len(names) else None
    if found is None:
        listed = "" if names is None else f" ({', '.join(names)[:200]})"
        raise place.fault(
            f" has {count} keypoints{listed}; read are the 17 of COCO, the 26 of Halpe and full "
            "bodies that begin with them."
        )
    return found


def _image_people(file: Path) -> People:
    """The persons of one image of a folder."""
    content = load_json(file)
    items = content.get("instance_info") if isinstance(content, dict) else content
    if isinstance(items, list) and is_video(items):
        raise InputError(
            f"{file} is MMPose's predictions of a video, and a folder is read as one video with a "
            "file for each image; give the file alone."
        )
    return mmpose_people(file, content, tracked=False)


def _units(content: Content) -> Units:
    """The files of a folder, the frames of a video, or the instances of an image."""
    if content.is_folder:
        return units_of_files(content.path, content.json_files, _image_people)
    path, key, found = content.path, "instance_info", content.json
    frames, header = (found, {}) if is_list(found) else list_under(found, key, ("meta_info",))
    if frames is None:
        return one_unit(found, lambda all: mmpose_people(path, all))
    tracked = has_tracks(frames)

    def read(batch: list[Any], first: int) -> People:
        return mmpose_people(path, header | {key: batch}, first, tracked)

    if not is_video(frames):
        return Units(frames, "persons", read)
    return Units(frames, "frames", read, lambda: list_frames(path, frames, ("frame_id",)))


def _recognises(content: Content) -> bool:
    if content.is_folder:
        return is_folder_of(content.json_files, is_mmpose)
    return from_json(is_mmpose)(content)


READER = Reader(
    name="mmpose",
    recognises=_recognises,
    units=_units,
    folder="MMPose's files of images *.json",
)
