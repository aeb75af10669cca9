"""Pose archives: the `.npz` files that hold 2D poses; the layout is in docs/data.md."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from posenet3d import skeleton as skeletons
from posenet3d.data.records import Poses2D
from posenet3d.errors import InputError

SPLITS = ("train", "val", "test")
"""An archive may hold several sets of poses, their keys prefixed `train_`, `val_`, `test_`."""

_SHARED = ("joints", "image_size", "frame_rate")  # keys that hold for every split of a file
_BROKEN = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError)


def read_archive(
    path: str | Path, split: str | None = None, keypoints: str = "keypoints_2d"
) -> Poses2D:
    """Reads the poses of an archive.

    Arrays that were stored uncompressed (`numpy.savez`) are memory-mapped, so that an archive
    may be larger than memory. Compressed ones are read whole.

    Args:
      path: The `.npz` file.
      split: Reads the keys with this prefix (`train_keypoints_2d`, ...). None: the keys without
        a prefix.
      keypoints: Key of the 2D poses to read. An archive with true and detected 2D of the same
        poses has both `keypoints_2d` and `keypoints_2d_noisy`; its `confidence` is the
        detector's and is read with `keypoints_2d_noisy` only.

    Returns:
      The checked poses.

    Raises:
      InputError: If the file is missing, truncated or not an archive, holds a pickle, has no
        such key, or its poses are not as `Poses2D` demands.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {
                Path(info.filename).stem: _read_member(path, archive, info)
                for info in archive.infolist()
                if info.filename.endswith(".npy") and _is_wanted(info.filename[:-4], split)
            }
            names = sorted(Path(n).stem for n in archive.namelist())
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; give a pose archive (.npz).") from None
    except _BROKEN as error:
        raise InputError(f"{path} is not a readable pose archive (.npz): {error}") from error
    prefix = f"{split}_" if split else ""
    if prefix + keypoints not in arrays:
        splits = [s for s in SPLITS if f"{s}_keypoints_2d" in names]
        hint = f" It has the splits {', '.join(splits)}." if splits and split not in splits else ""
        raise InputError(
            f"{path} holds no array {prefix}{keypoints}; it holds {', '.join(names)}.{hint}"
        )
    try:
        return _to_poses(arrays, prefix, keypoints)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error


def archive_splits(path: str | Path) -> tuple[str, ...]:
    """Which of `SPLITS` an archive holds; empty for one without prefixes or an unreadable one."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return ()
    return tuple(s for s in SPLITS if f"{s}_keypoints_2d.npy" in names)


def write_archive(path: str | Path, poses: Poses2D, prefix: str = "") -> None:
    """Writes poses as an archive that can be memory-mapped; replaces a file of that name whole."""
    from posenet3d.formats.atomic import atomic_path

    arrays = {
        "keypoints_2d": poses.keypoints_2d,
        "confidence": poses.confidence,
        "keypoints_3d": poses.keypoints_3d,
        "lengths": poses.lengths,
        "sequences": np.array(poses.sequences),
    }
    shared = {
        "joints": np.array(poses.skeleton.joint_names),
        "image_size": None if poses.image_size is None else np.array(poses.image_size),
        "frame_rate": None if poses.frame_rate is None else np.array(poses.frame_rate),
    }
    arrays = {prefix + k: v for k, v in arrays.items() if v is not None}
    arrays |= {k: v for k, v in shared.items() if v is not None}
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def _is_wanted(key: str, split: str | None) -> bool:
    if key in _SHARED:
        return True
    prefixed = key.startswith(tuple(f"{s}_" for s in SPLITS))
    return key.startswith(f"{split}_") if split else not prefixed


def _read_member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    """One array of the archive: memory-mapped where it is stored as it is, else read."""
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)
        read_header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = read_header(member)
        if dtype.hasobject:
            raise ValueError(
                f"the array {info.filename[:-4]} is a pickle, which may run code when read and "
                "is refused; save plain numbers or text"
            )
        header = member.tell()
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if info.file_size != header + size:
        raise ValueError(f"the array {info.filename[:-4]} is cut short")
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


def _to_poses(arrays: dict[str, np.ndarray], prefix: str, keypoints: str) -> Poses2D:
    def get(key: str) -> np.ndarray | None:
        return arrays.get(prefix + key)

    skeleton = skeletons.H36M_17
    if "joints" in arrays:
        skeleton = skeletons.from_joint_names(tuple(str(n) for n in arrays["joints"]))
    with_detections = prefix + "keypoints_2d_noisy" in arrays
    reads_true_2d = with_detections and keypoints == "keypoints_2d"
    sequences = get("sequences")
    size = arrays.get("image_size")
    rate = arrays.get("frame_rate")
    if size is not None and (size.shape != (2,) or not (size > 0).all()):
        raise ValueError(f"image_size must be a positive (width, height), got {size.tolist()}.")
    if rate is not None and (rate.shape != () or not rate > 0):
        raise ValueError(f"frame_rate must be one positive number, got {rate.tolist()}.")
    return Poses2D(
        keypoints_2d=get(keypoints),
        skeleton=skeleton,
        confidence=None if reads_true_2d else get("confidence"),
        lengths=get("lengths"),
        sequences=None if sequences is None else tuple(str(n) for n in sequences),
        keypoints_3d=get("keypoints_3d"),
        image_size=None if size is None else (int(size[0]), int(size[1])),
        frame_rate=None if rate is None else float(rate),
    )
