"""MediaPipe's landmarks in a table: a row a pose, columns for each landmark.

The columns of the landmarks are `x0`, `y0`, `visibility0` (or `v0`) to 32, also written `x_0`, or
counted from 1 to 33, or `nose_x`, `nose_y`, `nose_visibility` and so on by the landmarks' names.
Other columns are not looked at, but for one of the frame (`frame`, `frame_id`, `image`, `image_id`)
and one of the person (`person`, `person_id`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from posenet3d.formats.parsing.persons import Place
from posenet3d.formats.parsing.table import Table, identifier_of
from posenet3d.poses.people import Listed
from posenet3d.skeletons.skeleton import MEDIAPIPE_33

_VIDEO_FRAME = ("frame", "frame_id")
_FRAME = (*_VIDEO_FRAME, "image", "image_id")
_PERSON = ("person", "person_id")
_VISIBILITY = ("visibility", "v")


def _mediapipes(name: str) -> str:
    """MediaPipe's own name of a landmark: MOUTH_LEFT for `left_mouth`."""
    return "mouth_" + name.removesuffix("_mouth") if name.endswith("_mouth") else name


# From quantity, number and name of a landmark to its column, in the ways people write it.
_WAYS: tuple[Callable[[str, int, str], str], ...] = (
    lambda quantity, number, name: f"{quantity}{number}",
    lambda quantity, number, name: f"{quantity}_{number}",
    lambda quantity, number, name: f"{quantity}{number + 1}",
    lambda quantity, number, name: f"{name}_{quantity}",
    lambda quantity, number, name: f"{_mediapipes(name)}_{quantity}",
)


def is_mediapipe_table(table: Table) -> bool:
    """Whether there are columns of every landmark."""
    return _way(table) is not None


def table_poses(table: Table) -> Iterator[tuple[int | str, int | str | None, Place, list[Any]]]:
    """The poses of a table of which `is_mediapipe_table` holds.

    A row without any coordinate is a frame with nobody in it; a landmark without is missing.

    Yields:
      Image id, person id or None, place, and x, y and visibility of each landmark in turn.

    Raises:
      InputError: If a cell is not a number, or only one of x and y is there.
    """
    way = _way(table)
    landmarks = [
        (name, [_column(table, way, quantity, number) for quantity in ("x", "y", "visibility")])
        for number, name in enumerate(MEDIAPIPE_33.joint_names)
    ]
    frame_column, person_column = table.first_of(_FRAME), table.first_of(_PERSON)
    seen: Counter[int | str] = Counter()
    for number, (line, cells) in enumerate(table.rows):
        flat: list[float] = []
        for name, columns in landmarks:
            x, y, visibility = ("" if c is None else cells[c] for c in columns)
            if x or y:
                flat.append(table.number(line, x, f"x of {name}"))
                flat.append(table.number(line, y, f"y of {name}"))
                flat.append(table.number(line, visibility or "1", f"visibility of {name}"))
            else:
                flat += [0.0, 0.0, 0.0]
        if not any(flat):
            continue
        image = number if frame_column is None else identifier_of(cells[frame_column])
        person = None if person_column is None else identifier_of(cells[person_column])
        yield image, person, Place(table.path, seen[image], image), flat
        seen[image] += 1


def table_frames(table: Table) -> tuple[Listed, bool]:
    """All frames of a table, those without anybody too, and whether their numbers count frames.

    Those of a column `image` or `image_id` only tell images apart.
    """
    column = table.first_of(_FRAME)
    frames: Iterable[int | str] = range(len(table.rows))
    if column is not None:
        frames = dict.fromkeys(identifier_of(cells[column]) for _, cells in table.rows)
    return Listed(tuple(frames)), column is None or column == table.first_of(_VIDEO_FRAME)


def _way(table: Table) -> Callable[[str, int, str], str] | None:
    """The way in which the table names the columns of x and y."""
    for way in _WAYS:
        names = enumerate(MEDIAPIPE_33.joint_names)
        if all(way(q, number, name) in table.columns for number, name in names for q in "xy"):
            return way
    return None


def _column(
    table: Table, way: Callable[[str, int, str], str], quantity: str, number: int
) -> int | None:
    name = MEDIAPIPE_33.joint_names[number]
    written = _VISIBILITY if quantity == "visibility" else (quantity,)
    return table.first_of([way(q, number, name) for q in written])
