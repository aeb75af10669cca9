"""Writes pose archives; the layout is in docs/data.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.poses.archives.archived_skeleton import skeleton_arrays
from posenet3d.poses.records import Poses2D


def write_archive(path: str | Path, poses: Poses2D, split: str | None = None) -> None:
    """Writes poses as an archive that can be memory-mapped; replaces a file of that name whole.

    Args:
      path: The `.npz` file.
      poses: The poses.
      split: Gives the keys this prefix; read them with the same `split`.

    Raises:
      InputError: If the folder of `path` does not exist.
    """
    write_splits(path, {split or "": poses})


def write_splits(
    path: str | Path,
    splits: Mapping[str, Poses2D],
    labels: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Writes sets of poses as one archive that can be memory-mapped; whole or not at all.

    Args:
      path: The `.npz` file; one of that name is replaced.
      splits: The poses of each split: `train`, `val`, `test`. `read_archive` reads them with the
        same `split`; one of the name "" is an archive without splits.
      labels: Further arrays by key, for users of the archive; `read_archive` does not look at them.

    Raises:
      ValueError: If there is no split, the splits differ in joints, picture size or frame rate,
        which an archive has once, or a label takes the key of one of its arrays.
      InputError: If the folder of `path` does not exist.
    """
    shared = {(p.skeleton, p.image_size, p.frame_rate) for p in splits.values()}
    if len(shared) != 1:
        raise ValueError(
            "The splits of an archive must be of one skeleton, picture size and frame rate, got "
            f"{[(s.name, size, rate) for s, size, rate in shared]}."
        )
    skeleton, image_size, frame_rate = shared.pop()
    arrays: dict[str, np.ndarray | None] = {
        **skeleton_arrays(skeleton),
        "image_size": None if image_size is None else np.array(image_size),
        "frame_rate": None if frame_rate is None else np.array(frame_rate),
    }
    for split, poses in splits.items():
        of_split = {
            "keypoints_2d": poses.keypoints_2d,
            "confidence": poses.confidence,
            "keypoints_3d": poses.keypoints_3d,
            "camera_elevation": poses.camera_elevation,
            "lengths": poses.lengths,
            "sequences": np.array(poses.sequences),
        }
        prefix = f"{split}_" if split else ""
        arrays |= {prefix + key: array for key, array in of_split.items()}
    taken = sorted(set(labels or {}) & set(arrays))
    if taken:
        raise ValueError(f"The labels {', '.join(taken)} are keys of the poses themselves.")
    arrays |= labels or {}
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **{key: array for key, array in arrays.items() if array is not None})
