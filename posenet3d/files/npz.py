"""NumPy's archives: what they say of themselves before anything is read, and weights in them."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from posenet3d.errors import InputError, reason_of
from posenet3d.files.atomic import atomic_path
from posenet3d.files.zip_members import check_members

_CONFIG = "config"
_MOST_TEXT = 1 << 22  # bytes of settings; those of a thousand joints are a tenth

ReadArrays = Callable[[dict[str, tuple[int, ...]]], dict[str, np.ndarray]]
"""Reads arrays of these shapes, by name."""


def read_header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape of an array, whether its axes are in Fortran's order, and type; its numbers come next.

    Raises:
      ValueError: If it does not begin as NumPy writes arrays.
    """
    version = npy.read_magic(member)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    return read(member)


def names_in(path: str | Path) -> list[str]:
    """The names of an archive's arrays; none of a file that cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except Exception:  # a damaged archive fails in many ways; whoever reads it says how
        return []


def save_weights(
    path: str | Path, settings: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Writes settings, as the JSON text `config`, and arrays beside them; all or nothing.

    Raises:
      InputError: If the name does not end in `.npz`, or its folder does not exist.
    """
    if Path(path).suffix != ".npz":
        raise InputError(f"Cannot write weights to {path}: the name must end in .npz.")
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **{_CONFIG: np.array(json.dumps(settings))}, **arrays)


@contextmanager
def reading_weights(path: str | Path, form: str) -> Iterator[tuple[dict[str, Any], ReadArrays]]:
    """Settings and a reader of the arrays of a file that `save_weights` has written.

    The reader takes all arrays of the file, with the shapes that the settings call for.

    Args:
      path: The file.
      form: What its settings must have as `format`.

    Raises:
      InputError: If the file is damaged or another kind of archive, or the block fails.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = check_members(archive)
            if members[f"{_CONFIG}.npy"].file_size > _MOST_TEXT:
                raise ValueError(f"its {_CONFIG} is too long")
            settings = parse_settings(str(_read(archive, _CONFIG, ())))
            if settings.pop("format", None) != form:
                raise ValueError("it was written by another version of posenet3d")

            def read(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
                known = {f"{name}.npy" for name in (_CONFIG, *shapes)}
                if known != members.keys():
                    raise ValueError(f"its weights are not those of {settings['lifter']}")
                return {name: _read(archive, name, shape) for name, shape in shapes.items()}

            yield settings, read
    except Exception as error:  # a damaged file fails in many ways, and all mean the same
        raise InputError(f"{path} cannot be read as a weights file: {reason_of(error)}") from error


def parse_settings(text: str | bytes) -> dict[str, Any]:
    """Settings from JSON.

    Raises:
      ValueError: If it is none, is nothing with names, or has a number that is not finite.
    """

    def refuse(constant: str) -> None:
        raise ValueError(f"its settings hold {constant}")

    settings = json.loads(text, parse_constant=refuse)
    if not isinstance(settings, dict):
        raise ValueError("its settings have no names")
    return settings


def _read(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """An array that says of itself that it has this shape; nothing else is read."""
    with archive.open(f"{name}.npy") as member:
        found, _, kind = read_header(member)
    fits = math.prod(shape) * kind.itemsize < archive.getinfo(f"{name}.npy").file_size
    wanted = "U" if name == _CONFIG else "f"
    if found != shape or kind.kind != wanted or not fits:
        raise ValueError(f"{name} must be an array {list(shape)}, got {kind} {list(found)}")
    with archive.open(f"{name}.npy") as member:
        return npy.read_array(member, allow_pickle=False)
