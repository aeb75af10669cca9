"""The lines of CSV files, also as spreadsheets save them: semicolons, tabs, decimal commas."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.files.opening import read_text

_SEPARATORS = ",;\t"
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")


def csv_rows(path: str | Path) -> list[tuple[int, tuple[str, ...]]]:
    """The lines of a CSV file that hold anything.

    Cells are separated by what is most often in the first line: commas, semicolons or tabs.
    Where the decimal mark is a comma, spreadsheets separate cells by semicolons: there `629,1`
    becomes `629.1`.

    Returns:
      (number of the line in the file, its cells as texts without spaces around them) a line.

    Raises:
      InputError: If the file is missing, empty, no text or no CSV; with the line.
    """
    text = read_text(path, utf_16=True)
    separator = separator_of(text.lstrip().partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    clean = str.strip if separator == "," else _with_decimal_point
    try:
        return [(reader.line_num, tuple(map(clean, cells))) for cells in reader if cells]
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not valid CSV: {error}.") from None


def separator_of(line: str) -> str:
    """What separates the cells of a file's first line; a comma if nothing does."""
    return max(_SEPARATORS, key=line.count)


def _with_decimal_point(cell: str) -> str:
    cell = cell.strip()
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell
