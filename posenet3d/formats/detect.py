"""Reading people from a file without saying what kind of file it is."""

from __future__ import annotations

import codecs
from collections import Counter
from pathlib import Path

import numpy as np

from posenet3d.data.archive import read_archive
from posenet3d.data.records import Poses2D
from posenet3d.errors import InputError
from posenet3d.formats.opening import opening
from posenet3d.formats.people import People
from posenet3d.formats.readers.coco import read_coco
from posenet3d.skeleton import H36M_17

FORMATS = ("coco", "npz")
"""What `read_people` knows: COCO keypoint JSON and pose archives."""


def read_people(
    path: str | Path,
    format: str = "auto",
    split: str | None = None,
    placement: str = H36M_17.name,
) -> People:
    """Reads the persons of a file.

    Args:
      path: A COCO keypoint file (results or annotations) or a pose archive.
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
    if format == "auto":
        format = detect_format(path)
    if format == "coco":
        return read_coco(path)
    return _people_of(read_archive(path, split=split, placement=placement))


def detect_format(path: str | Path) -> str:
    """Which of `FORMATS` a file has, by its first bytes.

    Raises:
      InputError: If the file is missing or empty, or has none of them.
    """
    with opening(path), open(path, "rb") as file:
        start = file.read(4096)
    if not start:
        raise InputError(f"{path} is empty.")
    if start.startswith(b"PK"):  # an archive of numpy is a zip
        return "npz"
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not text or text[:1] in b"[{":
        return "coco"
    raise InputError(
        f"{path} is neither a COCO keypoint file (JSON) nor a pose archive (.npz): it begins with "
        f"{start[:12]!r}."
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
