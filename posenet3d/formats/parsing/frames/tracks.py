"""What tells the persons of frames apart over time; decided for all frames before any is read.

Inputs are read in parts, of which each has to come to the same answer. So all frames are gone
through, but only until the answer is known, and of files not the keypoints but the ids.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.frames.layout import FrameLayout
from posenet3d.formats.parsing.persons import Place

Identity = Literal["ids", "places", "none"]
"""What is the same for a person in every frame: the id, the place in the list of persons, none."""


def identity_of_frames(layout: FrameLayout, frames: Iterable[Any]) -> Identity:
    """What it is in frames that are in one file."""
    return _identity(_ids_of_frame(layout, frame) for frame in frames)


def identity_of_files(layout: FrameLayout, files: list[Path]) -> Identity:
    """What it is in a folder with a file a frame; files that cannot be read are passed over."""
    if (found := _identity(ids for ids in _ids_of_files(layout, files))) == "ids":
        return found
    # OpenPose itself, whose files have the ending, never writes NaN.
    has_places = not files[0].stem.endswith(layout.ending or ".") and _keeps_places(layout, files)
    return "places" if has_places else "none"


def _identity(ids_of_frames: Iterable[list[int | str | None]]) -> Identity:
    """Ids, where everybody has one and no two persons of a frame the same."""
    pairs = ((number, one) for number, ids in enumerate(ids_of_frames) for one in ids)
    return "ids" if persons.are_tracks(pairs) else "none"


def _keeps_places(layout: FrameLayout, files: list[Path]) -> bool:
    """Whether persons who are not in an image keep their place in its list, all NaN.

    Pose2Sim and Sports2D write such files (`sort_people_sports2d`, `save_to_openpose`): whoever
    was seen once has a place from then on, so that the list never gets shorter.
    """
    most, somebody_away = 0, False
    for file in files:
        with contextlib.suppress(InputError, OSError):
            content = file.read_bytes()
            count = content.count(f'"{layout.keypoints[0]}"'.encode())
            if count < most or (not somebody_away and b"NaN" in content):
                people = _objects(layout, load_json(file))
                if len(people) < most:
                    return False
                somebody_away |= any(_is_away(layout, person) for person in people)
            most = max(most, count)
    return somebody_away


def _is_away(layout: FrameLayout, person: dict[str, Any]) -> bool:
    with contextlib.suppress(InputError):
        return layout.numbers_of(Place("", 0), person).all_nan
    return False


def _ids_of_files(layout: FrameLayout, files: list[Path]) -> Iterator[list[int | str | None]]:
    """The ids of each file's persons; the file is parsed only where that cannot be avoided."""
    key = re.escape(layout.person_id).encode()
    id_of_one = re.compile(rb'"%s"\s*:\s*\[?\s*(-?\d{1,18})\s*[],}]' % key)
    keypoints = f'"{layout.keypoints[0]}"'.encode()
    for file in files:
        with contextlib.suppress(InputError, OSError):
            content = file.read_bytes()
            ids = id_of_one.findall(content)
            if len(ids) == content.count(keypoints) == content.count(b'"%s"' % key):
                yield [None if int(one) == -1 else int(one) for one in ids]
            else:
                yield _ids_of_frame(layout, load_json(file))


def _ids_of_frame(layout: FrameLayout, frame: Any) -> list[int | str | None]:
    """The ids of a frame's persons; None for what cannot be one as well."""
    ids: list[int | str | None] = []
    for person in _objects(layout, frame):
        try:
            ids.append(layout.track_of(Place("", 0), person))
        except InputError:
            ids.append(None)
    return ids


def _objects(layout: FrameLayout, frame: Any) -> list[dict[str, Any]]:
    return [p for p in layout.persons_of(frame) or [] if isinstance(p, dict)]
