"""Pose archives, the package's own `.npz` of 2D poses; the layout is in docs/data.md."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.npz import names_in
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, whole
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.people import People
from posenet3d.poses.records import Poses2D

_OF_DETECTRON = {"boxes", "segments", "keypoints", "metadata"}


def people_of(poses: Poses2D) -> People:
    """Frames of an archive as people.

    Returns:
      One person a frame. The image ids are `sequence/frame` (`sequence#2/frame` where a name
      returns), the person ids 0; the confidence is 1 where the archive has none.
    """
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


def _read(content: Content, split: str | None, **settings: Any) -> People:
    if set(names_in(content.path)) >= _OF_DETECTRON:
        raise InputError(
            f"{content.path} is what VideoPose3D's infer_video_d2.py writes of one video; run its "
            "data/prepare_data_2d_custom.py, and give the data_2d_custom_*.npz that it writes."
        )
    return people_of(read_archive(content.path, split, **settings))


READER = Reader(
    name="npz",
    recognises=lambda content: content.is_zip,
    units=whole(_read),
    any_unit=True,
    takes=("split", "placement", "map_file", "image_size"),
    general=True,  # VideoPose3D's archives are zips too
)
