"""Lifted poses as an `.npz` archive, the format that loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.formats.atomic import atomic_path
from posenet3d.formats.people import People

if TYPE_CHECKING:  # only for its name: writing needs no TensorFlow
    from posenet3d.models.estimator import LiftResult


def write_lifted(path: str | Path, people: People, result: LiftResult) -> None:
    """Writes persons and what became of them; the file appears whole or not at all.

    The archive holds plain arrays, readable with `numpy.load(path)`, P persons of J joints:

    | array | shape | meaning |
    |---|---|---|
    | `keypoints_3d` | `[P, J, 3]` | x right, y down, z forward, from the root; NaN: not lifted |
    | `keypoints_2d` | `[P, J, 2]` | what was lifted: pixels (x right, y down) |
    | `confidence` | `[P, J]` | in [0, 1]; 0: the joint was missing |
    | `filled` | `[P, J]` | True: the joint was missing and its 3D position filled in |
    | `lifted` | `[P]` | True: the person has a 3D pose |
    | `problems` | `[P]` | why not, in words; empty for lifted persons |
    | `score`, `elevation` | `[P]` | as `LiftResult` defines them |
    | `image_ids`, `person_ids` | `[P]` | as in the input file: whole numbers, or texts |
    | `joints`, `parents` | `[J]` | names, and the index of each one's parent (-1: root) |
    | `unit` | `[]` | of `keypoints_3d`: `pose` (the pose's own size) or `mm` |

    Args:
      path: The file to write, ending in `.npz`.
      people: The persons that were lifted, on the lifter's skeleton (`People.on`).
      result: What the estimator returned for them.

    Raises:
      InputError: If the folder of `path` does not exist.
      ValueError: If people and result do not belong together.
    """
    expected = (len(people), people.skeleton.num_joints, 3)
    if result.keypoints_3d.shape != expected:
        raise ValueError(
            f"The result has keypoints_3d {list(result.keypoints_3d.shape)} but the people need "
            f"{list(expected)} (skeleton {people.skeleton.name}); give the people that were lifted."
        )
    arrays = {
        "keypoints_3d": np.asarray(result.keypoints_3d, np.float32),
        "keypoints_2d": np.asarray(people.keypoints_2d, np.float32),
        "confidence": np.asarray(people.confidence, np.float32),
        "filled": np.asarray(result.filled, bool),
        "lifted": np.asarray(result.lifted, bool),
        "problems": np.array(result.problems, dtype=str),
        "score": np.asarray(result.score, np.float32),
        "elevation": np.asarray(result.elevation, np.float32),
        "image_ids": _ids(people.image_ids),
        "person_ids": _ids(people.person_ids),
    }
    for name, array in arrays.items():
        if len(array) != len(people):
            raise ValueError(f"{name} has {len(array)} rows for {len(people)} people.")
    arrays |= {
        "joints": np.array(people.skeleton.joint_names),
        "parents": np.array(people.skeleton.parents, np.int64),
        "unit": np.array(result.unit),
    }
    # Through an open file, because savez appends .npz to any other name.
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def _ids(ids: tuple[int | str, ...]) -> np.ndarray:
    """Numbers as numbers; as texts once one of them is a text."""
    if all(isinstance(i, int) for i in ids):
        return np.array(ids, np.int64)
    return np.array([str(i) for i in ids])
