"""Whose poses the lifter expects to be wrong: counted part by part, and said in a line."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.geometry.numpy_camera import pose_unit
from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.lifted import Lifted

if TYPE_CHECKING:  # only for its name
    from posenet3d.poses.lift_result import LiftResult

HIGH_ERROR = 0.25
"""Of the pose's size: a pose of which more is expected should not be relied on. By about so much
the flat pose is off on the CMU benchmark."""

LONG_STRETCH = 15
"""Poses of a person in a row that are worth a warning: half a second of video. Ours."""

_ADVICE = (
    "Do not rely on them. What helps: more joints in view, a view from another side, a model "
    "adapted to such footage (posenet3d adapt). Or the joints are not in the order of the format "
    "(--format, --map_file), y is not down, or left and right are exchanged."
)


@dataclasses.dataclass
class _Stretch:
    """Poses of one person in consecutive rows, all of them with a high expected error."""

    person: int | str = 0
    first: int | str = 0  # image
    last: int | str = 0
    length: int = 0


class HighErrors:
    """Poses whose expected error is high, of people that come in parts."""

    def __init__(self) -> None:
        self.high = 0
        self.known = 0  # poses whose expected error is known
        self._of_person: dict[tuple[str, int | str], Counter[bool]] = {}
        self._now: dict[tuple[str, int | str], _Stretch] = {}
        self._longest = _Stretch()

    def add(self, part: Lifted) -> None:
        """Counts the people of a part."""
        errors = relative_errors(part.result)
        known = np.isfinite(errors)
        are_high = (errors > HIGH_ERROR).tolist()
        self.known += int(known.sum())
        for row in np.flatnonzero(known).tolist():
            image, person = part.people.image_ids[row], part.people.person_ids[row]
            key = (sequence_of(image), person)
            high = are_high[row]
            if key not in self._of_person:
                self._of_person[key] = Counter()
            self._of_person[key][high] += 1
            if not high:
                self._now.pop(key, None)
                continue
            self.high += 1
            before = self._now.get(key)
            first, length = (before.first, before.length + 1) if before else (image, 1)
            self._now[key] = now = _Stretch(person, first, image, length)
            if length > self._longest.length:
                self._longest = now

    def note(self) -> str:
        """A line that warns where a person's poses, or a long stretch of them, are affected."""
        persons = [key[1] for key, c in self._of_person.items() if c[True] > c[False]]
        longest = self._longest
        if not persons and longest.length < LONG_STRETCH:
            return ""
        where = ""
        if longest.length > 1:
            where = (
                f", {longest.length} of them in a row (person {longest.person}, images "
                f"{longest.first} to {longest.last})"
            )
        elif len(self._of_person) > 1:
            where = f" (person {longest.person} in image {longest.first} is the first)"
        return (
            f"Expected error above {100 * HIGH_ERROR:g} % of the pose's size: {self.high} of "
            f"{self.known} poses{where}. {_ADVICE}"
        )


def relative_errors(result: LiftResult) -> np.ndarray:
    """Expected error `[N]` of each pose's joints that were seen, over the pose's size.

    Legs that are not in the picture are guessed, and `filled` says so: they are no reason not to
    rely on the arms. NaN where nothing is known, or nothing was seen.
    """
    counts = ~result.filled & (result.expected_error != 0.0)  # the root's error is 0
    number = counts.sum(axis=1)
    seen = np.where(counts, result.expected_error, 0.0).sum(axis=1)
    errors = np.where(number > 0, seen / np.maximum(number, 1), np.nan)
    return errors / pose_unit(result.keypoints_3d)[:, 0, 0]
