"""What an HDF5 file holds itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py

MAGIC = b"\x89HDF\r\n\x1a\n"
"""How an HDF5 file begins."""


def own_names(file: h5py.File) -> list[str]:
    """The names at the root of a file without its links, which may lead into other files."""
    import h5py

    return [name for name in file if isinstance(file.get(name, getlink=True), h5py.HardLink)]
