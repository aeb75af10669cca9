"""People of arrays of tracks: every individual in every frame, with gaps where it was not found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_names import skeleton_of
from posenet3d.formats.parsing.persons import UNIT_RANGE, Place
from posenet3d.poses.people import Listed, People
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import Skeleton


def people_of_tracks(
    path: str | Path,
    values: np.ndarray,
    parts: Sequence[str],
    individuals: Sequence[int | str],
    frames: Sequence[int | str],
    placement: str | Skeleton,
    map_file: MapFile | None = None,
    confidences: tuple[float, float] = UNIT_RANGE,
    files: bool = False,
) -> People:
    """The individuals of each frame in which they were found; all frames are listed.

    A single individual is in every frame, also where nothing of it was found.

    Args:
      path: The file, for messages.
      values: float64 `[F, A, P, 3]`: x and y in pixels and the confidence of P body parts of A
        individuals. NaN in x or y is a missing part; a confidence of NaN is 1.
      parts: The names of the P body parts, each once; they tell the skeleton as `skeleton_of` does.
      individuals: The ids of the A individuals.
      frames: What the file calls the F frames: numbers of a video, or texts.
      placement: As in `skeleton_of`.
      map_file: As in `skeleton_of`.
      confidences: As in `persons.make_people`.
      files: Whether texts among the frames are paths of images.

    Raises:
      InputError: If nobody was found at all, no skeleton has the parts, or a value cannot be meant.
    """
    skeleton, joints = skeleton_of(path, parts, placement, map_file)
    found = np.zeros((*values.shape[:2], skeleton.num_joints, 3))
    for part, joint in enumerate(joints):
        if joint is not None:
            found[:, :, joint] = values[:, :, part]
            found[..., joint, 2][np.isnan(found[..., joint, 2])] = 1.0
    found[np.isnan(found[..., :2]).any(axis=-1)] = 0.0
    there = (found[..., 2] != 0).any(axis=-1)
    if len(individuals) == 1:
        there[:] = True
    if not there.any():
        raise InputError(f"{path}: no body part of any individual was found in any frame.")
    rows, numbers = np.nonzero(there)
    image_ids = [frames[row] for row in rows]
    ids = [individuals[number] for number in numbers]
    return persons.make_people(
        list(found[there]),
        [Place(path, who, image) for who, image in zip(ids, image_ids, strict=True)],
        skeleton,
        image_ids,
        ids,
        tracked=True,
        confidences=confidences,
        file_names=_file_names(image_ids) if files else None,
        numbers_are_frames=all(isinstance(frame, int) for frame in frames),
        listed=Listed(tuple(frames), _file_names(frames) if files else None),
    )


def _file_names(frames: Sequence[int | str]) -> tuple[str | None, ...] | None:
    """The paths among what frames are called."""
    names = tuple(frame if isinstance(frame, str) else None for frame in frames)
    return names if any(names) else None
