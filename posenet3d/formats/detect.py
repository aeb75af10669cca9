"""Reading people from a file without saying what kind of file it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.files.json_items import LARGE_BYTES
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, Settings
from posenet3d.formats.parsing.persons import kind_of
from posenet3d.formats.parsing.source import PeopleSource
from posenet3d.formats.readers import READERS
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_file import MapFile
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

FORMATS = tuple(reader.name for reader in READERS)
"""What `read_people` knows: the formats of `formats.readers`."""


def read_people(
    path: str | Path,
    format: str = "auto",
    split: str | None = None,
    placement: str | Skeleton = H36M_17.name,
    image_size: tuple[int, int] | None = None,
    map_file: MapFile | None = None,
    *,
    readers: Sequence[Reader] = READERS,
) -> People:
    """Reads the persons of a file, or of a folder of files.

    Args:
      path: A file of keypoints or a pose archive; docs/lift_your_keypoints.md has the formats.
      format: One of `FORMATS`, or `"auto"`: the content tells, whatever the file is called.
      split: Which part of a pose archive to read (see `read_archive`).
      placement: The skeleton of the joints, for formats whose joints are the user's and where the
        file does not say it (see `read_archive`).
      image_size: (width, height) of the images in pixels, for formats whose coordinates are parts
        of it, and where the file does not say it.
      map_file: The user's own skeleton, whose joints the file has, if it is none of those known.
      readers: The formats to choose from; a format of one's own can be added to `READERS`.

    Returns:
      The persons in the order of the file. Those of an archive have the image id `sequence/frame`
      (`sequence#2/frame` where a name returns) and the person id 0.

    Raises:
      InputError: If the file cannot be read; the message says why and what was expected.
      ValueError: If there is no such format.
    """
    source = open_people(path, format, split, placement, image_size, map_file, readers=readers)
    return source.read()


def open_people(
    path: str | Path,
    format: str = "auto",
    split: str | None = None,
    placement: str | Skeleton = H36M_17.name,
    image_size: tuple[int, int] | None = None,
    map_file: MapFile | None = None,
    *,
    readers: Sequence[Reader] = READERS,
) -> PeopleSource:
    """The same persons in parts, for inputs larger than memory: folders, and long lists in JSON.

    Args and errors are those of `read_people`; what is wrong with a part is found on reading it.
    """
    named = {reader.name: reader for reader in readers}
    if format not in ("auto", *named):
        raise ValueError(f"Unknown format {format!r}; known are auto, {', '.join(named)}.")
    content = Content(path, LARGE_BYTES)
    reader = _recognised(content, readers) if format == "auto" else named[format]
    reader.check(content)
    if map_file is not None and not reader.takes_map_file:
        raise InputError(
            f"{path} is in the format {reader.name}, whose joints are known; a map file is for "
            f"those of {', '.join(r.name for r in readers if r.takes_map_file)}."
        )
    return reader.open(content, Settings(split, placement, image_size, map_file))


def detect_format(path: str | Path, *, readers: Sequence[Reader] = READERS) -> str:
    """Which of `FORMATS` a file has, by its content.

    Raises:
      InputError: If the file is missing or empty, or has none of them.
    """
    return _recognised(Content(path, LARGE_BYTES), readers).name


def _recognised(content: Content, readers: Sequence[Reader]) -> Reader:
    if not content.is_folder:
        content.need_file()
    for reader in sorted(readers, key=lambda reader: reader.general):
        if reader.recognises(content):
            return reader
    raise _unknown(content, readers)


def _unknown(content: Content, readers: Sequence[Reader]) -> InputError:
    """The error to raise for what no reader recognises."""
    if content.is_folder:
        folders = " or ".join(dict.fromkeys(r.folder for r in readers if r.folder))
        return InputError(f"{content.path} is a folder without {folders}; give a file.")
    names = ", ".join(reader.name for reader in readers)
    if not (content.looks_json or content.looks_table):
        begins = content.start[:12]
        return InputError(f"{content.path} is none of {names}: it begins with {begins!r}.")
    shown = content.sample if content.looks_json else content.table
    return InputError(
        f"{content.path} is none of the formats known ({names}): it holds {kind_of(shown)}."
    )
