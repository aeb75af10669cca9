"""What the units of each format are: entries of a list in JSON, or files of a folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from posenet3d.files.json_file import load_json
from posenet3d.files.json_items import JsonItems
from posenet3d.formats.parsing.source import PeopleSource, Read, count_of
from posenet3d.formats.readers import alphapose, mmpose
from posenet3d.formats.readers.coco import coco_key, coco_people
from posenet3d.formats.readers.mediapipe import check_mediapipe, is_frames, mediapipe_people
from posenet3d.formats.readers.openpose import openpose_files, openpose_people
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_file import MapFile


def openpose_source(folder: str | Path, image_size: tuple[int, int] | None = None) -> PeopleSource:
    """A folder of OpenPose's frames, a file a unit.

    Raises:
      InputError: If there is none.
    """
    files = openpose_files(folder)

    def read(batch: list[Path], first: int) -> People:
        frames = ((file, load_json(file)) for file in batch)
        return with_image_size(openpose_people(folder, frames), image_size)

    return PeopleSource(folder, "openpose", files, read, "files", len(files))


def json_source(
    path: str | Path,
    format: str,
    content: Any,
    image_size: tuple[int, int] | None = None,
    map_file: MapFile | None = None,
) -> PeopleSource:
    """A file of JSON, an entry of its list a unit; the file itself where it has none.

    Args:
      path: The file.
      format: One of `coco`, `openpose`, `alphapose`, `mmpose` and `mediapipe`.
      content: What `load_json` gives, or `JsonItems`.
      image_size: (width, height) of the images in pixels.
      map_file: The user's own skeleton, for COCO's files.

    Raises:
      InputError: If the file stops being JSON somewhere.
    """
    if format == "coco":
        units, kind, read = _coco(path, content, map_file)
    elif format == "mediapipe":
        units, kind, read = _mediapipe(path, content, image_size)
    else:
        units, kind, read = _READERS[format](path, content)

    def sized(batch: list[Any], first: int) -> People:
        return with_image_size(read(batch, first), image_size)

    return PeopleSource(path, format, units, sized, kind, count_of(units))


Entries = tuple[Iterable[Any], str, Read]  # the units, what they are called, and how to read them


def _alphapose(path: str | Path, content: Any) -> Entries:
    if not _is_list(content):
        return _one_unit(content, lambda whole: alphapose.alphapose_people(path, whole))
    tracked = alphapose.has_tracks(content)

    def read(batch: list[Any], first: int) -> People:
        return alphapose.alphapose_people(path, batch, first, tracked)

    return content, "persons", read


def _coco(path: str | Path, content: Any, map_file: MapFile | None) -> Entries:
    def read_list(batch: list[Any], first: int) -> People:
        return coco_people(path, batch, first, map_file)

    if _is_list(content):
        return content, "persons", read_list
    key = "annotations"
    entries, header = _list_of(content, key, ("images", "categories"))
    if entries is None:
        return _one_unit(content, lambda whole: coco_people(path, whole, map_file=map_file))
    images = header["images"]
    is_table = isinstance(images, list) and all(isinstance(image, dict) for image in images)
    by_id = {coco_key(image.get("id")): image for image in images} if is_table else {}

    def read(batch: list[Any], first: int) -> People:
        part = header | {key: batch}
        if is_table:  # each part looks up its own images alone
            ids = {coco_key(e.get("image_id")) for e in batch if isinstance(e, dict)}
            part["images"] = [by_id[i] for i in ids if i in by_id]
        return coco_people(path, part, first, map_file)

    return entries, "annotations", read


def _mmpose(path: str | Path, content: Any) -> Entries:
    key = "instance_info"
    frames, header = (content, {}) if _is_list(content) else _list_of(content, key, ("meta_info",))
    if frames is None or not mmpose.is_video(frames):
        return _one_unit(content, lambda whole: mmpose.mmpose_people(path, whole))
    tracked = mmpose.has_tracks(frames)

    def read(batch: list[Any], first: int) -> People:
        return mmpose.mmpose_people(path, header | {key: batch}, first, tracked)

    return frames, "frames", read


def _mediapipe(path: str | Path, content: Any, image_size: tuple[int, int] | None) -> Entries:
    sample = content.sample() if isinstance(content, JsonItems) else content
    check_mediapipe(path, sample)
    if not _is_list(content) or not is_frames(sample):
        return _one_unit(content, lambda whole: mediapipe_people(path, whole, image_size))

    def read(batch: list[Any], first: int) -> People:
        return mediapipe_people(path, batch, image_size, first)

    return content, "frames", read


def _openpose(path: str | Path, content: Any) -> Entries:
    return _one_unit(content, lambda whole: openpose_people(path, [(path, whole)]))


_READERS: dict[str, Callable[[str | Path, Any], Entries]] = {
    "alphapose": _alphapose,
    "mmpose": _mmpose,
    "openpose": _openpose,
}


def _one_unit(content: Any, read: Callable[[Any], People]) -> Entries:
    """The whole content as one unit."""
    if isinstance(content, JsonItems):  # large, and still not a list that could be cut
        content = load_json(content.path)
    return [content], "files", lambda batch, first: read(batch[0])


def _is_list(content: Any) -> bool:
    """Whether the content is a list that has entries."""
    if isinstance(content, JsonItems):
        return content.key is None
    return isinstance(content, list) and bool(content)


def _list_of(
    content: Any, key: str, others: tuple[str, ...]
) -> tuple[Iterable[Any] | None, dict[str, Any]]:
    """The list that an object has under a key, and what it has under others; None: it has none."""
    if isinstance(content, JsonItems):
        if content.key != key:
            return None, {}
        return content, {other: content.value(other) for other in others}
    found = content.get(key) if isinstance(content, dict) else None
    if not isinstance(found, list) or not found:
        return None, {}
    return found, {other: content.get(other) for other in others}


def with_image_size(people: People, image_size: tuple[int, int] | None) -> People:
    """People whose file does not say how large its images are."""
    if image_size is None or people.image_sizes is not None:
        return people
    return dataclasses.replace(people, image_sizes=(image_size,) * len(people))
