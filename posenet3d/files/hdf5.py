"""What an HDF5 file holds itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import h5py

MAGIC = b"\x89HDF\r\n\x1a\n"
"""How an HDF5 file begins."""


_MOST_COMPRESSED = 1100  # bytes of numbers a byte of a file; zlib reaches 1032
_ALWAYS_READ = 1 << 26  # bytes


def own_names(file: h5py.File) -> list[str]:
    """The names at the root of a file without its links, which may lead into other files."""
    import h5py

    return [name for name in file if isinstance(file.get(name, getlink=True), h5py.HardLink)]


def numbers_of(dataset: h5py.Dataset) -> np.ndarray:
    """The numbers of a data set.

    Raises:
      ValueError: If it holds none, lies in other files, or claims to be larger than its file can
        hold: a damaged one would fill the memory.
    """
    import h5py

    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "iufb":
        raise ValueError(f"{dataset.name} holds no numbers")
    if dataset.is_virtual or dataset.external:
        raise ValueError(f"{dataset.name} lies in other files")
    most = _ALWAYS_READ + _MOST_COMPRESSED * os.path.getsize(dataset.file.filename)
    if dataset.size * dataset.dtype.itemsize > most:
        raise ValueError(f"{dataset.name} of shape {dataset.shape} is larger than its file")
    return dataset[()]


def texts_of(dataset: h5py.Dataset) -> list[str]:
    """The texts of a data set with one axis.

    Raises:
      ValueError: If it holds anything else.
    """
    import h5py

    is_text = isinstance(dataset, h5py.Dataset) and (
        dataset.dtype.kind in "SU" or h5py.check_string_dtype(dataset.dtype) is not None
    )
    if not is_text or dataset.ndim != 1 or dataset.is_virtual or dataset.external:
        raise ValueError(f"{dataset.name} holds no list of texts")
    if dataset.size > os.path.getsize(dataset.file.filename):
        raise ValueError(f"{dataset.name} of {dataset.size} texts is larger than its file")
    values = dataset[()].tolist()
    return [value.decode("utf-8") if isinstance(value, bytes) else str(value) for value in values]


def text_of(value: object) -> str:
    """An attribute as text, whichever library wrote it."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
