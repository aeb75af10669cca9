"""OpenPose's keypoint files, one a frame, as `--write_json` leaves them.

The format is that of doc/02_output.md in github.com/CMU-Perceptual-Computing-Lab/openpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.files.opening import opening
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import one_unit
from posenet3d.formats.interface.reader import Reader, Units, from_json
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.persons import Place
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import BODY_25, OPENPOSE_18, Skeleton

_ENDING = "_keypoints"
_KEYS = ("pose_keypoints_2d", "pose_keypoints")  # the latter in old versions


def is_openpose(content: object) -> bool:
    """Whether JSON is a frame of OpenPose by its keys."""
    return isinstance(content, dict) and "people" in content


def is_openpose_folder(path: str | Path) -> bool:
    """Whether it is a folder with at least one `*_keypoints.json` in it."""
    return next(Path(path).glob(f"*{_ENDING}.json"), None) is not None


def read_openpose(path: str | Path) -> People:
    """Reads a folder of OpenPose's frames, or one frame.

    A frame is `{"version", "people": [{"person_id": [-1], "pose_keypoints_2d": [x, y, c] * J,
    ...}]}`. 75 numbers are BODY_25, 54 the model COCO. Faces, hands and 3D are not looked at. The
    confidence `c` is clipped to [0, 1] if it lies outside by less than 0.1; 0 marks a missing
    joint.

    Args:
      path: A folder, of which the files `*_keypoints.json` are read, in the order of the numbers
        in their names (2 before 10); or one such file, whatever it is called.

    Returns:
      Every person of every frame, on `BODY_25` or `OPENPOSE_18`. The image ids are the names of
      the files without `_keypoints.json`. The person ids are the file's where it has them (not
      -1), else the number within the frame. Missing joints are at (0, 0).

    Raises:
      InputError: If there is no such file, one cannot be read, nobody is in any, or a value cannot
        be meant; the message names the file, the person (numbered from 0) and the joint.
    """
    return READER.read(path)


def openpose_files(folder: str | Path) -> list[Path]:
    """The files `*_keypoints.json` of a folder in the order of their numbers.

    Raises:
      InputError: If there is none.
    """
    with opening(folder):
        files = sorted(Path(folder).glob(f"*{_ENDING}.json"), key=lambda file: _natural(file.name))
    if not files:
        raise InputError(
            f"{folder} is a folder without files *{_ENDING}.json, which OpenPose writes with "
            "--write_json; give the folder that has them, or a file."
        )
    return files


def openpose_people(path: str | Path, frames: Iterable[tuple[str | Path, Any]]) -> People:
    """What `read_openpose` does for some files, each with its content as `load_json` gives it.

    `path` is the folder or file that the user named, for messages.
    """
    places, values, skeletons, image_ids, person_ids = [], [], [], [], []
    count = 0
    tracked = True
    for file, content in frames:
        file = Path(file)
        count += 1
        for number, person in enumerate(_persons(file, content)):
            place = Place(file, number)
            skeleton, numbers = _keypoints(place, person)
            places.append(place)
            values.append(numbers)
            skeletons.append(skeleton)
            image_ids.append(_printable(file.stem.removesuffix(_ENDING)))
            track = _track(place, person)
            tracked &= track is not None
            person_ids.append(number if track is None else track)
    if not places:
        raise persons.NobodyError(f"{path}: OpenPose found nobody ({count} files without people).")
    skeleton = persons.one_skeleton(skeletons, places)
    return persons.make_people(values, places, skeleton, image_ids, person_ids, tracked=tracked)


def _natural(name: str) -> list[tuple[int, str]]:
    """A key by which frame 2 comes before frame 10."""
    parts = re.split(r"(\d+)", name)
    return [(int(p) if p.isdecimal() else -1, p) for p in parts]


def _printable(name: str) -> str:
    """The name of a file, of which bytes that are not UTF-8 are escaped."""
    return name.encode("utf-8", "backslashreplace").decode()


def _persons(file: Path, content: object) -> list[dict[str, Any]]:
    people = content.get("people") if isinstance(content, dict) else None
    if not isinstance(people, list):
        raise InputError(
            f"{file} is not a frame of OpenPose: expected an object with a list 'people', got "
            f"{persons.kind_of(content)}."
        )
    return persons.need_objects(file, people, "people") if people else []


def _keypoints(place: Place, person: dict[str, Any]) -> tuple[Skeleton, np.ndarray]:
    key = next((key for key in _KEYS if key in person), _KEYS[0])
    return persons.keypoint_values(place, person.get(key), key, (BODY_25, OPENPOSE_18))


def _track(place: Place, person: dict[str, Any]) -> int | str | None:
    """The id that a tracker gave; OpenPose itself writes [-1], which is none."""
    given = person.get("person_id", [])
    if isinstance(given, list) and len(given) < 2:
        given = given[0] if given else -1
    if given == -1:
        return None
    return persons.identifier(place, {"person_id": given}, "person_id")


def _units(content: Content) -> Units:
    """The files of a folder; a file alone."""
    path = content.path
    if not content.is_folder:
        return one_unit(content.json, lambda frame: openpose_people(path, [(path, frame)]))

    def read(files: list[Path], first: int) -> People:
        return openpose_people(path, ((file, load_json(file)) for file in files))

    return Units(openpose_files(path), "files", read)


def _recognises(content: Content) -> bool:
    if content.is_folder:
        with opening(content.path):
            return is_openpose_folder(content.path)
    return from_json(is_openpose)(content)


READER = Reader(
    name="openpose",
    recognises=_recognises,
    units=_units,
    guessed_below=0.1,  # its scores are lower than others', and it writes none below 0.05
    general=True,  # any object with `people`
    folder=f"OpenPose's files *{_ENDING}.json",
)
