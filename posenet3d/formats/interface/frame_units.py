"""Inputs that hold frames: a folder with a file a frame, a list or an object of frames, or one."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.json_entries import is_list, one_unit
from posenet3d.formats.interface.reader import Units
from posenet3d.formats.parsing.frame_files.files import printable, some_contents
from posenet3d.formats.parsing.frame_files.layout import FrameLayout
from posenet3d.formats.parsing.frame_files.reading import (
    Frame,
    image_id_of,
    read_frames,
    skeleton_of,
)
from posenet3d.formats.parsing.frame_files.tracks import (
    FrameIds,
    Identity,
    identity_of,
    ids_of_files,
    ids_of_frame,
)
from posenet3d.poses.people import Listed, People
from posenet3d.skeletons.skeleton import Skeleton

_LOOKED_AT = 100  # frames of a list or an object by which it is told


def frame_units(content: Content, layout: FrameLayout) -> Units:
    """The frames of an input.

    A list of frames has the image ids 0, 1, ...; an object has its keys; of a folder or a file with
    one frame they are the names of the files.

    Raises:
      InputError: If it is a folder without JSON files, or no JSON.
    """
    path = content.path
    if content.is_folder:
        return _of_folder(content, layout)
    found = content.json
    if is_list(found) and not (isinstance(found, list) and len(found) == 1):
        return _of_list(path, found, layout)
    if _is_object_of_frames(layout, found):
        return _of_object(path, found, layout)
    image_id = image_id_of(Path(path), layout)

    def read(frame: Any) -> People:
        of_one = Frame(path, _alone(frame), image_id)
        usual = functools.partial(_first_skeleton, layout)
        return read_frames(path, [of_one], layout, _in_one_file, usual)

    return one_unit(found, read)


def sample_frames(content: Content, layout: FrameLayout) -> list[Any]:
    """Some frames of an input, from its beginning; empty: it has none in this layout."""
    if content.is_folder:
        found = [_alone(frame) for frame in some_contents(frame_files(content, layout))]
    elif not content.looks_json:
        return []
    elif isinstance(content.sample, list):
        found = content.sample[:_LOOKED_AT]
    elif _is_object_of_frames(layout, content.sample):
        found = itertools.islice(content.sample.values(), _LOOKED_AT)
    else:
        found = [content.sample]
    return [frame for frame in found if layout.is_frame(frame)]


def frame_files(content: Content, layout: FrameLayout) -> list[Path]:
    """The files of a folder that hold frames: those with the layout's ending, else all JSON."""
    return content.files_ending(f"{layout.ending}.json") or content.json_files


def _of_folder(content: Content, layout: FrameLayout) -> Units:
    path, files = content.path, frame_files(content, layout)
    if not files:
        raise InputError(
            f"{path} is a folder without {layout.files}; give the folder that has them, or a file."
        )
    # OpenPose itself, whose files have the ending, never writes NaN.
    others = bool(layout.ending) and not files[0].stem.endswith(layout.ending)
    by_ids = functools.cache(lambda: identity_of(ids_of_files(layout, files), others))
    usual = functools.cache(lambda: _usual_skeleton(layout, files))

    def read(batch: list[Path], first: int) -> People:
        frames = (Frame(file, _alone(load_json(file)), image_id_of(file, layout)) for file in batch)
        is_whole = len(batch) == len(files)
        decide = functools.partial(identity_of, may_be_places=others)
        identity = decide if is_whole else lambda who: by_ids()
        return read_frames(path, frames, layout, identity, usual)

    def listed() -> Listed:
        return Listed(tuple(image_id_of(file, layout) for file in files))

    return Units(files, "files", read, listed)


def _of_list(path: str | Path, items: Iterable[Any], layout: FrameLayout) -> Units:
    by_ids, usual = _of_all(layout, lambda: items)

    def read(batch: list[Any], first: int) -> People:
        frames = [Frame(path, frame, number, number) for number, frame in enumerate(batch, first)]
        return read_frames(path, frames, layout, by_ids, usual, numbers_are_frames=True)

    def listed() -> Listed:
        return Listed(tuple(number for number, _ in enumerate(items)))

    return Units(items, "frames", read, listed)


def _of_object(path: str | Path, found: dict[str, Any], layout: FrameLayout) -> Units:
    by_ids, usual = _of_all(layout, found.values)

    def read(batch: list[tuple[str, Any]], first: int) -> People:
        frames = [Frame(path, frame, printable(key), printable(key)) for key, frame in batch]
        return read_frames(path, frames, layout, by_ids, usual)

    def listed() -> Listed:
        return Listed(tuple(map(printable, found)))

    return Units(list(found.items()), "frames", read, listed)


def _of_all(
    layout: FrameLayout, frames: Callable[[], Iterable[Any]]
) -> tuple[Callable[[list[FrameIds]], Identity], Callable[[], Skeleton]]:
    """What tells persons apart in all frames of a file, and their skeleton; found when needed."""
    found = functools.cache(lambda: _in_one_file(ids_of_frame(layout, f) for f in frames()))
    usual = functools.cache(lambda: skeleton_of(layout, frames()) or _first_skeleton(layout))
    return lambda who: found(), usual


def _in_one_file(who: Iterable[FrameIds]) -> Identity:
    """What tells persons apart in frames of one file, as Pose2Sim writes none."""
    return identity_of(who, may_be_places=False)


def _usual_skeleton(layout: FrameLayout, files: list[Path]) -> Skeleton:
    """The skeleton of the first person in a folder who has joints, else the layout's first."""

    def contents() -> Iterable[Any]:
        for file in files:
            try:
                yield _alone(load_json(file))
            except InputError:
                continue

    return skeleton_of(layout, contents()) or _first_skeleton(layout)


def _first_skeleton(layout: FrameLayout) -> Skeleton:
    return next(iter(layout.skeletons.values()))


def _alone(content: Any) -> Any:
    """The frame of a file with one, also of a list of one, as ComfyUI saves it for an image."""
    return content[0] if isinstance(content, list) and len(content) == 1 else content


def _is_object_of_frames(layout: FrameLayout, content: Any) -> bool:
    """Whether JSON is an object {image: frame}, as AlphaPose writes it."""
    return (
        isinstance(content, dict)
        and not layout.is_frame(content)
        and any(layout.is_frame(frame) for frame in itertools.islice(content.values(), _LOOKED_AT))
    )
