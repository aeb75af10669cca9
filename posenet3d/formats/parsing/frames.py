"""Lists of frames, some of which may be empty: which frames there are, and whether of a video."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.formats.parsing import persons
from posenet3d.poses.people import Listed

VIDEO_KEYS = ("frame", "frame_id")
"""Keys under which a frame has its number in a video, and not the id of an image."""


def list_frames(path: str | Path, frames: Iterable[Any], keys: Sequence[str]) -> Listed:
    """All frames by their ids, each once; those whose id cannot be read are left out."""
    found: dict[int | str, None] = {}
    for number, frame in enumerate(frames):
        with contextlib.suppress(InputError):
            named = frame if isinstance(frame, dict) else {}
            found[persons.frame_identifier(path, number, named, keys)] = None
    return Listed(tuple(found))


def are_of_video(frames: Iterable[Any], keys: Sequence[str]) -> bool:
    """Whether each frame has its number in a video, or no id at all, so that its index counts."""
    return all(
        next((key for key in keys if key in frame), VIDEO_KEYS[0]) in VIDEO_KEYS
        for frame in frames
        if isinstance(frame, dict)
    )
