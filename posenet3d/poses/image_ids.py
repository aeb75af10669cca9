"""What the ids of images say: the sequence, and the number in it."""

from __future__ import annotations

import re

IN_SEQUENCE = re.compile(r"(.+)/(\d{1,18})", re.DOTALL)
"""An id `sequence/frame`, as those of pose archives."""

NUMBERED = re.compile(r"(.*?)(\d{1,18})(\D*)", re.DOTALL)
"""A name that its last number tells from others: video2_0012.jpg."""


def sequence_of(image_id: int | str) -> str:
    """The sequence of an id `sequence/frame`; empty for all others."""
    match = IN_SEQUENCE.fullmatch(image_id) if isinstance(image_id, str) else None
    return match[1] if match else ""


def number_of(image_id: int | str) -> int | None:
    """The id, or the last number in it; None where there is none."""
    if isinstance(image_id, int):
        return image_id
    match = NUMBERED.fullmatch(image_id)
    return int(match[2]) if match else None


def id_between(
    frame: int, first: tuple[int, int | str], last: tuple[int, int | str]
) -> int | str | None:
    """The id of a frame that a file lacks, from two others of the same sequence.

    Args:
      frame: The frame, counted as `formats.tracks` does.
      first: A frame before it, and the id of its image.
      last: One after it.

    Returns:
      The id that continues their numbers, with as many zeros in front: frame_0011.jpg between
      frame_0010.jpg and frame_0012.jpg. None where they do not count.
    """
    numbers = number_of(first[1]), number_of(last[1])
    frames = last[0] - first[0]
    if None in numbers or (numbers[1] - numbers[0]) % frames:
        return None
    number = numbers[0] + (numbers[1] - numbers[0]) // frames * (frame - first[0])
    if isinstance(first[1], int):
        return number
    before, after = (NUMBERED.fullmatch(image_id).groups() for image_id in (first[1], last[1]))
    digits = min(len(before[1]), len(after[1]))
    return f"{before[0]}{number:0{digits}d}{before[2]}"
