"""Landmarks of MediaPipe Pose, which has no file format of its own: what programs write of them.

The 33 landmarks and their fields are those of
https://ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker: x and y are parts of the
image's width and height, y down; the visibility is in [0, 1].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import are_of_video, is_list, list_frames, one_unit
from posenet3d.formats.interface.reader import (
    Reader,
    Units,
    from_json,
    from_table,
    units_of_people,
)
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_numbers import JointNumbers
from posenet3d.formats.parsing.mediapipe_table import (
    VIDEO_KEYS,
    is_mediapipe_table,
    table_images,
    table_poses,
)
from posenet3d.formats.parsing.persons import Place
from posenet3d.formats.parsing.table import Table
from posenet3d.poses.coordinates import size_advice
from posenet3d.poses.people import Listed, People
from posenet3d.skeletons.skeleton import MEDIAPIPE_33

_KEYS = ("pose_landmarks", "poseLandmarks", "landmarks", "landmark")
_WORLD_KEYS = (
    "pose_world_landmarks",
    "poseWorldLandmarks",
    "world_landmarks",
    "worldLandmarks",
)
_FRAME_KEYS = (*VIDEO_KEYS, "image_id", "image")
_FARTHEST = 10.0  # image widths; people stand half outside of a picture, but not that far

_Pose = tuple[int | str, int | str | None, Place, list[Any]]  # image id, person id, values


def is_mediapipe(content: object) -> bool:
    """Whether JSON or a table is MediaPipe's landmarks by its keys or columns."""
    if isinstance(content, Table):
        return is_mediapipe_table(content)
    for _ in range(4):  # frames, poses and landmarks are nested no deeper
        if isinstance(content, dict):
            return _is_landmark(content) or any(key in content for key in (*_KEYS, *_WORLD_KEYS))
        if not isinstance(content, list):
            return False
        content = next((item for item in content if item), None)
    return False


def check_mediapipe(path: str | Path, content: object) -> None:
    """Refuses content that is not what `mediapipe_people` reads.

    Raises:
      InputError: If it holds no landmarks.
      NobodyError: If it is a list of frames in which nobody was found.
    """
    if isinstance(content, list) and content and not any(content):
        raise persons.NobodyError(f"{path}: MediaPipe found nobody.")
    if not is_mediapipe(content):
        raise InputError(
            f"{path} holds no landmarks of MediaPipe Pose: expected frames of 33 objects with x "
            f"and y, or a table with columns of all 33, got {persons.kind_of(content)}."
        )


def mediapipe_people(
    path: str | Path,
    content: object,
    image_size: tuple[int, int] | None,
    first: int = 0,
    unknown: bool | None = None,
) -> People:
    """The poses of a file of MediaPipe's landmarks, which `check_mediapipe` has found it to be.

    JSON is one frame or a list of frames. A frame is a pose, a list of poses, null where nobody was
    found, or an object with one of these under `pose_landmarks` (`poseLandmarks`, `landmarks`); it
    may have a `frame`. A pose is a list of 33 `{"x", "y", "visibility"}`, or an object that has one
    under `landmark`. A list of lists of landmarks is therefore frames of one pose each. Tables are
    described at `mediapipe_table`.

    Args:
      path: The file, for messages.
      content: What `load_json` or `load_table` gives.
      image_size: (width, height) of the images in pixels.
      first: The number of the first frame, where the content is a part of a file.
      unknown: What `is_visibility_unknown` says of the whole file; None: this is the whole file.

    Returns:
      Every pose of every frame, on `MEDIAPIPE_33`. The image ids are the frames' own or their
      numbers; the person ids are the file's (tables only), or None.
      The confidence is the visibility, 1 where there is none or where it is unknown.

    Raises:
      InputError: If the size is missing, a frame has world landmarks alone, or a value cannot be
        meant; the message names the frame, the person (numbered from 0 within it) and the landmark.
    """
    poses: Iterable[_Pose]
    listed = None
    if isinstance(content, Table):
        poses = table_poses(content)
        images, of_video = table_images(content)
        listed = Listed(images)
    else:
        frames = content if is_frames(content) else [content]
        if unknown is None:
            unknown = is_visibility_unknown(frames)
        poses = _poses(path, frames, first, unknown)
        of_video = are_of_video(frames, _FRAME_KEYS, VIDEO_KEYS)
    image_ids, given_ids, places = [], [], []
    with JointNumbers() as joints:
        for image, person, place, flat in poses:
            image_ids.append(image)
            given_ids.append(person)
            places.append(place)
            joints.add(place, flat, "landmarks", MEDIAPIPE_33)
    values = joints.arrays()
    if not places:
        raise persons.NobodyError(f"{path}: MediaPipe found nobody.")
    points = np.array(values)
    if isinstance(content, Table) and not points[..., 2].any():  # unknown, as in JSON
        points[..., 2] = points[..., :2].any(axis=-1)
    for axis in range(2):
        persons.refuse(
            ~(np.abs(points[..., axis]) <= _FARTHEST),
            points[..., axis],
            places,
            MEDIAPIPE_33,
            f"{'xy'[axis]} = {{}} is no part of the image's size; expected normalised landmarks, "
            "in [0, 1] inside the image.",
        )
    if image_size is None:
        raise InputError(
            f"{path} holds landmarks of MediaPipe, whose coordinates are parts of the image's "
            f"width and height; {size_advice(points[..., :2], points[..., 2])}"
        )
    points[..., :2] *= image_size
    tracked = persons.are_tracks(zip(image_ids, given_ids, strict=True))
    return persons.make_people(
        points,
        places,
        MEDIAPIPE_33,
        image_ids,
        given_ids if tracked else [None] * len(given_ids),
        tracked=tracked,
        image_sizes=[image_size] * len(places),
        numbers_are_frames=of_video,
        listed=listed,
    )


