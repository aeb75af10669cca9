"""What was found in the pictures, in numbers and words."""

from __future__ import annotations

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Detected:
    """What a file of keypoints holds.

    Args:
      path: The file.
      input: The pictures.
      detector: What found the people.
      licence: Of its code and its models.
      frames: How many pictures there are.
      frames_with_people: In how many of them somebody is.
      people: People in all pictures.
      sizes: The sizes (width, height) of the pictures in pixels.
      frame_rate: Frames a second; None: not known.
    """

    path: Path
    input: Path
    detector: str
    licence: str
    frames: int
    frames_with_people: int
    people: int
    sizes: tuple[tuple[int, int], ...]
    frame_rate: float | None

    def __str__(self) -> str:
        sizes = ", ".join(f"{width}x{height}" for width, height in self.sizes)
        rate = "" if self.frame_rate is None else f", {self.frame_rate:.4g} frames a second"
        return (
            f"{self.people} people in {self.frames_with_people} of {self.frames} frames of "
            f"{self.input} ({sizes} pixels{rate}), found by {self.detector} ({self.licence}).\n"
            f"{self.path}"
        )
