"""Tables whose columns have several labels each, as pandas writes data frames with a MultiIndex."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
from pathlib import Path

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.opening import read_text
from posenet3d.formats.parsing.table import identifier_of

_MOST_LEVELS = 8


@dataclasses.dataclass(frozen=True)
class LabelledTable:
    """Numbers, each column under a tuple of labels.

    Args:
      levels: What each of a column's L labels is, for example `("scorer", "bodyparts", "coords")`.
      labels: The labels of each of the C columns.
      row_ids: What each of the R rows is called: a number or a text.
      values: float64 `[R, C]`; NaN where there is no number.
    """

    levels: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    row_ids: tuple[int | str, ...]
    values: np.ndarray


def load_labelled_csv(path: str | Path, first: str, last: str) -> LabelledTable:
    """Reads a CSV file with a header of several rows.

    The first cell of each header row says what its labels are. Rows may have names of several
    cells, which are joined by `/`; the header's cells above the others are empty.

    Args:
      path: The file: UTF-8, commas.
      first: The first cell of the first row.
      last: The first cell of the last row of the header.

    Raises:
      InputError: If the file is missing, empty or no such table; with the line.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        rows = [(reader.line_num, [c.strip() for c in cells]) for cells in reader if cells]
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not valid CSV: {error}.") from None
    levels = [cells[0] for _, cells in rows[:_MOST_LEVELS]]
    if levels[0] != first or last not in levels:
        raise InputError(
            f"{path} must begin with header rows from {first!r} to {last!r}, got the rows "
            f"{', '.join(repr(level[:20]) for level in levels)}."
        )
    levels = levels[: levels.index(last) + 1]
    header, body = rows[: len(levels)], rows[len(levels) :]
    width = len(header[0][1])
    names = next((i for i, cell in enumerate(header[0][1][1:], 1) if cell), width)
    for line, cells in rows:
        if len(cells) != width:
            raise InputError(
                f"{path}, line {line}: {len(cells)} cells for the {width} columns of the header."
            )
    if names == width or not body:
        raise InputError(f"{path} has a header and no {'columns' if body else 'rows'}.")
    labels = tuple(zip(*(cells[names:] for _, cells in header), strict=True))
    values = np.array([_numbers(path, line, cells[names:], labels) for line, cells in body])
    row_ids = tuple(
        identifier_of(cells[0]) if names == 1 else "/".join(cells[:names]) for _, cells in body
    )
    return LabelledTable(tuple(levels), labels, row_ids, values)


def _numbers(
    path: str | Path, line: int, cells: list[str], labels: tuple[tuple[str, ...], ...]
) -> list[float]:
    try:
        return [float(cell) if cell else math.nan for cell in cells]
    except ValueError:
        for cell, label in zip(cells, labels, strict=True):
            try:
                float(cell or "nan")
            except ValueError:
                raise InputError(
                    f"{path}, line {line}: {' '.join(label[1:])[:80]} is {cell[:40]!r}, which is "
                    "not a number; leave the cells of a missing joint empty."
                ) from None
        raise
