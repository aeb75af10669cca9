"""Reading people from a file without saying what kind of file it is."""

from __future__ import annotations

import codecs
import dataclasses
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.data.archive import read_archive
from posenet3d.data.records import Poses2D
from posenet3d.errors import InputError
from posenet3d.formats.opening import opening
from posenet3d.formats.people import People
from posenet3d.formats.readers.alphapose import alphapose_people, is_alphapose
from posenet3d.formats.readers.coco import coco_people, is_coco
from posenet3d.formats.readers.json_file import load_json
from posenet3d.formats.readers.mmpose import is_mmpose, mmpose_people
from posenet3d.formats.readers.openpose import (
    is_openpose,
    is_openpose_folder,
    openpose_people,
    read_openpose,
)
from posenet3d.formats.readers.persons import kind_of
from posenet3d.skeleton import H36M_17


@dataclasses.dataclass(frozen=True)
class _JsonFormat:
    """A format of JSON: whether content is of it, and the people in it."""

    matches: Callable[[Any], bool]
    people: Callable[[str | Path, Any], People]


_JSON = {  # in this order: AlphaPose's and MMPose's lists would pass for COCO's
    "alphapose": _JsonFormat(is_alphapose, alphapose_people),
    "mmpose": _JsonFormat(is_mmpose, mmpose_people),
    "coco": _JsonFormat(is_coco, coco_people),
    "openpose": _JsonFormat(is_openpose, openpose_people),
}

FORMATS = (*_JSON, "npz")
"""What `read_people` knows: the readers of `formats.readers`, and pose archives."""

_KNOWN = "COCO, OpenPose, AlphaPose, MMPose or a pose archive (.npz)"


def read_people(
    path: str | Path,
    format: str = "auto",
    split: str | None = None,
    placement: str = H36M_17.name,
) -> People:
    """Reads the persons of a file, or of a folder of OpenPose's files.

    Args:
      path: A file of keypoints or a pose archive; docs/lift_your_keypoints.md has the formats.
      format: One of `FORMATS`, or `"auto"`: the content tells, whatever the file is called.
      split: Which part of a pose archive to read (see `read_archive`).
      placement: The skeleton of an archive's joints (see `read_archive`).

    Returns:
      The persons in the order of the file. Those of an archive have the image id `sequence/frame`
      (`sequence#2/frame` where a name returns) and the person id 0.

    Raises:
      InputError: If the file cannot be read; the message says why and what was expected.
      ValueError: If there is no such format.
    """
    if format not in ("auto", *FORMATS):
        raise ValueError(f"Unknown format {format!r}; known are auto, {', '.join(FORMATS)}.")
    content = None
    if format == "auto":
        format, content = _detect(path)
    if format == "openpose" and content is None:
        return read_openpose(path)  # which may be a folder
    if format in _JSON:
        return _JSON[format].people(path, load_json(path) if content is None else content)
    return _people_of(read_archive(path, split=split, placement=placement))


def detect_format(path: str | Path) -> str:
    """Which of `FORMATS` a file has, by its content.

    Raises:
      InputError: If the file is missing or empty, or has none of them.
    """
    return _detect(path)[0]


def _detect(path: str | Path) -> tuple[str, Any]:
    """The format, and the content if finding out took reading all of it."""
    with opening(path):
        is_folder = Path(path).is_dir()
        if is_folder and is_openpose_folder(path):
            return "openpose", None
    if is_folder:
        raise InputError(
            f"{path} is a folder without OpenPose's files *_keypoints.json; give a file."
        )
    with opening(path), open(path, "rb") as file:
        start = file.read(4096)
    if not start:
        raise InputError(f"{path} is empty.")
    if start.startswith(b"PK"):  # an archive of numpy is a zip
        return "npz", None
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text or text[:1] in b"[{":
        content = load_json(path)
        return _json_format(path, content), content
    raise InputError(f"{path} is none of {_KNOWN}: it begins with {start[:12]!r}.")


def _json_format(path: str | Path, content: object) -> str:
    for name, kind in _JSON.items():
        if kind.matches(content):
            return name
    raise InputError(
        f"{path} is JSON, but none of the known formats ({', '.join(_JSON)}): it holds "
        f"{kind_of(content)}."
    )


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
    )
