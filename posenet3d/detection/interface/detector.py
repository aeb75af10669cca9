"""What finds the keypoints of people in a picture, and how a library declares that it does."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from posenet3d.skeletons.skeleton import Skeleton


class Found(NamedTuple):
    """The P people of a picture; P may be 0.

    `keypoints_2d` is `[P, J, 2]`, image frame (x right, y down), pixels from the upper left corner.
    `confidence` is `[P, J]`, 0 where a joint was not found; it is clipped to [0, 1].
    """

    keypoints_2d: np.ndarray
    confidence: np.ndarray


class Detector(Protocol):
    """Finds people in pictures, each picture for itself.

    What it finds must not depend on the pictures before: work that was interrupted goes on with
    any picture. It has:

    - `name`: what it is called in files and messages.
    - `skeleton`: the skeleton whose joints the J are; one with maps to those of the lifters.
    - `licence`: of its code and its models, for the user.
    - `guessed_below`: confidence below which it guesses where a joint is.
    """

    name: str
    skeleton: Skeleton
    licence: str
    guessed_below: float

    def detect(self, image: np.ndarray, time: float) -> Found:
        """The people in a picture.

        Args:
          image: uint8 `[H, W, 3]`, red first.
          time: Seconds since the first picture; the number of the picture where no rate is known.

        Raises:
          InputError: If it cannot.
        """
        ...


@dataclasses.dataclass(frozen=True)
class Kind:
    """A detector that can be had.

    Args:
      name: What `--detector` calls it.
      library: The library that must be there to import.
      extra: The extra of posenet3d that installs it.
      models: What `--detector_model` takes, and where models come from; a sentence.
      takes: Whether a `--detector_model` could be one of its models.
      open: From `--detector_model` and the most people a picture to the detector. Its method
        `close`, if it has one, is called in the end.
    """

    name: str
    library: str
    extra: str
    models: str
    takes: Callable[[str], bool]
    open: Callable[[str, int], Detector]

    @property
    def is_installed(self) -> bool:
        """Whether its library is there; it is not imported."""
        return importlib.util.find_spec(self.library) is not None

    @property
    def install(self) -> str:
        """The command that installs it."""
        return f"pip install 'posenet3d[{self.extra}]'"
