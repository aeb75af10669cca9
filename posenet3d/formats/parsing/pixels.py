"""Coordinates that are parts of the image's size: told from pixels, and made pixels."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from posenet3d.errors import InputError
from posenet3d.poses.coordinates import MOST_OF_SIZE, are_parts_of_size, size_advice
from posenet3d.poses.people import People


class Pixels:
    """Turns coordinates of one input into pixels; the same decision for all parts of it.

    Args:
      path: The input, for messages.
      any_unit: Whether the format holds poses in any unit, so that coordinates around 0 are right.
    """

    def __init__(self, path: str | Path, any_unit: bool = False) -> None:
        self._path = path
        self._any_unit = any_unit
        self._are_parts: bool | None = None

    def of(self, people: People) -> People:
        """The same people in pixels.

        Raises:
          InputError: If coordinates are parts of a size that is not known, or only some are.
        """
        present = people.keypoints_2d[people.confidence > 0]
        if not len(present):
            return people
        least, most = present.min(), present.max()
        are_parts = max(-least, most) <= MOST_OF_SIZE
        if self._are_parts is None:
            self._are_parts = are_parts
        if not self._are_parts:
            return people
        if are_parts and not are_parts_of_size(least, most):
            if self._any_unit:
                return people
            raise InputError(
                f"{self._path}: all coordinates lie within [{least:.2g}, {most:.2g}] around 0, so "
                "they are no pixels; write them in pixels of the image, y down (OpenPose: "
                "--keypoint_scale=0)."
            )
        if not are_parts:
            raise InputError(
                f"{self._path}: some coordinates are parts of the image's size, in [0, 1], and "
                "others are pixels; write all in pixels."
            )
        return self._multiplied(people)

    def _multiplied(self, people: People) -> People:
        sizes = people.image_sizes or (None,) * len(people)
        if None in sizes:
            raise InputError(
                f"{self._path}: all coordinates lie within [0, 1], so they are parts of the "
                "image's width and height, and not pixels; "
                + size_advice(people.keypoints_2d, people.confidence)
            )
        keypoints_2d = people.keypoints_2d * np.array(sizes, np.float32)[:, None]
        return dataclasses.replace(people, keypoints_2d=keypoints_2d)