def is_visibility_unknown(frames: Iterable[Any]) -> bool:
    """Whether every landmark of all frames has the visibility 0.

    Some versions of MediaPipe give it so, whatever they see (issue 3505 of its repository). The
    frames are read up to the first other visibility.
    """
    found = False
    for frame in frames:
        for landmarks in _poses_of(frame):
            for landmark in filter(_is_landmark, landmarks if isinstance(landmarks, list) else ()):
                visibility = landmark.get("visibility")
                if visibility is False or visibility != 0:
                    return False
                found = True
    return found


def _poses(path: str | Path, frames: Iterable[Any], first: int, unknown: bool) -> Iterator[_Pose]:
    for number, frame in enumerate(frames, first):
        named = frame if isinstance(frame, dict) else {}
        image = persons.frame_identifier(path, number, named, _FRAME_KEYS)
        if named.keys().isdisjoint(_KEYS) and any(named.get(key) for key in _WORLD_KEYS):
            raise InputError(
                f"{path}: frame {image} holds no landmarks of MediaPipe Pose in the image, but its "
                "world landmarks alone, which are 3D already. Write pose_landmarks (JavaScript: "
                "landmarks) of the result."
            )
        for person, landmarks in enumerate(_poses_of(frame)):
            place = Place(path, person, image)
            yield image, None, place, _flat(place, landmarks, unknown)


def is_frames(content: object) -> bool:
    """Whether JSON of which `is_mediapipe` holds is a list of frames, and not one frame."""
    return isinstance(content, list) and not _is_pose(content)


def _poses_of(frame: Any) -> list[Any]:
    """The poses of a frame, each still to be checked."""
    frame = _unwrapped(frame)
    if not frame:
        return []
    if not isinstance(frame, list) or _is_pose(frame):
        return [frame]
    return [pose for pose in map(_unwrapped, frame) if pose]


def _unwrapped(content: Any) -> Any:
    """What an object has under `pose_landmarks` or the like; the content if it is no object."""
    while isinstance(content, dict) and not _is_landmark(content):
        key = next((key for key in _KEYS if key in content), None)
        content = None if key is None else content[key]
    return content


def _is_pose(content: object) -> bool:
    return isinstance(content, list) and any(_is_landmark(item) for item in content)


def _is_landmark(content: object) -> bool:
    return isinstance(content, dict) and "x" in content and "y" in content


def _flat(place: Place, landmarks: Any, unknown: bool) -> list[Any]:
    """x, y and visibility of each landmark in turn; 1 where the visibility says nothing."""
    count = len(landmarks) if isinstance(landmarks, list) else 0
    if count != MEDIAPIPE_33.num_joints:
        raise place.fault(
            f" has {count} landmarks, expected the {MEDIAPIPE_33.num_joints} of MediaPipe Pose."
        )
    flat: list[Any] = []
    for name, landmark in zip(MEDIAPIPE_33.joint_names, landmarks, strict=True):
        if not _is_landmark(landmark):
            found = persons.kind_of(landmark)
            raise place.fault(f", landmark {name}: expected an object with x and y, got {found}.")
        x, visibility = landmark["x"], landmark.get("visibility")
        is_there = x is not None and x == x  # NaN is not
        if is_there and (visibility is None or (unknown and visibility == 0)):
            visibility = 1
        flat += [x, landmark["y"], visibility]
    return flat


def _units(content: Content, image_size: tuple[int, int] | None) -> Units:
    """The frames of a list; one frame, or a table, as a whole."""
    path = content.path
    shown = content.sample if content.looks_json else content.table
    check_mediapipe(path, shown)
    if isinstance(shown, Table):
        return units_of_people(mediapipe_people(path, shown, image_size))
    frames = content.json
    if not is_list(frames) or not is_frames(shown):
        return one_unit(frames, lambda all: mediapipe_people(path, all, image_size))
    unknown = is_visibility_unknown(frames)

    def read(batch: list[Any], first: int) -> People:
        return mediapipe_people(path, batch, image_size, first, unknown)

    return Units(frames, "frames", read, lambda: list_frames(path, frames, _FRAME_KEYS))


def _recognises(content: Content) -> bool:
    return any(recognises(is_mediapipe)(content) for recognises in (from_json, from_table))


READER = Reader(
    name="mediapipe",
    recognises=_recognises,
    units=_units,
    takes=("image_size",),
    guessed_below=0.1,  # the visibility of a hidden landmark is low, though its place is right
    in_image=True,  # outside of it the visibility may be 0.98
    general=True,  # any objects with x and y, nested in lists
)
