"""The list in a JSON file whose entries are read in parts, in memory or as `JsonItems`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.files.json_file import load_json
from posenet3d.files.json_items import JsonItems
from posenet3d.formats.interface.reader import Units
from posenet3d.formats.parsing import persons
from posenet3d.poses.people import Listed, People


def is_list(content: Any) -> bool:
    """Whether JSON is a list that has entries."""
    if isinstance(content, JsonItems):
        return content.key is None and not content.is_empty()
    return isinstance(content, list) and bool(content)


def list_under(
    content: Any, key: str, others: tuple[str, ...]
) -> tuple[Iterable[Any] | None, dict[str, Any]]:
    """The list that an object has under a key, and what it has under others; None: it has none."""
    if isinstance(content, JsonItems):
        if content.key != key or content.is_empty():
            return None, {}
        return content, {other: content.value(other) for other in others}
    found = content.get(key) if isinstance(content, dict) else None
    if not isinstance(found, list) or not found:
        return None, {}
    return found, {other: content.get(other) for other in others}


def one_unit(content: Any, read: Callable[[Any], People]) -> Units:
    """JSON that cannot be cut, as one unit."""
    if isinstance(content, JsonItems):  # large, and still not a list that could be cut
        content = load_json(content.path)
    return Units([content], "files", lambda batch, first: read(batch[0]))


def list_frames(path: str | Path, frames: Iterable[Any], keys: Sequence[str]) -> Listed:
    """All frames by the ids that they have under these keys, or their index, each once.

    Those whose id cannot be read are left out: whoever reads them says why.
    """
    found: dict[int | str, None] = {}
    for number, frame in enumerate(frames):
        named = frame if isinstance(frame, dict) else {}
        with contextlib.suppress(InputError):
            found[persons.frame_identifier(path, number, named, keys)] = None
    return Listed(tuple(found))


def are_of_video(frames: Iterable[Any], keys: Sequence[str], video_keys: Sequence[str]) -> bool:
    """Whether each frame has its number in a video, or no id at all, so that its index counts.

    Args:
      frames: The frames.
      keys: Where a frame may have an id.
      video_keys: Which of them are of numbers in a video, and not of images.
    """
    return all(
        next((key for key in keys if key in frame), video_keys[0]) in video_keys
        for frame in frames
        if isinstance(frame, dict)
    )
