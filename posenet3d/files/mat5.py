"""Reads MATLAB's `.mat` files of version 5 to 7 in plain Python, whatever they contain.

Format: MathWorks, MAT-File Format, chapter 1 (Level 5). SciPy's reader is compiled and ends the
whole process on some damaged files (1.17 did, on 15 of 1,728 files with one changed byte); here a
damaged file is an error like any other. Functions and objects are refused.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Collection
from typing import Any

import numpy as np

_HEADER = 128
_COMPRESSED, _MATRIX = 15, 14
_TYPES = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
_TEXTS = {1: "latin1", 2: "latin1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_CELL, _STRUCT, _CHAR, _OPAQUE = 1, 2, 4, 17
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8",
            15: "u8"}  # fmt: skip
_REFUSED = {3: "an object", 5: "a sparse matrix", 16: "a function", _OPAQUE: "an object"}
_COMPLEX = 8  # a bit of the flags
_DEPTH = 16  # cells and structs in each other; the data sets' files have 6
_BEGINNING = 4096  # bytes that are enough to find a variable's name


def read_variables(content: bytes, names: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """The variables of these names in a file's content, and the names of all that it has.

    Returns:
      {name: value}: numbers and arrays without axes of length 1, text, lists for cells and for
      arrays of structs, dicts for structs.

    Raises:
      ValueError, struct.error, zlib.error: If the content is no such file, damaged or cut short, or
        a variable holds what is not read.
    """
    if len(content) < _HEADER or content[126:128] not in (b"IM", b"MI"):
        raise ValueError("it has no header of version 5")
    order = "<" if content[126:128] == b"IM" else ">"
    values, held, position = {}, [], _HEADER
    file = _Elements(content, order)
    while position < len(content):
        kind, start, size, position = file.element(position)
        if kind == _COMPRESSED:
            body = content[start : start + size]
            beginning = zlib.decompressobj().decompress(body, _BEGINNING)
            name = _Elements(beginning, order, whole=False).name(0)
            if name in names:
                values[name] = _Elements(zlib.decompress(body), order).value(0)[0]
        else:
            name = file.name(start - 8)
            if name in names:
                values[name] = file.value(start - 8)[0]
        held.append(name)
    return values, held


class _Elements:
    """The data elements of a piece of a file: a tag with type and size, then the data."""

    def __init__(self, data: bytes, order: str, whole: bool = True) -> None:
        self._data = data
        self._order = order
        self._tag = struct.Struct(f"{order}II")
        self._whole = whole  # False: a beginning, whose last elements run on

    def element(self, position: int) -> tuple[int, int, int, int]:
        """Type, start and size of the data, and the position of the next element."""
        kind, size = self._tag.unpack_from(self._data, position)
        if kind >> 16:  # up to four bytes stand in the tag itself
            small = kind >> 16
            if small > 4:
                raise ValueError(f"a tag at byte {position} is damaged")
            return kind & 0xFFFF, position + 4, small, position + 8
        start = position + 8
        if self._whole and start + size > len(self._data):
            raise ValueError("it is cut short")
        end = start + size
        return kind, start, size, end if kind == _COMPRESSED else end + -size % 8

    def name(self, position: int) -> str:
        """The name of the variable there."""
        return self._head(position)[3]

    def value(self, position: int, depth: int = _DEPTH) -> tuple[Any, int]:
        """A variable, or a part of one, and the position of what follows it."""
        kind, _, size, following = self.element(position)
        if kind == _MATRIX and size == 0:
            return np.zeros(0), following
        if depth == 0:
            raise ValueError(f"it is nested more than {_DEPTH} deep")
        category, flags, shape, _, at = self._head(position)
        if category in _REFUSED or flags & _COMPLEX:
            what = _REFUSED.get(category, "complex numbers")
            raise ValueError(f"it holds {what}, which is not read")
        count = math.prod(shape)
        if min(shape, default=-1) < 0 or count > len(self._data):
            raise ValueError(f"an array of shape {shape} does not fit the file")
        if category == _CELL:
            cells = []
            for _ in range(count):
                entry, at = self.value(at, depth - 1)
                cells.append(entry)
            return cells, following
        if category == _STRUCT:
            return self._structs(at, count, depth), following
        if category == _CHAR:
            return self._text(at, shape), following
        if category not in _CLASSES:
            raise ValueError(f"a variable of class {category} is none of MATLAB's")
        return self._numbers(at, count, shape, _CLASSES[category]), following

    def _head(self, position: int) -> tuple[int, int, tuple[int, ...], str, int]:
        """Class, flags, shape and name of a matrix, and the position of its contents."""
        kind, start, _, _ = self.element(position)
        if kind != _MATRIX:
            raise ValueError(f"it has an element of type {kind} where a variable should be")
        _, flags_at, size, at = self.element(start)
        if size != 8:
            raise ValueError("the flags of a variable are damaged")
        (flags,) = struct.unpack_from(f"{self._order}I", self._data, flags_at)
        if flags & 0xFF == _OPAQUE:  # has no shape
            _, name_at, size, at = self.element(at)
            return _OPAQUE, 0, (), self._data[name_at : name_at + size].decode("latin1"), at
        _, shape_at, size, at = self.element(at)
        if not 2 <= size // 4 <= 32:
            raise ValueError("the shape of a variable is damaged")
        shape = struct.unpack_from(f"{self._order}{size // 4}i", self._data, shape_at)
        _, name_at, size, at = self.element(at)
        name = self._data[name_at : name_at + size].decode("latin1")
        return flags & 0xFF, flags >> 8 & 0xFF, shape, name, at

    def _structs(self, at: int, count: int, depth: int) -> Any:
        _, start, _, at = self.element(at)
        (width,) = struct.unpack_from(f"{self._order}i", self._data, start)
        _, start, size, at = self.element(at)
        if width < 1 or size % width:
            raise ValueError("the field names of a struct are damaged")
        fields = [
            self._data[i : i + width].split(b"\0")[0].decode("latin1")
            for i in range(start, start + size, width)
        ]
        structs = []
        for _ in range(count):
            entry = {}
            for field in fields:
                entry[field], at = self.value(at, depth - 1)
            structs.append(entry)
        return structs[0] if count == 1 else structs

    def _text(self, at: int, shape: tuple[int, ...]) -> str:
        if math.prod(shape) == 0:
            return ""
        kind, start, size, _ = self.element(at)
        if kind not in _TEXTS:
            raise ValueError(f"text is written as type {kind}, which is not read")
        encoding = _TEXTS[kind]
        if encoding in ("utf-16", "utf-32"):
            encoding += "-le" if self._order == "<" else "-be"
        return self._data[start : start + size].decode(encoding)

    def _numbers(self, at: int, count: int, shape: tuple[int, ...], kind: str) -> Any:
        stored, start, size, _ = self.element(at)  # in as few bytes as its values need
        if stored not in _TYPES or size != count * int(_TYPES[stored][1]):
            raise ValueError("the numbers of an array do not fit its shape")
        numbers = np.frombuffer(self._data, self._order + _TYPES[stored], count, start)
        return np.squeeze(numbers.astype(kind).reshape(shape, order="F"))
