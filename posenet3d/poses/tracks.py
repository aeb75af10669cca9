"""From people in images to persons over time, for formats that hold motion."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import numpy as np

from posenet3d.errors import InputError
from posenet3d.poses.image_ids import place_of
from posenet3d.poses.people import People
from posenet3d.poses.timeline import timelines_of


@dataclasses.dataclass(frozen=True)
class Track:
    """One person's way through the frames of one sequence.

    Args:
      name: What tells this track from the others, fit for the name of a file; empty where it is
        the only one.
      frames: For each appearance its frame, counted from 0, ascending.
      rows: For each appearance its row in `People`.
      num_frames: F, the frames of the sequence; the same for all persons in it, so that their
        files run side by side.
    """

    name: str
    frames: tuple[int, ...]
    rows: tuple[int, ...]
    num_frames: int

    def over_time(self, per_person: np.ndarray) -> np.ndarray:
        """Values `[P, ...]` of all people as `[F, ...]` float64 of this one; NaN: not there."""
        return self._spread(per_person, 0, self.num_frames)

    def span(self, per_person: np.ndarray) -> np.ndarray:
        """The same from the first appearance to the last alone; tracks may be many, and short."""
        return self._spread(per_person, self.frames[0], self.frames[-1] + 1)

    def _spread(self, per_person: np.ndarray, start: int, end: int) -> np.ndarray:
        values = np.full((end - start, *per_person.shape[1:]), np.nan)
        values[np.array(self.frames) - start] = per_person[list(self.rows)]
        return values


def tracks_of(people: People) -> tuple[Track, ...]:
    """The tracks of people: one a person id, and one a sequence where there are several.

    An image id `sequence/frame`, as those of pose archives, says both. Otherwise all images are
    one sequence. Which frame an image is says `poses.timeline`.

    Raises:
      InputError: If a person is twice in an image.
    """
    timelines = timelines_of(people)
    seen: dict[tuple[str, int | str], dict[int | str, int]] = {}
    for row, image_id in enumerate(people.image_ids):
        sequence, image = place_of(image_id)
        person = people.person_ids[row]
        if seen.setdefault((sequence, person), {}).setdefault(image, row) != row:
            raise InputError(
                f"Person {person} is in image {image_id} twice, so the ids do not tell persons "
                "apart over time; write .npz, .json or .csv, give ids that do, or let positions "
                "tell: --associate=always."
            )
    names = _names(list(seen))
    tracks = []
    for name, ((sequence, _), rows) in zip(names, seen.items(), strict=True):
        timeline = timelines[sequence]
        ordered = sorted((timeline.frames[people.image_ids[row]], row) for row in rows.values())
        tracks.append(Track(name, *zip(*ordered, strict=True), timeline.num_frames))
    return tuple(tracks)


def _names(tracks: list[tuple[str, int | str]]) -> list[str]:
    """A name each: sequence, person or both, whatever differs; no two alike on any file system."""
    sequences, persons = (len(set(values)) > 1 for values in zip(*tracks, strict=True))
    taken: Counter[str] = Counter()
    names = []
    for sequence, person in tracks:
        parts = [sequence] * sequences + [str(person)] * persons
        name = re.sub(r"[^\w.-]+", "_", "_".join(parts))[:50]
        while taken[name.casefold()]:
            taken[name.casefold()] += 1
            name += f"_{taken[name.casefold()]}"
        taken[name.casefold()] += 1
        names.append(name)
    return names
