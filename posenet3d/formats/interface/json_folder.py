"""Folders with a JSON file for each image."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.formats.interface.reader import Units
from posenet3d.formats.parsing.frame_files.files import printable
from posenet3d.formats.parsing.persons import NobodyError
from posenet3d.poses.people import Listed, People, join

_LARGEST = 16 << 20  # bytes; an image's people take some kB each


def is_folder_of(files: Sequence[Path], matches: Callable[[Any], bool]) -> bool:
    """Whether the first of these files in which there is something matches."""
    for file in files:
        with contextlib.suppress(InputError):  # whoever reads it says what is wrong
            if file.stat().st_size > _LARGEST:
                return False
            if content := load_json(file):
                return matches(content)
    return False


def units_of_files(
    folder: str | Path, files: Sequence[Path], read: Callable[[Path], People]
) -> Units:
    """Units of a folder: its files, each read by `read`; the images are called as they are."""

    def read_some(batch: list[Path], first: int) -> People:
        found: list[People] = []
        for file in batch:
            with contextlib.suppress(NobodyError):
                found.append(read(file))
                _check_same(file, found)
        if not found:
            raise NobodyError(f"{folder}: nobody is in any of {len(batch)} files.")
        return join(found)

    images = Listed(tuple(image_of(file) for file in files))
    return Units(files, "files", read_some, lambda: images)


def image_of(file: str | Path) -> str:
    """The name of a file without its ending, of which bytes that are not UTF-8 are escaped."""
    return printable(Path(file).stem)


def _check_same(file: Path, found: Sequence[People]) -> None:
    first, last = found[0].skeleton, found[-1].skeleton
    if last != first:
        raise InputError(
            f"{file} has the {last.num_joints} joints of {last.name}, the files before it the "
            f"{first.num_joints} of {first.name}; lift them separately."
        )
