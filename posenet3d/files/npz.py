"""What an `.npz` archive and its members say of themselves, before anything of it is read."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy


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
