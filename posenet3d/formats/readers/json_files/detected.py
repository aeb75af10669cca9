"""The package's own files of keypoints, which `posenet3d detect` writes: several people a frame.

An object with a list of frames, and before it what holds for all of them, on one line:

    {"format": "posenet3d keypoints", "skeleton": "halpe26", "frame_rate": 25.0, ..., "frames": [
    {"frame": 0, "size": [1280, 720], "people": [{"keypoints": [x, y, confidence, ...]}, ...]},
    ...
    ]}

`frame` is the number in the video from 0, or the name of the image; `size` is the image's. A person
may have an `id`. Pixels, x right, y down.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import list_frames, list_under
from posenet3d.formats.interface.reader import GUESSED_BELOW, Reader, Units
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_numbers import JointNumbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import SKELETONS, Skeleton

FORMAT = "posenet3d keypoints"
"""What `format` says."""

HEADER_END = '"frames": ['
"""How the first line ends."""

_LONGEST_HEADER = 1 << 20
_HEADER = ("skeleton", "frame_rate", "guessed_below")


def header_of(path: str | Path) -> dict[str, Any]:
    """What such a file says before its frames; empty: it is no such file, or another wrote it.

    Of a file that is not there nothing is said either.
    """
    try:
        with open(path, "rb") as file:
            line = file.readline(_LONGEST_HEADER).decode().rstrip()
        header = json.loads(f"{line}]}}") if line.endswith(HEADER_END) else {}
    except (OSError, ValueError):
        return {}
    return header if isinstance(header, dict) and header.get("format") == FORMAT else {}


def people_of_frames(
    path: str | Path, frames: list[Any], skeleton: Skeleton, first: int = 0, tracked: bool = False
) -> People:
    """The people of some frames.

    Args:
      path: The file, for messages.
      frames: The frames.
      skeleton: That of the keypoints.
      first: The number of the first frame in the file.
      tracked: Whether the ids of the whole file tell people apart.

    Raises:
      InputError: If a value cannot be meant; names the frame, the person and the joint.
      NobodyError: If there is nobody in these frames.
    """
    places, image_ids, ids, sizes = [], [], [], []
    with JointNumbers() as joints:
        for number, frame in enumerate(frames, first):
            image, size, people = _frame(path, number, frame)
            for index, person in enumerate(people):
                place = Place(path, index, image)
                if not isinstance(person, dict):
                    raise place.fault(f" must be an object, got {persons.kind_of(person)}.")
                flat = person.get("keypoints")
                _, numbers = persons.counted(place, flat, "keypoints", [skeleton])
                joints.add(place, numbers, "keypoints", skeleton)
                places.append(place)
                image_ids.append(image)
                ids.append(persons.as_identifier(person.get("id")))
                sizes.append(size)
    if not places:
        raise persons.NobodyError(f"{path}: nobody was found in any frame.")
    return persons.make_people(
        joints.arrays(),
        places,
        skeleton,
        image_ids,
        ids if tracked else [None] * len(ids),
        tracked=tracked,
        image_sizes=sizes,
        numbers_are_frames=all(isinstance(image, int) for image in image_ids),
    )


def _frame(
    path: str | Path, number: int, frame: object
) -> tuple[int | str, tuple[int, int] | None, list[Any]]:
    """What a frame is called, the size of its image, and its people, who are not checked yet."""
    people = frame.get("people") if isinstance(frame, dict) else None
    if not isinstance(people, list):
        raise InputError(
            f"{path}: frame {number} must be an object with a list 'people', got "
            f"{persons.kind_of(frame)}."
        )
    image = persons.frame_identifier(path, number, frame, ("frame",))
    size = frame.get("size")
    if size is None:
        return image, None, people
    if not (
        isinstance(size, list)
        and len(size) == 2
        and all(type(length) is int and 0 < length <= persons.MAX_PIXELS for length in size)
    ):
        raise InputError(
            f"{path}: frame {image} has the size {size!r:.40}; expected [width, height] in pixels."
        )
    return image, (size[0], size[1]), people


def _units(content: Content) -> Units:
    path = content.path
    frames, header = list_under(content.json, "frames", _HEADER)
    if frames is None:
        raise persons.NobodyError(f"{path} has no frames: expected a list 'frames'.")
    skeleton = SKELETONS.get(name) if isinstance(name := header["skeleton"], str) else None
    if skeleton is None:
        raise InputError(
            f"{path} has the skeleton {name!r:.40}; known are {', '.join(sorted(SKELETONS))}."
        )
    guessed = header["guessed_below"]
    if guessed is not None and not (type(guessed) in (int, float) and 0 <= guessed <= 1):
        raise InputError(f"{path}: guessed_below must lie in [0, 1], got {guessed!r:.40}.")
    tracked = persons.are_tracks(_ids(frames))

    def read(batch: list[Any], first: int) -> People:
        return people_of_frames(path, batch, skeleton, first, tracked)

    listed = lambda: list_frames(path, frames, ("frame",))  # noqa: E731
    return Units(frames, "frames", read, listed, guessed)


def _ids(frames: Any) -> Iterator[tuple[int, int | str | None]]:
    """Frame and id of each person, as far as they are right."""
    for number, frame in enumerate(frames):
        people = frame.get("people") if isinstance(frame, dict) else None
        for person in people if isinstance(people, list) else ():
            found = person.get("id") if isinstance(person, dict) else None
            yield number, persons.as_identifier(found)


def _recognises(content: Content) -> bool:
    return content.looks_json and f'"{FORMAT}"'.encode() in content.text_start[:200]


READER = Reader(
    name="detected",
    recognises=_recognises,
    units=_units,
    guessed_below=GUESSED_BELOW,
    in_image=True,
)
