"""What tells the persons of frames apart over time.

Inputs are read in parts, of which each has to come to the same answer. So it is found in all frames
before the first part is read, but only until the answer is known, and in files by the ids alone.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.formats.parsing.frame_files.layout import FrameLayout, is_all_nan
from posenet3d.formats.parsing.persons import Place

Identity = Literal["ids", "places", "none"]
"""What is the same for a person in every frame: the id, the place in the list of persons, none."""


class FrameIds(NamedTuple):
    """Who is in a frame.

    `tracks` are the ids of those who are, None for whoever has none, and `places` is how many
    persons the frame lists, `away` whether one of them is all NaN.
    """

    tracks: list[int | str | None]
    places: int
    away: bool

    @property
    def differ(self) -> bool:
        """Whether everybody has an id and no two persons the same."""
        return None not in self.tracks and len(set(self.tracks)) == len(self.tracks)


def identity_of(frames: Iterable[FrameIds], may_be_places: bool) -> Identity:
    """What it is in these frames; stops as soon as it is known.

    Ids count where they tell everybody in every frame apart. Pose2Sim and Sports2D write none, but
    leave who is away in place, all NaN, so that the list never gets shorter
    (`sort_people_sports2d`, `save_to_openpose`).

    Args:
      frames: All frames of the input.
      may_be_places: Whether the input may be from Pose2Sim.
    """
    has_ids, keeps_places, most, somebody_away = True, may_be_places, 0, False
    for frame in frames:
        has_ids = has_ids and frame.differ
        keeps_places = keeps_places and frame.places >= most
        if not (has_ids or keeps_places):
            return "none"
        most = max(most, frame.places)
        somebody_away = somebody_away or frame.away
    if has_ids:
        return "ids"
    return "places" if somebody_away else "none"


def ids_of_files(layout: FrameLayout, files: Iterable[Path]) -> Iterator[FrameIds]:
    """Who is in each file, which is parsed only where that cannot be avoided; none in bad ones."""
    key = re.escape(layout.person_id).encode()
    id_of_one = re.compile(rb'"%s"\s*:\s*\[?\s*(-?\d{1,18})\s*[],}]' % key)
    keypoints = f'"{layout.keypoints[0]}"'.encode()
    for file in files:
        with contextlib.suppress(InputError, OSError):
            content = file.read_bytes()
            ids = id_of_one.findall(content)
            if len(ids) == content.count(keypoints) and b"NaN" not in content:
                yield FrameIds([None if i == b"-1" else int(i) for i in ids], len(ids), False)
            else:
                yield ids_of_frame(layout, load_json(file))


def ids_of_frame(layout: FrameLayout, frame: Any) -> FrameIds:
    """Who is in a frame; what is no id or no person at all, is said on reading it."""
    people = [p for p in layout.persons_of(frame) or [] if isinstance(p, dict) and p]
    tracks: list[int | str | None] = []
    away = 0
    for number, person in enumerate(people):
        place = Place("", number)
        try:
            if is_all_nan(layout.numbers_of(place, person).values):
                away += 1
                continue
            tracks.append(layout.track_of(place, person))
        except InputError:
            tracks.append(None)
    return FrameIds(tracks, len(people), away > 0)
