"""Keypoints in a table: a row a joint, the format for whatever has no reader of its own.

The columns are `frame`, `person`, `joint`, `x`, `y` and `confidence`, in any order; others are not
looked at. The format is the package's own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, from_table, whole
from posenet3d.formats.parsing import persons
from posenet3d.formats.parsing.joint_names import skeleton_of
from posenet3d.formats.parsing.persons import Place
from posenet3d.formats.parsing.table import Table, identifier_of
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

_NEEDED = ("frame", "joint", "x", "y")


def is_csv(table: Table) -> bool:
    """Whether a table has the columns that are needed."""
    return all(name in table.columns for name in _NEEDED)


def read_csv(
    path: str | Path, placement: str | Skeleton = H36M_17.name, map_file: MapFile | None = None
) -> People:
    """Reads a table of keypoints.

    `frame` and `person` are whole numbers (12.0 is one) or texts; without a column `person` there
    is one person a frame, 0. `joint` is a name, and the names together tell the skeleton: the
    smallest of `skeleton.SKELETONS` that has them all, COCO's where limbs alone are given. `x` and
    `y` are pixels, y down; both empty are a missing joint, as are joints that have no row. The
    `confidence` is in [0, 1]; without the column, or where it is empty, it is 1.

    Args:
      path: The `.csv` file with a header, as `csv_text.csv_rows` reads it.
      placement: Where the joints of Human3.6M's names lie: `h36m17` or `cmu17`; or a lifter's own
        skeleton.
      map_file: The user's own skeleton, whose joints these are.

    Returns:
      The persons in the order in which they first appear.

    Raises:
      InputError: If the file is not such a table or a value in it cannot be meant; the message
        names the line, or the person and the joint.
    """
    return READER.read(path, placement=placement, map_file=map_file)


def csv_people(
    path: str | Path,
    content: object,
    placement: str | Skeleton = H36M_17.name,
    map_file: MapFile | None = None,
) -> People:
    """What `read_csv` does, with the file's content as `load_table` gives it."""
    if not isinstance(content, Table) or not is_csv(content):
        raise InputError(
            f"{path} is no table of keypoints: expected the columns frame, person, joint, x, y and "
            f"confidence, got {persons.kind_of(content)}."
        )
    first: dict[str, tuple[str, int]] = {}  # of each joint its name as it stands there, the line
    for line, cells in content.rows:
        cell = cells[content.columns["joint"]]
        first.setdefault(_name(cell, map_file), (cell, line))
    names = dict(first.values())
    skeleton, places = skeleton_of(
        path, tuple(names), placement, map_file, lambda name: f", line {names[name]}"
    )
    joints = dict(zip(first, places, strict=True))
    columns = {name: content.columns[name] for name in _NEEDED}
    person_column, confidence_column = (
        content.first_of([name]) for name in ("person", "confidence")
    )
    values: dict[tuple[int | str, int | str], np.ndarray] = {}
    lines: dict[tuple[int | str, int | str, str], int] = {}
    for line, cells in content.rows:
        frame = identifier_of(cells[columns["frame"]])
        person = 0 if person_column is None else identifier_of(cells[person_column])
        joint = _name(cells[columns["joint"]], map_file)
        if joints[joint] is None:
            continue
        first = lines.setdefault((frame, person, joint), line)
        if first != line:
            raise InputError(
                f"{path}, line {line}: {joint} of person {person} in frame {frame} is in line "
                f"{first} already."
            )
        numbers = values.setdefault((frame, person), np.zeros((skeleton.num_joints, 3)))
        x, y = cells[columns["x"]], cells[columns["y"]]
        if x or y:
            certain = cells[confidence_column] if confidence_column is not None else ""
            numbers[joints[joint]] = (
                content.number(line, x, f"x of {joint}"),
                content.number(line, y, f"y of {joint}"),
                content.number(line, certain or "1", f"confidence of {joint}"),
            )
    if not values:
        raise InputError(f"{path} has no joint but those that {map_file.path} says to ignore.")
    frames, ids = zip(*values, strict=True)
    places = [Place(path, person, frame) for frame, person in values]
    return persons.make_people(
        list(values.values()), places, skeleton, frames, ids, tracked=True, numbers_are_frames=True
    )


def _name(cell: str, map_file: MapFile | None) -> str:
    """What tells one joint from another: a map file may have names that differ in case alone."""
    return cell.lower() if map_file is None else cell


def _read(content: Content, placement: str | Skeleton, map_file: MapFile | None) -> People:
    shown = content.sample if content.looks_json else content.table
    return csv_people(content.path, shown, placement, map_file)


READER = Reader(
    name="csv",
    recognises=from_table(is_csv),
    units=whole(_read),
    takes=("placement", "map_file"),
    general=True,  # other tables may have these columns among theirs
)
