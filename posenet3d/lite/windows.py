"""Sequences cut into windows of one size, of which short ones share some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Piece(NamedTuple):
    """What a window has of a sequence.

    Args:
      sequence: Its number.
      first: Its first frame that is in the window.
      last: One past the last.
      start: The first frame that the window tells.
      end: One past the last.
      place: The row of the window in which the first frame is.
    """

    sequence: int
    first: int
    last: int
    start: int
    end: int
    place: int


def packed(lengths: Sequence[int], size: int, before: int, after: int) -> list[list[Piece]]:
    """Windows for sequences of so many frames, without a seam.

    Args:
      lengths: Frames of each sequence.
      size: Rows of a window. Those without a frame look as what is beyond the ends of a sequence.
      before: Frames that a frame sees before it. So many rows are empty between two sequences.
      after: Likewise after it.
    """
    windows: list[list[Piece]] = []
    free = 0  # rows of the last window
    for sequence, frames in enumerate(lengths):
        for first, start, end in cut(frames, size, before, after):
            last = min(first + size, frames)
            if last - first > free:
                windows.append([])
                free = size
            windows[-1].append(Piece(sequence, first, last, start, end, size - free))
            free -= last - first + max(before, after)
    return windows


def cut(frames: int, size: int, before: int, after: int) -> Iterator[tuple[int, int, int]]:
    """Cuts a sequence: (first frame of a window, first one that it tells, the one behind those)."""
    start = 0
    while start < frames:
        first = max(0, start - before)
        end = frames if first + size >= frames else first + size - after
        yield first, start, end
        start = end
