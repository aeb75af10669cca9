"""From people in images to persons over time, for formats that hold motion."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter

import numpy as np

from posenet3d.errors import InputError
from posenet3d.poses.image_ids import IN_SEQUENCE, NUMBERED
from posenet3d.poses.people import People


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
        values = np.full((self.num_frames, *per_person.shape[1:]), np.nan)
        values[list(self.frames)] = per_person[list(self.rows)]
        return values


def tracks_of(people: People) -> tuple[Track, ...]:
    """The tracks of people: one a person id, and one a sequence where there are several.

    An image id `sequence/frame`, as those of pose archives, says both. Otherwise all images are
    one sequence, in the order of their numbers: ids that are whole numbers, or names that differ
    in one number alone (`frame_0012.jpg`). These are the frames if they count: at least half of
    the numbers between the first and the last, in their common step, occur. Those that do not are
    then frames in which nobody was found. Images with other ids are frames in the order in which
    the file names them first.

    Raises:
      InputError: If a person is twice in an image.
    """
    places = [_place(image_id) for image_id in people.image_ids]
    images: dict[str, dict[int | str, None]] = {}  # the values are not used: an ordered set
    seen: dict[tuple[str, int | str], dict[int | str, int]] = {}
    for row, (sequence, image) in enumerate(places):
        images.setdefault(sequence, {})[image] = None
        person = people.person_ids[row]
        if seen.setdefault((sequence, person), {}).setdefault(image, row) != row:
            raise InputError(
                f"Person {person} is in image {people.image_ids[row]} twice, so the ids do not "
                "tell persons apart over time; write .npz, .json or .csv, or give ids that do."
            )
    frames = {sequence: _frames(list(ids)) for sequence, ids in images.items()}
    names = _names(list(seen))
    tracks = []
    for name, ((sequence, _), rows) in zip(names, seen.items(), strict=True):
        number = frames[sequence]
        ordered = sorted((number[image], row) for image, row in rows.items())
        tracks.append(Track(name, *zip(*ordered, strict=True), max(number.values()) + 1))
    return tuple(tracks)


def _place(image_id: int | str) -> tuple[str, int | str]:
    """The sequence and the image within it."""
    match = IN_SEQUENCE.fullmatch(image_id) if isinstance(image_id, str) else None
    return (match[1], int(match[2])) if match else ("", image_id)


def _frames(image_ids: list[int | str]) -> dict[int | str, int]:
    """The frame of each image of a sequence."""
    numbers = _numbers(image_ids)
    if numbers and len(numbers) > 1:
        first, last = min(numbers.values()), max(numbers.values())
        step = math.gcd(*(number - first for number in numbers.values()))
        if (last - first) // step + 1 <= 2 * len(numbers):
            return {i: (number - first) // step for i, number in numbers.items()}
        image_ids = sorted(image_ids, key=numbers.__getitem__)
    return {i: frame for frame, i in enumerate(image_ids)}


def _numbers(image_ids: list[int | str]) -> dict[int | str, int] | None:
    """The number of each image; None where their ids do not number them."""
    if all(isinstance(i, int) for i in image_ids):
        return {i: i for i in image_ids}
    matches = [NUMBERED.fullmatch(i) if isinstance(i, str) else None for i in image_ids]
    if not all(matches) or len({(m[1], m[3]) for m in matches}) > 1:
        return None
    numbers = {i: int(m[2]) for i, m in zip(image_ids, matches, strict=True)}
    return numbers if len(set(numbers.values())) == len(numbers) else None


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
