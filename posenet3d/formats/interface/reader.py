"""The record by which a module of `readers/` declares its format."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from posenet3d.files.json_items import JsonItems
from posenet3d.formats.interface.content import Content
from posenet3d.formats.parsing.source import PeopleSource, Read
from posenet3d.formats.parsing.table import Table
from posenet3d.poses.people import Listed, People
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

GUESSED_BELOW = 0.2
"""Confidence below which detectors guess where a joint is: a joint that is elsewhere costs the
pose far more than one that is missing (benchmarks/detectors/guessed_joints.py). Ours."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the user says of an input beside its path; see `detect.read_people`."""

    split: str | None = None
    placement: str | Skeleton = H36M_17.name
    image_size: tuple[int, int] | None = None
    map_file: MapFile | None = None


@dataclasses.dataclass(frozen=True)
class Units:
    """What an input is read in: files of a folder, entries of a list, or the file as one.

    Args:
      items: The units; may be gone through again and again.
      kind: What they are called, in the plural.
      read: Reads the people of some units, given the number of the first of them in the input;
        raises `NobodyError` where there are none.
      listed: Gives all images of the input, where it names also those in which nobody is. Called
        once, and only where motion is written: it may read the input again.
      guessed_below: What the input itself says of it; None: as the `Reader` says.
    """

    items: Iterable[Any]
    kind: str
    read: Read
    listed: Callable[[], Listed] | None = None
    guessed_below: float | None = None


@dataclasses.dataclass(frozen=True)
class Reader:
    """A format that can be read.

    Example:

        READER = Reader(
            name="alphapose",
            recognises=from_json(is_alphapose),
            units=_units,
        )

    Args:
      name: What `--format` calls it.
      recognises: Whether a content is in this format, whatever the file is called; `from_json` and
        `from_table` make one of a function of parsed JSON or a table.
      units: From a content, and those settings by name that are in `takes`, to its units. Called
        with content that `recognises` has not seen where the user names the format, so it says
        itself what is wrong. `whole` makes one of a function that reads everything at once.
      takes: Which of `Settings` it needs. With `"map_file"` the joints may be the user's own, else
        they are the format's.
      general: Whether files of other formats would pass for its own; it is asked after all readers
        that are not.
      folder: What a folder in this format must hold, for messages; empty: it reads files alone.
      guessed_below: Confidence below which a joint counts as missing if the user says nothing.
      any_unit: Whether coordinates may be in any unit and around 0, as those of pose archives.
      in_image: Whether joints outside of the image count as missing, whatever their confidence:
        the detector guesses there.
    """

    name: str
    recognises: Callable[[Content], bool]
    units: Callable[..., Units]
    takes: tuple[str, ...] = ()
    general: bool = False
    folder: str = ""
    guessed_below: float = GUESSED_BELOW
    any_unit: bool = False
    in_image: bool = False

    def __post_init__(self) -> None:
        known = [field.name for field in dataclasses.fields(Settings)]
        if unknown := set(self.takes) - set(known):
            raise ValueError(
                f"The reader {self.name} takes {', '.join(sorted(unknown))}; there are "
                f"{', '.join(known)}."
            )

    @property
    def takes_map_file(self) -> bool:
        """Whether the joints may be the user's own."""
        return "map_file" in self.takes

    def check(self, content: Content) -> None:
        """Refuses what this format cannot be in, before it is read.

        Raises:
          InputError: If it is missing or empty, or a folder where the format has none.
        """
        if not (self.folder and content.is_folder):
            content.need_file()

    def open(self, content: Content, settings: Settings) -> PeopleSource:
        """The people of a content, in parts.

        Raises:
          InputError: If it cannot be read.
        """
        self.check(content)
        units = self.units(content, **{name: getattr(settings, name) for name in self.takes})

        def read(batch: list[Any], first: int) -> People:
            return _completed(units.read(batch, first), settings)

        count = _count_of(units.items)
        return PeopleSource(
            content.path,
            self.name,
            units.items,
            read,
            units.kind,
            count,
            units.listed,
            self.guessed_below if units.guessed_below is None else units.guessed_below,
            self.any_unit,
            self.in_image,
        )

    def read(self, path: str | Path, **settings: Any) -> People:
        """All people of a file or folder in this format, with the settings named.

        Raises:
          InputError: If it cannot be read.
        """
        return self.open(Content(path), Settings(**settings)).read()


def from_json(matches: Callable[[Any], bool]) -> Callable[[Content], bool]:
    """Recognises JSON for which `matches` holds; of a large file it sees the first entries."""
    return lambda content: content.looks_json and matches(content.sample)


def from_table(matches: Callable[[Table], bool]) -> Callable[[Content], bool]:
    """Recognises a CSV table for which `matches` holds."""
    return lambda content: content.looks_table and matches(content.table)


def whole(read: Callable[..., People]) -> Callable[..., Units]:
    """Units of a format that is read at once; `read` takes a content and settings by name."""

    def units(content: Content, **settings: Any) -> Units:
        return units_of_people(read(content, **settings))

    return units


def units_of_people(people: People) -> Units:
    """Units of people that have been read already."""

    def read(rows: list[int], first: int) -> People:
        return people if len(rows) == len(people) else people.select(rows)

    listed = (lambda: people.listed) if people.listed else None
    return Units(range(len(people)), "people", read, listed)


def _completed(people: People, settings: Settings) -> People:
    """What holds for people of every format; all that is read passes here, a part at a time."""
    if settings.image_size is not None and people.image_sizes is None:
        people = dataclasses.replace(people, image_sizes=(settings.image_size,) * len(people))
    return people


def _count_of(units: Iterable[Any]) -> int:
    """How many units there are; reads through them where that is the only way."""
    if isinstance(units, JsonItems):
        return units.count()
    return len(units) if isinstance(units, Sequence) else sum(1 for _ in units)
