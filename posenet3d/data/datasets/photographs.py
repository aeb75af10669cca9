"""2D poses of people in photographs, as data sets of single pictures annotate them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from posenet3d.errors import InputError
from posenet3d.poses.coordinates import without_corner
from posenet3d.poses.people import People
from posenet3d.poses.records import Poses2D


def to_poses(
    people: People, min_joints: int, path: str | Path, labels: Mapping[str, np.ndarray]
) -> tuple[Poses2D, dict[str, np.ndarray], int]:
    """The persons with enough joints, each a sequence of its own: nobody is in the next picture.

    Args:
      people: The persons of a file.
      min_joints: Persons with fewer joints are left out; 1 leaves out those without any.
      path: The file, for messages.
      labels: Further arrays with an entry a person.

    Returns:
      The poses, whose sequences are named for the pictures; the labels of those persons, with
      `image_sizes` where every size is known; and how many persons had some joints, but too few.

    Raises:
      InputError: If nobody has enough joints.
    """
    confidence = without_corner(people.keypoints_2d, people.confidence)
    joints = (confidence > 0).sum(axis=1)
    rows = np.flatnonzero(joints >= min_joints)
    if not len(rows):
        raise InputError(
            f"{path}: none of the {len(people)} persons has {min_joints} joints or more; the most "
            f"is {joints.max()}."
        )
    names = [
        name or str(number)
        for name, number in zip(
            people.file_names or [None] * len(people), people.image_ids, strict=True
        )
    ]
    poses = Poses2D(
        people.keypoints_2d[rows],
        people.skeleton,
        confidence=confidence[rows],
        lengths=np.ones(len(rows), np.int64),
        sequences=tuple(names[row] for row in rows),
    )
    kept = {key: array[rows] for key, array in labels.items()}
    sizes = people.image_sizes
    if sizes and all(sizes[row] for row in rows):
        kept["image_sizes"] = np.array([sizes[row] for row in rows])
    return poses, kept, int(((joints > 0) & (joints < min_joints)).sum())
