"""A picture of the user's, which is decoded when it is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image


@dataclasses.dataclass(frozen=True)
class Picture:
    """An image of the user's: its size (width, height) in pixels, and how to get it in another."""

    size: tuple[int, int]
    resized: Callable[[int, int], Image.Image]

    def rgb(self) -> np.ndarray:
        """The pixels as they are: uint8 `[H, W, 3]`, red first.

        Raises:
          InputError: If it cannot be read.
        """
        return np.ascontiguousarray(np.asarray(self.resized(*self.size)))
