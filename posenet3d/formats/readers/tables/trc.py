"""TRC files in pixels (Track Row Column), as Sports2D writes them beside those in metres.

`make_trc_with_trc_data` in Sports2D/process.py: OpenSim's layout, y down, z 0, empty cells where
nothing was found. The files in pixels say `m` as well; they are told by `_px` in the name, which is
in the first line too: `clip_Sports2D_px_person00.trc`. The names are those of Pose2Sim's
skeletons: `RBigToe`, `LHip`, `CHip`.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.opening import read_lenient_text
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, whole
from posenet3d.formats.parsing.table import identifier_of
from posenet3d.formats.parsing.tracks import people_of_tracks
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import Skeleton

_FIRST = b"PathFileType"
_HEADER = 5  # lines
_SIDES = {"L": "left_", "R": "right_", "C": "mid_"}


def _read(content: Content, placement: str | Skeleton, map_file: MapFile | None) -> People:
    """One person, 0; a frame without a marker is one in which the person was not found."""
    path = content.path
    lines = read_lenient_text(path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [(number, line.split("\t")) for number, line in enumerate(lines, 1)]
    if not lines[0].startswith(_FIRST.decode()) or len(lines) < _HEADER:
        raise InputError(
            f"{path} is no TRC file: expected {_FIRST.decode()} and {_HEADER} lines of header."
        )
    _check_pixels(path, rows[0][1], rows[1][1], rows[2][1])
    names = [cell.strip() for cell in rows[3][1][2::3]]
    while names and not names[-1]:
        names.pop()
    counts = Counter(names)
    wrong = [name for name in counts if not name or counts[name] > 1][:1]
    if not names or wrong:
        raise InputError(f"{path}, line 4: expected the markers' names, each once, got {wrong}.")
    frames: list[int | str] = []
    values = []
    for number, cells in rows[_HEADER:]:
        if any(cell.strip() for cell in cells):
            frames.append(identifier_of(cells[0].strip()))
            values.append(_numbers(path, number, cells[2:], names))
    if not frames:
        raise InputError(f"{path} has a header and no rows.")
    points = np.array(values).reshape(len(frames), 1, len(names), 3)
    points[..., 2] = np.nan  # the depth, which is 0: there is no confidence in its place
    parts = names if map_file is not None else [_plain(name) for name in names]
    return people_of_tracks(path, points, parts, [0], frames, placement, map_file)


def _check_pixels(path: str | Path, first: list[str], keys: list[str], values: list[str]) -> None:
    header = dict(zip(keys, values, strict=False))
    names = (Path(path).name, *(re.split(r"[/\\]", cell)[-1] for cell in first[3:4]))
    if header.get("Units", "").strip() != "px" and not any("_px" in name for name in names):
        raise InputError(
            f"{path} is a TRC file in {header.get('Units', 'an unknown unit')[:20]}, so it is in "
            "3D already. Read are those in pixels: Sports2D's *_px_person00.trc."
        )


def _numbers(path: str | Path, line: int, cells: list[str], names: list[str]) -> list[float]:
    """x, y and z of every marker; NaN where there is none."""
    wanted = 3 * len(names)
    cells = [cell.strip() for cell in cells]
    while len(cells) > wanted and not cells[-1]:
        cells.pop()
    cells += [""] * (wanted - len(cells)) if len(cells) >= wanted - 2 else []  # z of the last
    if len(cells) != wanted:
        raise InputError(
            f"{path}, line {line}: {len(cells)} cells for the {len(names)} markers, each with x, "
            "y and z."
        )
    numbers = []
    for index, cell in enumerate(cells):
        try:
            numbers.append(float(cell or "nan"))
        except ValueError:
            raise InputError(
                f"{path}, line {line}: {'xyz'[index % 3]} of {names[index // 3][:40]} is "
                f"{cell[:40]!r}, which is not a number."
            ) from None
    return numbers


def _plain(name: str) -> str:
    """`right_big_toe` for `RBigToe`; other names stay."""
    match = re.fullmatch(r"([LRC])((?:[A-Z][a-z]+)+)", name)
    if not match:
        return name
    words = re.findall("[A-Z][a-z]+", match[2])
    return _SIDES[match[1]] + "_".join(words).lower()


READER = Reader(
    name="trc",
    recognises=lambda content: not content.is_folder and content.text_start.startswith(_FIRST),
    units=whole(_read),
    takes=("placement", "map_file"),
)
