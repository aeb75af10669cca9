"""People of a file or folder in parts, so that an input may be larger than memory."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.opening import opening
from posenet3d.formats.parsing.persons import NobodyError, numbered
from posenet3d.formats.parsing.pixels import Pixels
from posenet3d.poses.coordinates import in_corner, outside_image
from posenet3d.poses.people import Listed, People, join, joint_counts
from posenet3d.skeletons.skeleton import Skeleton

UNITS_A_PART = 2048
"""Files or entries that are read at a time; ours."""

Read = Callable[[list[Any], int], People]
"""From some units of an input and the number of the first of them to the people in them."""


class PeopleSource:
    """The units of an input (files of a folder, entries of a list) and how to read them.

    Args:
      path: What the user named.
      format: Its format, one of `detect.FORMATS`.
      units: The units; may be gone through again and again.
      read: Reads the people of some units; raises `NobodyError` where there are none.
      kind: What a unit is called, in the plural.
      count: How many units there are.
      listed: Gives all images of the input; None: it names those alone in which somebody is.
      guessed_below: Confidence below which joints of this format are guesses.
      any_unit: As in `pixels.Pixels`.
      in_image: Whether joints outside of the image are missing.
    """

    def __init__(
        self,
        path: str | Path,
        format: str,
        units: Iterable[Any],
        read: Read,
        kind: str,
        count: int,
        listed: Callable[[], Listed] | None = None,
        guessed_below: float = 0.0,
        any_unit: bool = False,
        in_image: bool = False,
    ) -> None:
        self.path = path
        self.format = format
        self.kind = kind
        self.count = count
        self.guessed_below = guessed_below
        self._units = units
        self._read = read
        self._listed = listed
        self._pixels = Pixels(path, any_unit)
        self._in_image = in_image

    def listed(self) -> Listed | None:
        """All images of the input, those without people too; None: it does not name those.

        Raises:
          InputError: If it cannot be read.
        """
        return self._listed() if self._listed else None

    def parts(self, skip_bad: bool = False, size: int = UNITS_A_PART) -> Iterator[Part]:
        """The input in its order, cut into parts that are yet to be read.

        Each must be read or passed before the next is asked for.

        Args:
          skip_bad: Leave out units that cannot be used, and say so, instead of raising.
          size: Units a part.
        """
        seen: Counter[int | str] = Counter()
        first, skeleton = 0, None
        units = iter(self._units)
        while batch := list(itertools.islice(units, size)):
            part = Part(self, batch, first, seen, skeleton, skip_bad)
            yield part
            first += len(batch)
            skeleton = part.skeleton

    def read(self) -> People:
        """All people at once.

        Raises:
          InputError: If a unit cannot be used or there is nobody.
        """
        found, nobody = [], None
        for part in self.parts():
            try:
                found.append(part.read())
            except NobodyError as error:
                nobody = error
        if not found:
            raise nobody or InputError(f"{self.path}: there are no {self.kind}.")
        return dataclasses.replace(join(found), listed=self.listed())


class Part:
    """Some units of a source, read on demand.

    `units` is their number. After `read`, `faults` says what was left out, a line each, and
    `corner` counts by joint what lay at exactly (0, 0) and is therefore missing, `outside` what lay
    outside of the image.
    """

    def __init__(
        self,
        source: PeopleSource,
        batch: list[Any],
        first: int,
        seen: Counter[int | str],
        skeleton: Skeleton | None,
        skip_bad: bool,
    ) -> None:
        self.units = len(batch)
        self.faults: tuple[str, ...] = ()
        self.corner: Counter[str] = Counter()
        self.outside: Counter[str] = Counter()
        self.skeleton = skeleton
        self._source = source
        self._batch = batch
        self._first = first
        self._seen = seen
        self._skip_bad = skip_bad

    @property
    def fingerprint(self) -> str:
        """Tells whether the files that these units come from have changed: by size and time."""
        files = [unit for unit in self._batch if isinstance(unit, Path)] or [self._source.path]
        digest = hashlib.sha256(f"{self._first} {self.units}".encode())
        for file in files:
            try:
                status = os.stat(file)
            except (OSError, ValueError):
                with opening(file):  # says why not
                    status = os.stat(file)
            text = f"\n{file}\n{status.st_size}\n{status.st_mtime_ns}"
            digest.update(text.encode("utf-8", "replace"))
        return digest.hexdigest()

    def read(self) -> People:
        """The people, each with an id.

        Raises:
          InputError: If a unit cannot be used and bad ones are not skipped.
          NobodyError: If there is nobody.
        """
        try:
            people = self._one_kind(self._source._read(self._batch, self._first))
        except NobodyError:
            raise
        except InputError:
            if not self._skip_bad:
                raise
            people = self._read_singly()
        people = self._without_corner(people)
        people = self._without_outside(self._source._pixels.of(people))
        return numbered(people, self._seen)

    def skip(self) -> None:
        """Passes a part that has been dealt with, but counts its people if ids depend on it."""
        if not all(isinstance(unit, Path) for unit in self._batch):
            with contextlib.suppress(NobodyError):
                self.read()

    def _read_singly(self) -> People:
        found: list[People] = []
        faults: list[str] = []
        for number, unit in enumerate(self._batch, self._first):
            try:
                found.append(self._one_kind(self._source._read([unit], number)))
            except NobodyError:
                pass
            except InputError as error:
                faults.append(str(error))
        self.faults = tuple(faults)
        if not found:
            raise NobodyError(f"{self._source.path}: nobody is in what could be read.")
        return join(found)

    def _without_corner(self, people: People) -> People:
        corner = in_corner(people.keypoints_2d, people.confidence)
        if not corner.any():
            return people
        self.corner = joint_counts(corner, people.skeleton)
        return dataclasses.replace(people, confidence=np.where(corner, 0, people.confidence))

    def _without_outside(self, people: People) -> People:
        if not self._source._in_image:
            return people
        outside = outside_image(people.keypoints_2d, people.confidence, people.image_sizes)
        if not outside.any():
            return people
        self.outside = joint_counts(outside, people.skeleton)
        return dataclasses.replace(people, confidence=np.where(outside, 0, people.confidence))

    def _one_kind(self, people: People) -> People:
        """The people, if they have the joints of those before them."""
        if self.skeleton is None:
            self.skeleton = people.skeleton
        if people.skeleton != self.skeleton:
            raise InputError(
                f"{self._source.path}: image {people.image_ids[0]} has the "
                f"{people.skeleton.num_joints} joints of {people.skeleton.name}, those before it "
                f"the {self.skeleton.num_joints} of {self.skeleton.name}; lift them separately."
            )
        return people
