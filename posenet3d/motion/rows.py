"""Rows for persons in frames in which they were not detected."""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.people import People
from posenet3d.poses.timeline import timelines_of
from posenet3d.poses.tracks import Track, tracks_of

if TYPE_CHECKING:  # only for its name
    from posenet3d.poses.lift_result import LiftResult

_NOT_DETECTED = "it was not detected in this frame"


@dataclasses.dataclass(frozen=True)
class _NewRow:
    """A frame in which a person was not detected."""

    after: int  # the row that it follows
    frame: int
    like: int  # a row of the same person
    image_id: int | str
    beside: list[int]  # a row of the same image, if there is one


def with_missing_rows(people: People, result: LiftResult, limit: int) -> tuple[People, LiftResult]:
    """People and result with a row, not lifted, for whoever is missing in a short gap.

    A gap is what lies between two poses of a track; the limit is its longest in frames. A new row
    follows those of its frame, or of the frame before, and has the confidence 0. Its image has the
    id by which the file calls it, or which the numbers of the other images give it.

    Raises:
      InputError: If a person is twice in an image.
    """
    tracks = tracks_of(people)
    timelines = timelines_of(people)
    images: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for track in tracks:
        for row, frame in zip(track.rows, track.frames, strict=True):
            images[sequence_of(people.image_ids[row])][frame].append(row)
    frames_of = {sequence: sorted(frames) for sequence, frames in images.items()}
    new = []
    for track in tracks:
        sequence = sequence_of(people.image_ids[track.rows[0]])
        frames = frames_of[sequence]
        for frame in _missing(track, result.lifted, limit):
            before = frames[bisect.bisect_right(frames, frame) - 1]  # or the frame itself
            rows = images[sequence][before]
            beside = rows[:1] if before == frame else []
            image_id = timelines[sequence].image_ids.get(frame)
            if image_id is not None:
                new.append(_NewRow(max(rows), frame, track.rows[0], image_id, beside))
    return _insert(people, result, new) if new else (people, result)


def _missing(track: Track, lifted: np.ndarray, limit: int) -> list[int]:
    """The frames within short gaps in which a track has no row."""
    posed = [f for f, row in zip(track.frames, track.rows, strict=True) if lifted[row]]
    within = {
        frame
        for before, after in itertools.pairwise(posed)
        if after - before - 1 <= limit
        for frame in range(before + 1, after)
    }
    return sorted(within.difference(track.frames))


def _insert(people: People, result: LiftResult, new: list[_NewRow]) -> tuple[People, LiftResult]:
    count = len(people)
    keys = [(row, -1) for row in range(count)] + [(row.after, row.frame) for row in new]
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__))

    def rows(array: np.ndarray, value: float) -> np.ndarray:
        """The array with this value in the new rows."""
        empty = np.full((len(new), *array.shape[1:]), value, array.dtype)
        return np.concatenate([array, empty])[order]

    def entries(old: tuple, added: list) -> tuple:
        both = [*old, *added]
        return tuple(both[place] for place in order)

    sizes, names = people.image_sizes, people.file_names
    people = dataclasses.replace(
        people,
        keypoints_2d=rows(people.keypoints_2d, 0.0),
        confidence=rows(people.confidence, 0.0),
        image_ids=entries(people.image_ids, [row.image_id for row in new]),
        person_ids=entries(people.person_ids, [people.person_ids[row.like] for row in new]),
        image_sizes=sizes and entries(sizes, [sizes[row.like] for row in new]),
        file_names=names
        and entries(names, [names[row.beside[0]] if row.beside else None for row in new]),
    )
    return people, dataclasses.replace(
        result,
        keypoints_3d=rows(result.keypoints_3d, np.nan),
        filled=rows(result.filled, False),
        lifted=rows(result.lifted, False),
        problems=entries(result.problems, [_NOT_DETECTED] * len(new)),
        score=rows(result.score, np.nan),
        elevation=rows(result.elevation, np.nan),
        expected_error=rows(result.expected_error, np.nan),
        root_3d=None if result.root_3d is None else rows(result.root_3d, np.nan),
        exchanged=None if result.exchanged is None else rows(result.exchanged, False),
    )
