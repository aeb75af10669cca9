"""Reading people from a file without saying what kind of file it is."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.files.json_items import LARGE_BYTES, JsonItems, open_items
from posenet3d.files.opening import opening
from posenet3d.formats.parsing.persons import kind_of, numbered
from posenet3d.formats.parsing.source import PeopleSource, whole
from posenet3d.formats.parsing.table import Table, load_table
from posenet3d.formats.readers.alphapose import is_alphapose
from posenet3d.formats.readers.coco import is_coco
from posenet3d.formats.readers.csv_file import csv_people, is_csv
from posenet3d.formats.readers.deeplabcut import is_deeplabcut, read_deeplabcut
from posenet3d.formats.readers.mediapipe import check_mediapipe, is_mediapipe, mediapipe_people
from posenet3d.formats.readers.mmpose import is_mmpose
from posenet3d.formats.readers.openpose import is_openpose, is_openpose_folder
from posenet3d.formats.readers.units import json_source, openpose_source, with_image_size
from posenet3d.formats.readers.videopose3d import is_videopose3d, read_videopose3d
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.people import People
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

# In this order: lists of AlphaPose and MMPose would pass for COCO's.
_JSON: dict[str, Callable[[Any], bool]] = {
    "alphapose": is_alphapose,
    "mmpose": is_mmpose,
    "coco": is_coco,
    "openpose": is_openpose,
    "mediapipe": is_mediapipe,
}
_TABLES: dict[str, Callable[[Table], bool]] = {"mediapipe": is_mediapipe, "csv": is_csv}
_ARCHIVES = ("videopose3d", "npz")
_OWN_JOINTS = ("coco", "csv", "deeplabcut", *_ARCHIVES)  # formats that any joints may be in

FORMATS = ("coco", "openpose", "alphapose", "mmpose", "mediapipe", "deeplabcut", "csv", *_ARCHIVES)
"""What `read_people` knows: the formats of `formats.readers`, and pose archives."""


def read_people(
    path: str | Path,
    format: str = "auto",
    split: str | None = None,
    placement: str | Skeleton = H36M_17.name,
    image_size: tuple[int, int] | None = None,
    map_file: MapFile | None = None,
) -> People:
    """Reads the persons of a file, or of a folder of OpenPose's files.

    Args:
      path: A file of keypoints or a pose archive; docs/lift_your_keypoints.md has the formats.
      format: One of `FORMATS`, or `"auto"`: the content tells, whatever the file is called.
      split: Which part of a pose archive to read (see `read_archive`).
      placement: The skeleton of the joints of archives, tables and DeepLabCut's files, where they
        do not say it (see `read_archive`).
      image_size: (width, height) of the images in pixels, for formats whose coordinates are parts
        of it, and where the file does not say it.
      map_file: The user's own skeleton, whose joints the file has, if it is none of those known.

    Returns:
      The persons in the order of the file. Those of an archive have the image id `sequence/frame`
      (`sequence#2/frame` where a name returns) and the person id 0.

    Raises:
      InputError: If the file cannot be read; the message says why and what was expected.
      ValueError: If there is no such format.
    """
    return open_people(path, format, split, placement, image_size, map_file).read()


def open_people(
    path: str | Path,
    format: str = "auto",
    split: str | None = None,
    placement: str | Skeleton = H36M_17.name,
    image_size: tuple[int, int] | None = None,
    map_file: MapFile | None = None,
) -> PeopleSource:
    """The same persons in parts, for inputs larger than memory: folders, and long lists in JSON.

    Args and errors are those of `read_people`; what is wrong with a part is found on reading it.
    """
    if format not in ("auto", *FORMATS):
        raise ValueError(f"Unknown format {format!r}; known are auto, {', '.join(FORMATS)}.")
    found, content = _load(path, format)
    if map_file is not None and found not in _OWN_JOINTS:
        raise InputError(
            f"{path} is in the format {found}, whose joints are known; a map file is for those of "
            f"{', '.join(_OWN_JOINTS)}."
        )
    if found == "openpose" and content is None:
        return openpose_source(path, image_size)
    if found in _JSON and not isinstance(content, Table):
        return json_source(path, found, content, image_size, map_file)
    if found == "npz":
        people = _people_of(read_archive(path, split, placement=placement, map_file=map_file))
    elif found == "videopose3d":
        people = read_videopose3d(path, map_file)
    elif found == "deeplabcut":
        people = read_deeplabcut(path, placement, map_file)
    elif found == "csv":
        people = csv_people(path, content, placement, map_file)
    else:
        check_mediapipe(path, content)
        people = numbered(mediapipe_people(path, content, image_size))
    return whole(path, found, with_image_size(people, image_size))


def detect_format(path: str | Path) -> str:
    """Which of `FORMATS` a file has, by its content.

    Raises:
      InputError: If the file is missing or empty, or has none of them.
    """
    return _load(path, "auto")[0]


def _load(path: str | Path, format: str) -> tuple[str, Any]:
    """The format, and the content of a file of JSON or a simple table; None of others."""
    if format in ("auto", "openpose"):
        with opening(path):
            is_folder = Path(path).is_dir()
            has_frames = is_folder and is_openpose_folder(path)
        if has_frames or (is_folder and format == "openpose"):
            return "openpose", None
        if is_folder:
            raise InputError(
                f"{path} is a folder without OpenPose's files *_keypoints.json; give a file."
            )
    with opening(path), open(path, "rb") as file:
        start = file.read(4096)
        is_large = Path(path).stat().st_size > LARGE_BYTES
    if not start:
        raise InputError(f"{path} is empty.")
    if format in (*_ARCHIVES, "deeplabcut"):
        return format, None
    if format == "auto" and is_deeplabcut(path):
        return "deeplabcut", None
    if format == "auto" and start.startswith(b"PK"):  # NumPy's archives are zips
        return "videopose3d" if is_videopose3d(path) else "npz", None
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text or text[:1] in b"[{" or (format in _JSON and format not in _TABLES):
        content = open_items(path) if is_large else load_json(path)
        kinds = _JSON
    elif format in _TABLES or b"," in text.partition(b"\n")[0]:
        content = load_table(path)
        kinds = _TABLES
    else:
        raise InputError(f"{path} is none of {', '.join(FORMATS)}: it begins with {start[:12]!r}.")
    shown = content.sample() if isinstance(content, JsonItems) else content
    if format == "auto":
        format = next((name for name, matches in kinds.items() if matches(shown)), None)
    if format is None:
        raise InputError(
            f"{path} is none of the formats known ({', '.join(FORMATS)}): it holds "
            f"{kind_of(shown)}."
        )
    return format, content


def _people_of(poses: Poses2D) -> People:
    persons = len(poses)
    confidence = poses.confidence
    if confidence is None:
        confidence = np.ones(poses.keypoints_2d.shape[:2], np.float32)
    seen: Counter[str] = Counter()
    image_ids: list[str] = []
    for name, length in zip(poses.sequences, poses.lengths, strict=True):
        seen[name] += 1
        take = name if seen[name] == 1 else f"{name}#{seen[name]}"
        image_ids += [f"{take}/{frame}" for frame in range(length)]
    return People(
        np.asarray(poses.keypoints_2d, np.float32),
        np.asarray(confidence, np.float32),
        poses.skeleton,
        tuple(image_ids),
        (0,) * persons,
        None if poses.image_size is None else (poses.image_size,) * persons,
        tracked=True,
    )
