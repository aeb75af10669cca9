"""Folders with one JSON file a frame: their files in order, and some by which they are told."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.files.opening import opening

_LOOKED_AT = 10  # files from the start on, and as many from all over the folder
_ZEROS = str.maketrans("123456789", "0" * 9)
_LARGEST_BYTES = 4 << 20  # no frame is larger; ours


def json_files(folder: str | Path) -> list[Path]:
    """The files `*.json` of a folder in the order of the numbers in their names (2 before 10).

    Hidden files are left out, such as macOS adds to archives.

    Raises:
      InputError: If there is no such folder.
    """
    with opening(folder):
        names = os.listdir(Path(folder))
    names = [name for name in names if name.endswith(".json") and not name.startswith(".")]
    if len({name.translate(_ZEROS) for name in names}) == 1:  # the numbers are equally long
        names.sort()
    else:
        names.sort(key=natural)
    folder = Path(folder)
    return [folder / name for name in names]


def natural(name: str) -> list[tuple[int, str]]:
    """A key by which frame 2 comes before frame 10."""
    parts = re.split(r"(\d+)", name)
    return [(int(p) if p.isdecimal() else -1, p) for p in parts]


def some_contents(files: Sequence[Path]) -> list[Any]:
    """What a few of the files hold, from the start on and from all over; bad ones are left out."""
    chosen = [*files[:_LOOKED_AT], *files[_LOOKED_AT :: max(1, len(files) // _LOOKED_AT)]]
    found = []
    for file in chosen:
        with contextlib.suppress(InputError, OSError):
            if file.stat().st_size <= _LARGEST_BYTES:
                found.append(load_json(file))
    return found


def printable(name: str) -> str:
    """The name of a file or an image, of which what is not UTF-8 is escaped."""
    return name.encode("utf-8", "backslashreplace").decode()
