"""OpenPose's frames of its experimental model BODY_25B.

They are laid out as all of OpenPose's, and have 25 joints as BODY_25, in another order. Nothing in
a file says so. The body does: in the wrong order bones run across it. The model is that of
github.com/CMU-Perceptual-Computing-Lab/openpose_train, experimental_models/README.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.frame_units import frame_units, sample_frames
from posenet3d.formats.interface.reader import Reader, Units
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_numbers import joint_numbers
from posenet3d.formats.parsing.persons import Place
from posenet3d.formats.readers.json_files import openpose
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import BODY_25, BODY_25B, Skeleton

LAYOUT = dataclasses.replace(openpose.LAYOUT, skeletons={BODY_25B.num_joints: BODY_25B})
"""OpenPose's frames with 25 joints in the order of BODY_25B."""

# In the right order most bones are short, those of the face above all. So what is compared is the
# mean logarithm of the bones' lengths in parts of a person's size: BODY_25's less BODY_25B's is
# -1.2 for people in the one order and 0.8 in the other, -0.7 and 0.3 where no legs are seen (means
# of 900 synthetic people).
_MARGIN = 0.1
_SMALLEST = 0.03  # parts of a size, below which lengths are alike
_LEAST_BONES = 8


def read_openpose_body25b(path: str | Path) -> People:
    """Reads OpenPose's frames of the model BODY_25B: as `read_openpose`, on `BODY_25B`.

    Raises:
      InputError: As `read_openpose`, and if somebody has not 25 joints.
    """
    return READER.read(path)


def is_body25b(keypoints: np.ndarray) -> bool:
    """Whether joints are in the order of BODY_25B and not in BODY_25's.

    Args:
      keypoints: `[P, 25, 3]`: x and y in pixels, confidence, 0 at joints that are missing.
    """
    there = keypoints[..., 2] > 0
    points = np.where(there[..., None], keypoints[..., :2], np.nan)[there.sum(axis=1) > 1]
    sizes = np.linalg.norm(np.nanmax(points, axis=1) - np.nanmin(points, axis=1), axis=-1)
    points = points[sizes > 0] / sizes[sizes > 0, None, None]
    differences = _shortness(points, BODY_25B) - _shortness(points, BODY_25)
    return bool(np.nan_to_num(differences).sum() > _MARGIN * np.isfinite(differences).sum())


def _shortness(points: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """How short bones are with the joints in this order, `[P]`; NaN: too few of them are seen."""
    ends = points[:, np.array(skeleton.bones)]  # [P, bones, 2, 2]
    lengths = np.linalg.norm(ends[:, :, 0] - ends[:, :, 1], axis=-1)
    seen = np.isfinite(lengths)
    total = np.where(seen, -np.log(np.nan_to_num(lengths) + _SMALLEST), 0).sum(axis=1)
    count = seen.sum(axis=1)
    return np.where(count >= _LEAST_BONES, total / np.maximum(count, 1), np.nan)


def _keypoints(frames: Iterable[Any]) -> np.ndarray:
    """The numbers `[P, 25, 3]` of all who have 25 joints, as far as they are numbers."""
    found = [np.zeros((0, 25, 3))]
    for frame in frames:
        for person in openpose.LAYOUT.persons_of(frame) or []:
            place = Place("", 0)
            try:
                key, skeleton, values = openpose.LAYOUT.numbers_of(place, person)
                if skeleton is BODY_25:
                    found.append(joint_numbers(place, values, key, skeleton)[None])
            except (InputError, AttributeError, TypeError):  # is said on reading it
                continue
    keypoints = np.concatenate(found)
    usable = (np.abs(keypoints) <= persons.MAX_PIXELS).all(axis=-1, keepdims=True)
    return np.where(usable, keypoints, 0)


def _units(content: Content) -> Units:
    return frame_units(content, LAYOUT)


def _recognises(content: Content) -> bool:
    keypoints = _keypoints(sample_frames(content, LAYOUT))
    return len(keypoints) > 0 and is_body25b(keypoints)


READER = Reader(
    name="openpose_body25b",
    recognises=_recognises,
    units=_units,
    guessed_below=openpose.READER.guessed_below,
    folder=openpose.READER.folder,
)
