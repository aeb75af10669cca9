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
from posenet3d.files.quick.pieces import before_list, behind_list, find_list, pieces

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
      place: Of the list's bracket in the file; None: unknown, so that it is read by the slow
        parser.
    """

    def __init__(self, path: str | Path, key: str | None, place: int | None = None) -> None:
        self.path = path
        self.key = key
        self._place = place
        self._count: int | None = None
        self._last: int | None = None  # place of what `pieces` gave last

    def __iter__(self) -> Iterator[Any]:
        """Yields the entries, as `load_json` would give them.

        Raises:
          InputError: Where the file stops being JSON; all entries before it have been given.
        """
        place, count = self._place, 0
        if place is not None:
            with _opened(self.path) as file:
                for entries, behind in pieces(file, place, self.key):
                    yield from entries
                    count += len(entries)
                    if behind is None:
                        self._count, self._last = count, place
                        return
                    place = behind
        for entry in self._parsed(place):
            yield entry
            count += 1
        self._count = count

    def count(self) -> int:
        """How many entries there are; goes through them once.

        Raises:
          InputError: If the file is not JSON to its end.
        """
        if self._count is None:
            for _ in self:
                pass
        return self._count

    def is_empty(self) -> bool:
        """Whether there is not a single entry; reads the first alone.

        Raises:
          InputError: If the file is not JSON as far as it was read.
        """
        return not any(True for _ in self)

    def value(self, key: str) -> Any:
        """What the object has under another key; None: it lacks the key, or is no object."""
        if self.key is None:
            return None
        if self._place is not None:
            with _opened(self.path) as file:
                before = before_list(file, self._place, self.key)
            if key in before:
                return before[key]
            self.count()
        if self._last is not None:
            with _opened(self.path) as file:
                return behind_list(file, self._last).get(key)
        with _parsing(self.path) as file:
            return next(ijson.items(file, key, use_float=True, buf_size=_BUFFER), None)

    def sample(self) -> Any:
        """The content cut to its first entries, by which the format can be told."""
        items = list(itertools.islice(self, _SAMPLE))
        return {self.key: items} if self.key else items

    def _parsed(self, place: int | None) -> Iterator[Any]:
        """The entries behind a place, by the parser that says what is wrong."""
        start, is_behind = b"", place not in (None, self._place)
        if place is not None:
            start = f'{{"{self.key}":'.encode() if self.key else b""
            start += b"[0" * is_behind  # an entry, without which nothing could follow
        prefix = f"{self.key}.item" if self.key else "item"
        with _parsing(self.path, place, start) as file:
            entries = ijson.items(file, prefix, use_float=True, buf_size=_BUFFER)
            yield from itertools.islice(entries, int(is_behind), None)


def open_items(path: str | Path) -> JsonItems:
    """Finds the long list of a file.

    Raises:
      InputError: If the file is not JSON as far as it was read, or has no such list.
    """
    with _opened(path) as file:
        found = find_list(file, LISTS)
    if found:
        return JsonItems(path, *found)
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

    Args:
      path: The file, for messages.
      file: The same, open.
      start: What is read before it.
    """

    def __init__(self, path: str | Path, file: BinaryIO, start: bytes) -> None:
        self._path = path
        self._file = file
        self._start = start
        self._depth = 0
        self._string = b""  # that the last piece ended in

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
          InputError: If they are nested too deeply, or are one endless text.
        """
        if size == 0:  # asks whether it gives bytes
            return b""
        chunk, self._start = self._start, b""
        chunk = chunk or self._file.read(size)
        text = _STRING.sub(b"", self._string + chunk)
        plain, quote, rest = text.partition(b'"')
        self._string = quote + rest
        depths = self._depth + np.cumsum(_STEPS[np.frombuffer(plain, np.uint8)])
        if len(depths):
            self._depth = int(depths[-1])
        if depths.max(initial=0) > _DEPTH or len(self._string) > _BUFFER:
            raise InputError(f"{self._path} nests its lists too deeply to be a file of keypoints.")
        return chunk


def _opened(path: str | Path) -> BinaryIO:
    with opening(path):
        return open(path, "rb")


@contextlib.contextmanager
def _parsing(path: str | Path, place: int | None = None, start: bytes = b"") -> Iterator[_Shallow]:
    """The open file as a parser is to read it, its faults as `InputError`.

    Args:
      path: The file.
      place: Where to begin; None: behind the byte order mark.
      start: What is read before that.
    """
    with _opened(path) as file:
        if place is not None:
            file.seek(place)
        elif file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        try:
            yield _Shallow(path, file, start)
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
