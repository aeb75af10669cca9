"""Tables from a user's CSV file, every fault an `InputError` that says where it is."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.formats.parsing.csv_text import csv_rows


@dataclasses.dataclass(frozen=True)
class Table:
    """A CSV file with a header.

    Args:
      path: The file.
      columns: {name in lower case: its number}.
      rows: (number of the line in the file, its cells as texts without spaces around them).
    """

    path: str | Path
    columns: dict[str, int]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def first_of(self, names: Sequence[str]) -> int | None:
        """The number of the first column that there is among these; None: of none."""
        return next((self.columns[name] for name in names if name in self.columns), None)

    def number(self, line: int, cell: str, what: str) -> float:
        """The cell as a finite number.

        Raises:
          InputError: If it is not one; `what` says what it should be.
        """
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InputError(
                f"{self.path}, line {line}: {what} is {cell[:40]!r}, which is not a number; leave "
                "the cells of a missing joint empty."
            )
        return value


def load_table(path: str | Path) -> Table:
    """Reads a CSV file: a header of column names, a row a line, as `csv_rows` has them.

    Raises:
      InputError: If the file is missing, empty, no text or no such table; with the line.
    """
    rows = csv_rows(path)
    header = [name.lower() for name in rows[0][1]]
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        raise InputError(f"{path}: the header names the column {min(twice)[:40]!r} twice.")
    for line, cells in rows[1:]:
        if len(cells) != len(header):
            raise InputError(
                f"{path}, line {line}: {len(cells)} cells for the {len(header)} columns of the "
                "header."
            )
    if len(rows) == 1:
        raise InputError(f"{path} has a header and no rows.")
    return Table(path, {name: number for number, name in enumerate(header)}, tuple(rows[1:]))


def identifier_of(cell: str) -> int | str:
    """The id that a cell holds: a whole number if it is one, else the text.

    12.0 is the number 12: pandas writes a column of whole numbers so where one is missing.
    """
    match = re.fullmatch(r"([+-]?[0-9]{1,19})(?:\.0*)?", cell)
    value = int(match[1]) if match else None
    return cell if value is None or not -(2**63) <= value < 2**63 else value
