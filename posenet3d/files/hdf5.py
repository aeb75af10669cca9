"""What an HDF5 file holds itself."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import h5py

MAGIC = b"\x89HDF\r\n\x1a\n"
"""How an HDF5 file begins."""


_MOST_COMPRESSED = 1100  # bytes of numbers a byte of a file; zlib reaches 1032
_ALWAYS_READ = 1 << 26  # bytes
_MOST_CHUNKS = 1 << 16  # and one a byte of the file


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
    check_data(dataset)
    if dataset.dtype.kind not in "iufb":
        raise ValueError(f"{dataset.name} holds no numbers")
    return dataset[()]


def fields_of(dataset: h5py.Dataset, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Columns of numbers of a data set of rows, by name.

    Raises:
      ValueError: As `numbers_of`, or if it has no such columns.
    """
    check_data(dataset)
    held = dataset.dtype.fields or {}
    missing = [name for name in names if name not in held or held[name][0].kind not in "iufb"]
    if missing or dataset.ndim != 1:
        raise ValueError(f"{dataset.name} holds no rows with {', '.join(missing) or 'columns'}")
    rows = dataset[()]
    return {name: rows[name] for name in names}


def texts_of(dataset: h5py.Dataset) -> list[str]:
    """The texts of a data set with one axis.

    Raises:
      ValueError: As `numbers_of`, or if it holds anything else.
    """
    import h5py

    check_data(dataset)
    is_text = dataset.dtype.kind in "SU" or h5py.check_string_dtype(dataset.dtype) is not None
    if not is_text or dataset.ndim != 1:
        raise ValueError(f"{dataset.name} holds no list of texts")
    values = dataset[()].tolist()
    return [value.decode("utf-8") if isinstance(value, bytes) else str(value) for value in values]


def check_data(dataset: h5py.Dataset) -> None:
    """Refuses what is no data set, lies in other files, or cannot be as large as it claims.

    Raises:
      ValueError: If so.
    """
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        raise ValueError(f"{dataset.name} holds no data")
    if dataset.is_virtual or dataset.external:
        raise ValueError(f"{dataset.name} lies in other files")
    file_size = os.path.getsize(dataset.file.filename)
    most = (_ALWAYS_READ + _MOST_COMPRESSED * file_size) // max(1, dataset.dtype.itemsize)
    chunks = dataset.chunks or dataset.shape
    if max(dataset.size, math.prod(chunks)) > most:
        raise ValueError(f"{dataset.name} of shape {dataset.shape} is larger than its file")
    # The library goes astray on chunks that do not fit, and each takes time, also an empty one.
    counts = [
        -(-size // chunk) if chunk else 0
        for size, chunk in zip(dataset.shape, chunks, strict=False)
    ]
    if len(chunks) != dataset.ndim or math.prod(counts) > _MOST_CHUNKS + file_size:
        raise ValueError(f"{dataset.name} of shape {dataset.shape} is damaged: chunks of {chunks}")


def stored_floats(dataset: h5py.Dataset, shape: tuple[int, ...]) -> np.ndarray:
    """A data set of real numbers of a known shape, stored in its file as it is, whole.

    So nothing is decompressed or filled in, and what is read is at most as large as the file.

    Raises:
      ValueError: If it is anything else.
    """
    import h5py

    if not isinstance(dataset, h5py.Dataset):
        raise ValueError(f"{dataset.name} holds no data")
    if dataset.shape != shape or dataset.dtype.kind != "f":
        found = "nothing" if dataset.shape is None else list(dataset.shape)
        raise ValueError(
            f"{dataset.name} must be real numbers {list(shape)}, got {dataset.dtype} {found}"
        )
    if dataset.is_virtual or dataset.external or dataset.chunks is not None:
        raise ValueError(f"{dataset.name} is not stored whole in its file")
    if dataset.id.get_storage_size() != dataset.nbytes:
        raise ValueError(f"{dataset.name} {list(shape)} claims more numbers than its file stores")
    return dataset[()]


def text_of(value: object) -> str:
    """An attribute as text, whichever library wrote it."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
