"""What the user named, opened once for all readers that are asked whether it is theirs."""

from __future__ import annotations

import codecs
import functools
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.files.hdf5 import MAGIC
from posenet3d.files.json_file import load_json
from posenet3d.files.json_items import LARGE_BYTES, JsonItems, open_items
from posenet3d.files.opening import encoding_of, opening
from posenet3d.formats.parsing.frame_files.files import json_files
from posenet3d.formats.parsing.table import Table, load_table

_START_BYTES = 4096


class Content:
    """A file or a folder; each view of it is made when it is first asked for, and kept.

    Args:
      path: What the user named.
      large_bytes: JSON files above it are read entry by entry.
    """

    def __init__(self, path: str | Path, large_bytes: int = LARGE_BYTES) -> None:
        self.path = path
        self._large_bytes = large_bytes
        self._ending: dict[str, list[Path]] = {}

    @functools.cached_property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        with opening(self.path):
            return Path(self.path).is_dir()

    @functools.cached_property
    def start(self) -> bytes:
        """The first bytes of a file.

        Raises:
          InputError: If it is missing, a folder or empty.
        """
        with opening(self.path), open(self.path, "rb") as file:
            start = file.read(_START_BYTES)
        if not start:
            raise InputError(f"{self.path} is empty.")
        return start

    def need_file(self) -> None:
        """Refuses what is no file with something in it.

        Raises:
          InputError: If it is missing, a folder or empty.
        """
        _ = self.start

    @property
    def is_zip(self) -> bool:
        """Whether a file is a zip, as NumPy's archives are."""
        return not self.is_folder and self.start.startswith(b"PK")

    @property
    def looks_json(self) -> bool:
        """Whether a file begins as a list or an object in JSON does."""
        # `in` also holds for a start that is all spaces.
        return not self.is_folder and self.text_start[:1] in b"[{"

    @property
    def looks_table(self) -> bool:
        """Whether a file begins with a line of several cells, as CSV does."""
        if self.is_folder or self.is_zip or self.looks_json or b"\0" in self.text_start:
            return False
        return any(mark in self.text_start.partition(b"\n")[0] for mark in (b",", b";", b"\t"))

    @property
    def is_hdf5(self) -> bool:
        """Whether a file is HDF5, as pandas, SLEAP and netCDF write it."""
        return not self.is_folder and self.start.startswith(MAGIC)

    @functools.cached_property
    def text_start(self) -> bytes:
        """How a text begins, in UTF-8, without spaces before it."""
        start, encoding = self.start, encoding_of(self.start)
        if encoding == "utf-16":
            start = start.decode(encoding, "ignore").encode("utf-8", "ignore")
        return start.removeprefix(codecs.BOM_UTF8).lstrip()

    @functools.cached_property
    def json(self) -> Any:
        """The file as `load_json` gives it, or `JsonItems` where it is large.

        Raises:
          InputError: If it is not JSON.
        """
        with opening(self.path):
            is_large = Path(self.path).stat().st_size > self._large_bytes
        return open_items(self.path) if is_large else load_json(self.path)

    @functools.cached_property
    def json_files(self) -> list[Path]:
        """The files `*.json` of a folder in the order of their numbers.

        Raises:
          InputError: If there is no such folder.
        """
        return json_files(self.path)

    def files_ending(self, ending: str) -> list[Path]:
        """Those of `json_files` whose names end so."""
        if ending not in self._ending:
            self._ending[ending] = [f for f in self.json_files if f.name.endswith(ending)]
        return self._ending[ending]

    @functools.cached_property
    def sample(self) -> Any:
        """The JSON, of a large file cut to its first entries: what tells the format."""
        return self.json.sample() if isinstance(self.json, JsonItems) else self.json

    @functools.cached_property
    def table(self) -> Table:
        """The file as `load_table` gives it.

        Raises:
          InputError: If it is not a table.
        """
        return load_table(self.path)
