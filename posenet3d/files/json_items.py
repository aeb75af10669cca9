"""A JSON file too large for memory, whose long list is read entry by entry."""

from __future__ import annotations

import codecs
import contextlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import ijson
import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.json_file import kind_of
from posenet3d.files.opening import opening

LARGE_BYTES = 64 << 20
"""JSON files above this are read entry by entry; read whole they take ten times their size in
memory. Ours."""

LISTS = ("annotations", "instance_info", "frames")
"""Keys of an object under which formats have their long list (COCO, MMPose, our own)."""

_SAMPLE = 100  # entries by which the format is told
_BUFFER = 1 << 20
_DEPTH = 200  # lists in lists; keypoint files have up to 8
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_CONSTANT = re.compile(r"NaN|-?Infinity")  # which Python and others write
_STEPS = np.zeros(256, np.int32)  # by byte: into a list or object, and out of it
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1


class JsonItems:
    """The entries of the long list of a JSON file; may be gone through any number of times.

    Args:
      path: The file: a list, or an object that has the list under one of `LISTS`.
      key: That key; None: the file is the list itself.
    """

    def __init__(self, path: str | Path, key: str | None) -> None:
        self.path = path
        self.key = key

    def __iter__(self) -> Iterator[Any]:
        """Yields the entries, as `load_json` would give them.

        Raises:
          InputError: Where the file stops being JSON; all entries before it have been given.
        """
        prefix = f"{self.key}.item" if self.key else "item"
        with _parsing(self.path) as file:
            yield from ijson.items(file, prefix, use_float=True, buf_size=_BUFFER)

    def value(self, key: str) -> Any:
        """What the object has under another key; None: it lacks the key, or is no object."""
        if self.key is None:
            return None
        with _parsing(self.path) as file:
            return next(ijson.items(file, key, use_float=True, buf_size=_BUFFER), None)

    def sample(self) -> Any:
        """The content cut to its first entries, by which the format can be told."""
        items = list(itertools.islice(self, _SAMPLE))
        return {self.key: items} if self.key else items


def open_items(path: str | Path) -> JsonItems:
    """Finds the long list of a file.

    Raises:
      InputError: If the file is not JSON as far as it was read, or has no such list.
    """
    keys = []
    with _parsing(path) as file:
        for number, (prefix, event, value) in enumerate(ijson.parse(file, buf_size=_BUFFER)):
            if number == 0 and event == "start_array":
                return JsonItems(path, None)
            if number == 0 and event != "start_map":
                break
            if event == "start_array" and prefix in LISTS:
                return JsonItems(path, prefix)
            if event == "map_key" and not prefix:
                keys.append(value)
    found = kind_of(dict.fromkeys(keys)) if keys else "neither a list nor an object"
    raise InputError(
        f"{path} is larger than {LARGE_BYTES >> 20} MB and has no list to read entry by entry: "
        f"expected a list, or an object with one of {', '.join(LISTS)}, got {found}."
    )


class _Shallow:
    """A file that refuses to be read on where its lists are nested too deeply.

    The parser keeps the way to every list that is open, so that the memory it needs grows with the
    square of the depth: a few hundred kB of brackets fill any memory.
    """

    def __init__(self, path: str | Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._depth = 0
        self._string = b""  # that the last piece ended in

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
          InputError: If they are nested too deeply, or are one endless text.
        """
        chunk = self._file.read(size)
        text = _STRING.sub(b"", self._string + chunk)
        plain, quote, rest = text.partition(b'"')
        self._string = quote + rest
        depths = self._depth + np.cumsum(_STEPS[np.frombuffer(plain, np.uint8)])
        if len(depths):
            self._depth = int(depths[-1])
        if depths.max(initial=0) > _DEPTH or len(self._string) > _BUFFER:
            raise InputError(f"{self._path} nests its lists too deeply to be a file of keypoints.")
        return chunk


@contextlib.contextmanager
def _parsing(path: str | Path) -> Iterator[_Shallow]:
    """The open file behind its byte order mark, its faults as `InputError`."""
    with opening(path):
        file = open(path, "rb")  # noqa: SIM115
    with file:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        try:
            yield _Shallow(path, file)
        except ijson.JSONError as error:
            raw = error.args[0] if error.args else ""
            text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else str(raw)
            reason, *excerpt = text.split("\n")
            if constant := _constant(excerpt):
                raise InputError(
                    f"{path} holds {constant} before byte {file.tell()}. It is no number of JSON, "
                    f"and files above {LARGE_BYTES >> 20} MB must be JSON: write null in its place."
                ) from None
            cut = "premature EOF" in reason
            raise InputError(
                f"{path} is not valid JSON: {reason} before byte {file.tell()}"
                + ("; it is probably cut short." if cut else ".")
            ) from None


def _constant(excerpt: list[str]) -> str | None:
    """NaN or an infinity if the parser stopped there: a line of the file and one that points."""
    if len(excerpt) < 2:
        return None
    place = excerpt[1].find("^")
    found = (c for c in _CONSTANT.finditer(excerpt[0]) if c.start() <= place <= c.end())
    return next((constant[0] for constant in found), None)
