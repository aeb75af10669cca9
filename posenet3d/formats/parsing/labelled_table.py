"""Tables whose columns have several labels each, as pandas writes data frames with a MultiIndex."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.parsing.csv_text import csv_rows
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


def load_labelled_csv(
    path: str | Path,
    first: str,
    last: str,
    wanted: Callable[[tuple[str, ...]], bool] = lambda label: True,
) -> LabelledTable:
    """Reads a CSV file with a header of several rows.

    The first cell of each header row says what its labels are. Rows may have names of several
    cells, which are joined by `/`; the header's cells above the others are empty.

    Args:
      path: The CSV file, as `csv_rows` reads it.
      first: The first cell of the first row.
      last: The first cell of the last row of the header.
      wanted: Of which labels the columns are read; the others may hold anything.

    Raises:
      InputError: If the file is missing, empty or no such table; with the line.
    """
    rows = csv_rows(path)
    levels = [cells[0] for _, cells in rows[:_MOST_LEVELS]]
    if levels[0] != first or last not in levels:
        raise InputError(
            f"{path} must begin with header rows from {first!r} to {last!r}, got the rows "
            f"{', '.join(repr(level[:20]) for level in levels)}."
        )
    levels = levels[: levels.index(last) + 1]
    width = max(_filled(cells) for _, cells in rows[: len(levels)])
    rows = [(line, _cut(cells, width)) for line, cells in rows]
    header, body = rows[: len(levels)], rows[len(levels) :]
    names = next((i for i, cell in enumerate(header[0][1][1:], 1) if cell), width)
    for line, cells in rows:
        if len(cells) != width:
            raise InputError(
                f"{path}, line {line}: {len(cells)} cells for the {width} columns of the header."
            )
    if names >= width or not body:
        raise InputError(f"{path} has a header and no {'columns' if body else 'rows'}.")
    every = list(zip(*(cells[names:] for _, cells in header), strict=True))
    columns = [column for column, label in enumerate(every, names) if wanted(label)]
    labels = tuple(every[column - names] for column in columns)
    values = [
        _numbers(path, line, [cells[column] for column in columns], labels) for line, cells in body
    ]
    row_ids = tuple(
        identifier_of(cells[0]) if names == 1 else "/".join(cells[:names]) for _, cells in body
    )
    numbers = np.array(values).reshape(len(body), len(columns))
    return LabelledTable(tuple(levels), labels, row_ids, numbers)


def _filled(cells: Sequence[str]) -> int:
    """How many cells there are up to the last that is not empty."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1]), 0)


def _cut(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """The cells without empty ones at the end that go beyond the header's columns."""
    return cells[: max(width, _filled(cells))]


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
                name = " ".join(label[1:]).strip() or label[0] or "a cell"
                raise InputError(
                    f"{path}, line {line}: {name[:80]} is {cell[:40]!r}, which is "
                    "not a number; leave the cells of a missing joint empty."
                ) from None
        raise
