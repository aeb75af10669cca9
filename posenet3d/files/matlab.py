"""Reads MATLAB's `.mat` files, of version 5 to 7 and 7.3 (which is HDF5), as plain data.

Nothing in such a file is run or unpickled: functions and objects are refused, and of HDF5 only
numbers and references to other parts of the file are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.hdf5 import own_names
from posenet3d.files.mat5 import read_variables
from posenet3d.files.opening import check_held, reading

_NUMBERS = "biuf"  # kinds of type


def read_mat(path: str | Path, names: Sequence[str]) -> dict[str, Any]:
    """Reads variables of a `.mat` file.

    Args:
      path: The file.
      names: The variables to read; others are not looked at.

    Returns:
      Each variable: arrays of numbers with MATLAB's order of axes and without axes of length 1,
      cells as lists, structs as dicts and several of them as lists, text as `str`. What MATLAB
      calls empty is an array of size 0, an empty text or an empty list.

    Raises:
      InputError: If the file is missing, damaged or no MATLAB file, lacks a variable, or a variable
        holds what is not read.
    """
    import h5py

    path = Path(path)
    with reading(path, "a MATLAB file (.mat)"):
        read = _read_hdf5 if h5py.is_hdf5(path) else _read_mat5
        try:
            values, held = read(path, names)
        except _UnreadableError as error:
            raise InputError(f"{path}: {error}.") from None
    check_held(path, "variable", names, held)
    return values


def entries(value: Any) -> list[Any]:
    """The entries of a cell or of an array of structs, of which MATLAB writes one as itself."""
    if isinstance(value, np.ndarray):
        return [] if value.size == 0 else [value]
    return value if isinstance(value, list) else [value]


class _UnreadableError(ValueError):
    """The file is sound but holds what is not read."""


def _read_mat5(path: Path, names: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    return read_variables(path.read_bytes(), names)


def _read_hdf5(path: Path, names: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    import h5py

    with h5py.File(path, "r") as file:
        held = [name for name in own_names(file) if not name.startswith("#")]
        return {name: _item(file, file[name], name) for name in names if name in held}, held


def _item(file: Any, item: Any, name: str) -> Any:
    """A data set of a version 7.3 file, whose axes MATLAB writes in reverse."""
    import h5py

    if not isinstance(item, h5py.Dataset):
        raise _UnreadableError(f"the variable {name} is a struct, which is not read here")
    if item.attrs.get("MATLAB_empty"):
        return np.zeros(0)
    if h5py.check_ref_dtype(item.dtype) is h5py.Reference:
        references = item[()].T.ravel(order="F")
        return [_referred(file, reference, name) for reference in references]
    if item.dtype.kind not in _NUMBERS:
        raise _UnreadableError(f"the variable {name} is of type {item.dtype}, not of numbers")
    array = item[()]
    return np.squeeze(array.T) if isinstance(array, np.ndarray) else np.asarray(array)


def _referred(file: Any, reference: Any, name: str) -> Any:
    """What an entry of a cell refers to; cells in cells are none of the data sets'."""
    import h5py

    if not reference:
        raise _UnreadableError(f"the cell {name} has an entry that refers to nothing")
    item = file[reference]
    if isinstance(item, h5py.Dataset) and h5py.check_ref_dtype(item.dtype):
        raise _UnreadableError(f"the cell {name} holds cells, which are not read")
    return _item(file, item, name)
