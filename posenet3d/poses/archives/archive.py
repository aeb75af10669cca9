"""Pose archives: the `.npz` files that hold 2D poses; the layout is in docs/data.md."""

from __future__ import annotations

import dataclasses
import math
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.errors import InputError, reason_of
from posenet3d.files.npz import read_header
from posenet3d.files.opening import refuse_special
from posenet3d.poses.archives.archived_skeleton import archived_skeleton
from posenet3d.poses.coordinates import are_parts_of_size, size_example, without_corner
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons import skeleton as skeletons

if TYPE_CHECKING:  # formats imports data
    from posenet3d.skeletons.map_files.map_file import MapFile

SPLITS = ("train", "val", "test")
"""An archive may hold several sets of poses, their keys prefixed `train_`, `val_`, `test_`."""

# Keys that hold for every split of a file.
_SHARED = ("joints", "parents", "left", "right", "skeleton", "image_size", "frame_rate")


def read_archive(
    path: str | Path,
    split: str | None = None,
    keypoints: str = "keypoints_2d",
    placement: str | skeletons.Skeleton = skeletons.H36M_17.name,
    map_file: MapFile | None = None,
    image_size: tuple[int, int] | None = None,
) -> Poses2D:
    """Reads the poses of an archive.

    float32 arrays that were stored uncompressed (`numpy.savez`) are memory-mapped, so that an
    archive may be larger than memory. Others are read whole. Arrays of other names are not
    looked at.

    Args:
      path: The `.npz` file.
      split: Reads the keys with this prefix (`train_keypoints_2d`, ...). None: the keys without
        a prefix.
      keypoints: Key of the 2D poses to read. An archive with true and detected 2D of the same
        poses has both `keypoints_2d` and `keypoints_2d_noisy`; its `confidence` is the
        detector's and is read with `keypoints_2d_noisy` only.
      placement: The skeleton whose joints these are, where the archive does not say it: by name
        where several have joints of the same names, `h36m17` or `cmu17`; or a lifter's own.
      map_file: The user's own skeleton, whose joints these are: in its order where the archive has
        no `joints`, else by their names. Joints that the archive lacks are missing.
      image_size: (width, height) of the images in pixels, where the archive has none.

    Returns:
      The checked poses, on a known skeleton, the user's or the one that the archive declares.
      Joints at exactly (0, 0) are missing. Coordinates that are parts of the image's size are
      made pixels.

    Raises:
      InputError: If the file is missing, truncated or not an archive, holds a pickle, has no
        such key, or its poses are not as `Poses2D` demands.
    """
    path = Path(path)
    prefix = f"{split}_" if split else ""
    refuse_special(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            arrays = {
                key: _read_member(path, archive, members[key])
                for key in _wanted(members, prefix, keypoints)
                if key in members
            }
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; give a pose archive (.npz).") from None
    except Exception as error:  # a damaged archive fails in many ways, and all mean the same
        raise InputError(
            f"{path} is not a readable pose archive (.npz): {reason_of(error)}"
        ) from error
    if prefix + keypoints not in arrays:
        splits = [s for s in SPLITS if f"{s}_keypoints_2d" in members]
        hint = f" It has the splits {', '.join(splits)}." if splits and split not in splits else ""
        raise InputError(
            f"{path} holds no array {prefix}{keypoints}; it holds "
            f"{', '.join(sorted(members)) or 'nothing'}.{hint}"
        )
    try:
        poses = _to_poses(path, arrays, prefix, keypoints, skeletons.named(placement), map_file)
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error
    return _in_pixels(path, poses, image_size)


def archive_splits(path: str | Path) -> tuple[str, ...]:
    """Which of `SPLITS` an archive holds; empty for one without prefixes or an unreadable one."""
    try:
        refuse_special(path)
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except Exception:  # see read_archive, which says what is wrong
        return ()
    return tuple(s for s in SPLITS if f"{s}_keypoints_2d.npy" in names)


def _wanted(members: Collection[str], prefix: str, keypoints: str) -> list[str]:
    names = (keypoints, "keypoints_3d", "camera_elevation", "lengths", "sequences")
    keys = [prefix + name for name in names]
    of_detector = prefix + "keypoints_2d_noisy" in members
    if keypoints != "keypoints_2d" or not of_detector:
        keys.append(prefix + "confidence")
    return [*keys, *_SHARED]


def _read_member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    """One array of the archive: memory-mapped where it is stored as it is, else read."""
    with archive.open(info) as member:
        shape, fortran, dtype = read_header(member)
        if dtype.hasobject:
            raise ValueError(
                f"the array {info.filename[:-4]} is a pickle, which may run code when read and "
                "is refused; save plain numbers or text"
            )
        header = member.tell()
    size = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or not dtype.itemsize or info.file_size != header + size:
        raise ValueError(
            f"the array {info.filename[:-4]} is cut short or its header is damaged: shape "
            f"{shape} of {dtype} does not fit its {info.file_size} bytes"
        )
    if info.compress_type == zipfile.ZIP_STORED and size:
        start = _data_start(path, info) + header
        if start + size > path.stat().st_size:
            raise ValueError(f"the array {info.filename[:-4]} is cut short")
        order = "F" if fortran else "C"
        return np.memmap(path, dtype, mode="r", offset=start, shape=shape, order=order)
    with archive.open(info) as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def _data_start(path: Path, info: zipfile.ZipInfo) -> int:
    """Offset of a member's bytes: its local header is 30 bytes, a name and an extra field."""
    with open(path, "rb") as file:
        file.seek(info.header_offset + 26)
        name = int.from_bytes(file.read(2), "little")
        extra = int.from_bytes(file.read(2), "little")
    return info.header_offset + 30 + name + extra


def _to_poses(
    path: Path,
    arrays: dict[str, np.ndarray],
    prefix: str,
    keypoints: str,
    placement: skeletons.Skeleton,
    map_file: MapFile | None,
) -> Poses2D:
    def get(key: str) -> np.ndarray | None:
        return arrays.get(prefix + key)

    skeleton = placement if map_file is None else map_file.skeleton
    names = arrays.get("joints")
    names = None if names is None else tuple(str(n) for n in names.flat)
    if map_file is None and (names is not None or "parents" in arrays):
        skeleton = archived_skeleton(arrays, placement)
    sequences = get("sequences")
    size = arrays.get("image_size")
    rate = arrays.get("frame_rate")
    if size is not None and not _is_positive(size, shape=(2,)):
        raise ValueError(f"image_size must be a positive (width, height), got {size}.")
    if rate is not None and not _is_positive(rate, shape=()):
        raise ValueError(f"frame_rate must be one positive number, got {rate}.")
    poses = {
        "keypoints_2d": get(keypoints),
        "confidence": get("confidence"),
        "keypoints_3d": get("keypoints_3d"),
    }
    if map_file is not None and names is not None:
        poses = _arranged(path, poses, names, map_file)
    return Poses2D(
        **poses,
        skeleton=skeleton,
        camera_elevation=get("camera_elevation"),
        lengths=get("lengths"),
        sequences=None if sequences is None else tuple(str(n) for n in sequences.flat),
        image_size=None if size is None else (int(size[0]), int(size[1])),
        frame_rate=None if rate is None else float(rate),
    )


def _in_pixels(path: Path, poses: Poses2D, image_size: tuple[int, int] | None) -> Poses2D:
    """The poses without joints in the corner, in pixels if they are parts of the image's size."""
    keypoints_2d = poses.keypoints_2d
    confidence = without_corner(keypoints_2d, poses.confidence)
    if are_parts_of_size(keypoints_2d.min(), keypoints_2d.max()) and keypoints_2d.any():
        size = poses.image_size or image_size
        if size is None:
            width, height = size_example(keypoints_2d, confidence)
            raise InputError(
                f"{path}: all coordinates lie within [0, 1], so they are parts of the image's "
                "width and height, and not pixels; give the archive an image_size, for example "
                f"({width}, {height}), or posenet3d lift --image_size={width}x{height}."
            )
        keypoints_2d = (keypoints_2d * np.array(size)).astype(np.float32)
        return dataclasses.replace(
            poses, keypoints_2d=keypoints_2d, confidence=confidence, image_size=size
        )
    if confidence is poses.confidence:
        return poses
    return dataclasses.replace(poses, confidence=confidence)


def _arranged(
    path: Path, poses: dict[str, np.ndarray | None], names: tuple[str, ...], map_file: MapFile
) -> dict[str, np.ndarray | None]:
    """The arrays with their joints in the order of the map file's skeleton."""
    places = map_file.places(names, str(path))
    if places == tuple(range(map_file.skeleton.num_joints)):
        return poses
    for key, axis in (("keypoints_2d", -2), ("keypoints_3d", -2), ("confidence", -1)):
        array = poses[key]
        if array is not None and (array.ndim < 2 or array.shape[axis] != len(names)):
            raise ValueError(
                f"{key} has the shape {list(array.shape)}, but joints has {len(names)} names."
            )
    keypoints_2d, confidence = map_file.arrange(places, poses["keypoints_2d"], poses["confidence"])
    keypoints_3d = poses["keypoints_3d"]
    if keypoints_3d is not None and len(set(places) - {None}) < map_file.skeleton.num_joints:
        raise ValueError("keypoints_3d lacks joints of the map file, so nothing can be measured.")
    if keypoints_3d is not None:
        keypoints_3d, _ = map_file.arrange(places, keypoints_3d, None)
    return {"keypoints_2d": keypoints_2d, "confidence": confidence, "keypoints_3d": keypoints_3d}


def _is_positive(array: np.ndarray, shape: tuple[int, ...]) -> bool:
    if array.shape != shape or array.dtype.kind not in "iuf":
        return False
    return bool((np.isfinite(array) & (array > 0)).all())
