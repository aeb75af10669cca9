"""Reads pickles in users' files, such as members of `.npz` files, without running anything.

A pickle is a program: it may call whatever it can import. This reader imports nothing. The few
names by which NumPy pickles an array stand for classes of this file, which check what they are
given; any other name ends the reading.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.npz import read_header
from posenet3d.files.opening import check_held, reading

_NUMBERS = {f"{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8)} | {"b1", "f2", "f4", "f8"}
_DEPTH = 8  # containers in containers; the data sets' archives have 4


def read_pickled(path: str | Path, keys: Sequence[str]) -> dict[str, Any]:
    """Reads members of an archive that NumPy saved with pickles in them.

    Args:
      path: The `.npz` file.
      keys: Names of the members to read; others are not looked at.

    Returns:
      Each key's value: numbers, text, None, dicts, lists and tuples of such, and arrays of numbers
      (read-only). An array of objects is given as a list, one without axes as what it holds.

    Raises:
      InputError: If the file is missing, damaged or no archive, lacks a key, holds anything else,
        or asks for code to be run, which is named and does not happen.
    """
    path = Path(path)
    values: dict[str, Any] = {}
    with reading(path, "a NumPy archive (.npz)"), zipfile.ZipFile(path) as archive:
        held = {name.removesuffix(".npy") for name in archive.namelist()}
        for key in keys:
            if key in held:
                with archive.open(f"{key}.npy") as member:
                    try:
                        values[key] = _read_member(member)
                    except _RefusedError as error:
                        raise InputError(f"{path}: the array {key} {error}.") from None
    check_held(path, "array", keys, held)
    return values


def unpickle_plain(pickled: bytes) -> Any:
    """A pickled value of numbers, text, None, dicts, lists and tuples, and arrays of numbers.

    Raises:
      ValueError: If it is damaged, holds anything else, or asks for code to be run, which is named
        and does not happen.
    """
    try:
        return _plain(_Unpickler(io.BytesIO(pickled), encoding="latin1").load(), _DEPTH)
    except _RefusedError as error:
        raise ValueError(f"a pickled value {error}") from None
    except Exception as error:  # a damaged pickle fails in many ways, and all mean the same
        raise ValueError(f"a pickled value is damaged: {error}") from None


class _RefusedError(pickle.UnpicklingError):
    """The pickle holds what it may not; the message goes on from "the array x"."""


def _read_member(member: IO[bytes]) -> Any:
    if read_header(member)[2].hasobject:
        return unpickled(member.read())
    raise _RefusedError("is a plain array, not a pickled object; this is another layout")


def unpickled(content: bytes) -> Any:
    """What a pickle holds, by the rules of this file.

    Raises:
      pickle.UnpicklingError: If it asks for anything else; the message goes on from "the array x".
      Exception: If it is damaged; whichever error that may be.
    """
    _check_size(content)
    return _plain(_Unpickler(io.BytesIO(content), encoding="latin1").load(), _DEPTH)


def _check_size(content: bytes) -> None:
    """Refuses pickles that would make the unpickler reserve far more memory than they are long.

    It makes room for a memo of as many entries as the greatest number in it, and for strings of the
    length they claim to have; `genops` looks at both without doing either.
    """
    for count, (opcode, argument, _) in enumerate(pickletools.genops(content)):
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT") and argument > count:
            raise _RefusedError(f"is damaged: entry {argument} of its memo is out of order")


class _DType:
    """Stands for `numpy.dtype`: a type of number, or of any object."""

    def __init__(self, name: str, *_: Any) -> None:
        if name not in _NUMBERS and name not in ("O", "O8"):
            raise _RefusedError(f"has the type {name!r}, which is not one of plain numbers")
        self.is_object = name.startswith("O")
        self.name = name
        self.dtype = np.dtype(object if self.is_object else name)

    def __setstate__(self, state: Any) -> None:
        order = state[1]  # the rest describes fields, of which these types have none
        if not self.is_object and order in ("<", ">"):
            self.dtype = np.dtype(order + self.name)


class _Array:
    """Stands for `numpy.ndarray`: made empty, then given its state."""

    value: Any = None

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran, data = state
        size = math.prod(shape)
        if kind.is_object:
            if len(data) != size or len(shape) > 1:
                raise _RefusedError(f"has {len(data)} objects in an array of shape {shape}")
            self.value = list(data) if shape else data[0]
        else:
            if len(data) != size * kind.dtype.itemsize:
                raise _RefusedError(f"is cut short: {len(data)} bytes for the shape {shape}")
            numbers = np.frombuffer(data, kind.dtype)
            self.value = numbers.reshape(shape, order="F" if fortran else "C")


def _reconstruct(*_: Any) -> _Array:
    return _Array()


def _scalar(kind: _DType, data: bytes) -> float | int | bool:
    return np.frombuffer(data, kind.dtype)[0].item()


def _encode(text: str, encoding: str) -> bytes:
    """Stands for `_codecs.encode`, by which pickles of protocol 2 write bytes."""
    if encoding != "latin1":
        raise _RefusedError(f"asks for the codec {encoding!r}, which NumPy does not")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """Stands for `bytes`, by which pickles of protocol 2 write none at all."""
    return b""


_STAND_INS = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("_codecs", "encode"): _encode,
    ("__builtin__", "bytes"): _no_bytes,
}
for _package in ("numpy.core.multiarray", "numpy._core.multiarray"):  # before and since NumPy 2
    _STAND_INS[_package, "_reconstruct"] = _reconstruct
    _STAND_INS[_package, "scalar"] = _scalar


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of a name; nothing is ever imported."""
        if (module, name) not in _STAND_INS:
            raise _RefusedError(
                f"asks for {module}.{name}, which may run code; nothing was run. Only numbers, "
                "text, dicts, lists and NumPy arrays of them are read"
            )
        return _STAND_INS[module, name]


def _plain(value: Any, depth: int) -> Any:
    """The value with arrays in the place of their stand-ins."""
    if depth == 0:
        raise _RefusedError(f"is nested more than {_DEPTH} deep")
    if isinstance(value, _Array):
        inner = value.value
        if inner is None or isinstance(inner, np.ndarray):
            return inner
        return _plain(inner, depth - 1)
    if isinstance(value, dict):
        return {_plain(k, depth - 1): _plain(v, depth - 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_plain(v, depth - 1) for v in value)
    if value is None or isinstance(value, str | int | float | bytes):
        return value
    raise _RefusedError(f"holds a {type(value).__name__.strip('_')}, which is not read")
