"""Text files of motion capture, word by word, with errors that name the line.

Old files have comments and names in Latin-1. Only what is looked at must be plain.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.files.opening import read_lenient_text

LARGEST = 1e6
"""No length, place or angle in a file is larger, in whatever unit; ours."""

_SHOWN = 60  # characters of a bad line


class Lines:
    """The lines of a file that hold anything, as words, taken one after the other.

    Args:
      path: The file.
      blank: Characters that count as spaces.
      comment: What begins a comment, which goes to the end of the line; empty: there are none.

    Raises:
      InputError: If the file cannot be read, or is empty.
    """

    def __init__(self, path: str | Path, blank: str = "", comment: str = "") -> None:
        self.path = Path(path)
        self.number = 0
        self._blank = str.maketrans(dict.fromkeys(blank, " "))
        self._comment = comment
        # Not splitlines: it also cuts at characters that Latin-1 has in the middle of a comment.
        self._lines = list(io.StringIO(read_lenient_text(path), newline=None))
        self._next: list[str] | None = None

    def take(self, expected: str) -> list[str]:
        """The words of the next line; `expected` says what it should hold.

        Raises:
          InputError: If the file has ended.
        """
        words = self.peek()
        if not words:
            last = len(self._lines)
            raise InputError(f"{self.path} ends after line {last}; expected {expected}.")
        self.number += 1
        self._next = None
        return words

    def peek(self) -> list[str]:
        """The words of the next line, which stays to be taken; none at the end of the file."""
        while self._next is None and self.number < len(self._lines):
            line = self._lines[self.number]
            if self._comment:
                line = line.partition(self._comment)[0]
            words = (line.translate(self._blank) if self._blank else line).split()
            if words:
                self._next = words
            else:
                self.number += 1
        return self._next or []

    def error(self, words: Sequence[str], expected: str) -> InputError:
        """What to raise where the line last taken is not as expected."""
        found = "".join(c if c.isprintable() else "?" for c in " ".join(words))
        found = found if len(found) <= _SHOWN else found[: _SHOWN - 3] + "..."
        return InputError(f"{self.path}, line {self.number}: found '{found}', expected {expected}.")

    def numbers(self, words: Sequence[str], count: int, expected: str) -> list[float]:
        """The words after the first as so many numbers.

        Raises:
          InputError: If there are more or fewer, or one is no number, not finite or above 1e6.
        """
        try:
            values = list(map(float, words[1:]))
        except ValueError:
            raise self.error(words, expected) from None
        if len(values) != count:
            raise self.error(words, f"{expected}: {count} numbers after the name")
        for value in values:
            if not -LARGEST <= value <= LARGEST:  # False for NaN as well
                raise self.error(words, f"{expected}: finite numbers of at most {LARGEST:g}")
        return values
