"""VideoPose3D's archives of 2D keypoints, custom ones and those of Human3.6M.

The format is what data/prepare_data_2d_custom.py in github.com/facebookresearch/VideoPose3D writes:
`positions_2d`, {video: {action: [an array [T, J, 2] a camera]}} in pixels, and `metadata`, which
tells the joints and, under `video_metadata`, each video's width `w` and height `h`. Both are
pickled and read without running anything.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.restricted_unpickler import read_pickled
from posenet3d.formats.interface.content import Content
from posenet3d.formats.interface.reader import Reader, whole
from posenet3d.formats.parsing import persons
from posenet3d.poses.archives.videopose3d import checked_positions, layout_of
from posenet3d.poses.people import People
from posenet3d.skeletons.map_files.map_file import MapFile

_KEYS = ("positions_2d", "metadata")


def is_videopose3d(path: str | Path) -> bool:
    """Whether a file is a NumPy archive with VideoPose3D's key."""
    try:
        with zipfile.ZipFile(path) as archive:
            return f"{_KEYS[0]}.npy" in archive.namelist()
    except Exception:  # a damaged archive fails in many ways; whoever reads it says how
        return False


def read_videopose3d(path: str | Path, map_file: MapFile | None = None) -> People:
    """Reads an archive of 2D keypoints of VideoPose3D.

    Args:
      path: The `.npz` file.
      map_file: The user's own skeleton, in whose order the joints are.

    Returns:
      One person a frame of every video, on `COCO_17`, `H36M_17` or `MPII_16`, by the metadata, or
      on the user's skeleton, all joints present: VideoPose3D keeps no confidence. The image ids are
      `video/action/frame`, with `/camera` before the frame where there are several cameras; the
      person ids are 0.

    Raises:
      InputError: If the file is damaged, is no such archive, has joints without a declared map,
        asks for code to be run, or has a coordinate that is not finite.
    """
    return READER.read(path, map_file=map_file)


def _read(content: Content, map_file: MapFile | None) -> People:
    path, found = content.path, read_pickled(content.path, _KEYS)
    skeleton = map_file.skeleton if map_file else layout_of(path, found["metadata"])
    keypoints, image_ids, sizes = [], [], []
    for video, view, name in _views(path, found["positions_2d"]):
        positions = checked_positions(view, skeleton.joint_names, 2, f"{path}: {name}")
        keypoints.append(positions)
        image_ids += [f"{name}/{frame}" for frame in range(len(positions))]
        sizes += [_size(found["metadata"], video)] * len(positions)
    if not keypoints:
        raise InputError(f"{path}: positions_2d holds no video.")
    keypoints_2d = np.concatenate(keypoints)
    return People(
        keypoints_2d,
        np.ones(keypoints_2d.shape[:2], np.float32),
        skeleton,
        tuple(image_ids),
        (0,) * len(image_ids),
        tuple(sizes) if any(sizes) else None,
        tracked=True,
    )


def _views(path: str | Path, videos: Any) -> list[tuple[str, Any, str]]:
    """(video, array, name) of each camera's view."""
    found = []
    for video, actions in _named(path, videos, "positions_2d").items():
        for action, views in _named(path, actions, video).items():
            if not isinstance(views, list | tuple | np.ndarray):
                raise InputError(
                    f"{path}: {video} {action} must be a list with an array a camera, got a "
                    f"{type(views).__name__}."
                )
            for camera, view in enumerate(views):
                if view is None:  # a camera that was not used
                    continue
                name = f"{video}/{action}" + (f"/{camera}" if len(views) > 1 else "")
                found.append((video, view, name))
    return found


def _named(path: str | Path, value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(persons.is_identifier(key) for key in value):
        raise InputError(
            f"{path}: {what} must be a dict of names, got a {type(value).__name__}; the layout is "
            "{video: {action: [an array a camera]}}."
        )
    return value


def _size(metadata: Any, video: str) -> tuple[int, int] | None:
    """Width and height of a video in pixels, if the metadata tells them."""
    videos = metadata.get("video_metadata") if isinstance(metadata, dict) else None
    about = videos.get(video) if isinstance(videos, dict) else None
    if not isinstance(about, dict):
        return None
    size = (about.get("w"), about.get("h"))
    if all(type(s) is int and 0 < s <= persons.MAX_PIXELS for s in size):
        return size
    return None


READER = Reader(
    name="videopose3d",
    recognises=lambda content: content.is_zip and is_videopose3d(content.path),
    units=whole(_read),
    any_unit=True,
    takes=("map_file",),
)
