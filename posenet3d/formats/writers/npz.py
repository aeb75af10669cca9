"""Lifted poses as an `.npz` archive, the format that loses nothing."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.formats.interface.writer import (
    CONFIDENCE,
    EXPECTED_ERROR,
    PROBLEMS,
    SCORE,
    Writer,
)
from posenet3d.geometry.axes import CAMERA
from posenet3d.poses.lifted import Lifted

_LEVEL = 1  # of packing; the others take a third longer, and make a file by 1 % smaller
_BEGINNING = 1 << 18
_WORTH = 0.8  # coordinates become 0.88 of their size, which took more time than lifting
_TEXTS = ("problems", "image_ids", "person_ids")


def write_lifted(path: str | Path, parts: Iterable[Lifted]) -> None:
    """Writes persons and what became of them; the file appears whole or not at all.

    The archive holds plain arrays, readable with `numpy.load(path)`, P persons of J joints:

    | array | shape | meaning |
    |---|---|---|
    | `keypoints_3d` | `[P, J, 3]` | x right, y down, z forward, from the root; NaN: not lifted |
    | `keypoints_2d` | `[P, J, 2]` | what was lifted: pixels (x right, y down) |
    | `confidence` | `[P, J]` | in [0, 1]; 0: the joint was missing |
    | `filled` | `[P, J]` | True: the joint was missing and its 3D position filled in |
    | `lifted` | `[P]` | True: the person has a 3D pose |
    | `interpolated` | `[P]` | True: not seen in this frame; between the poses before and after |
    | `root_3d` | `[P, 3]` | mm, where the root is in the room (`--focal_length`); NaN: not known |
    | `levelled` | `[P]` | degrees of the camera's tilt that were undone; NaN: the camera's frame |
    | `exchanged` | `[P, J]` | True: given to the other side by the detector; put right |
    | `problems` | `[P]` | why not lifted, in words; empty for lifted persons |
    | `score`, `elevation` | `[P]` | as `LiftResult` defines them |
    | `expected_error` | `[P, J]` | how far each joint is expected to be off; NaN: not known |
    | `image_ids`, `person_ids` | `[P]` | as in the input file: whole numbers, or texts |
    | `joints`, `parents` | `[J]` | names, and the index of each one's parent (-1: root) |
    | `unit` | `[]` | `pose` (the pose's own size) or `mm`, of `keypoints_3d`, `expected_error` |

    Args:
      path: The file to write, ending in `.npz`.
      parts: The people in parts, of which one at a time is in memory; gone through twice.

    Raises:
      InputError: If the folder of `path` does not exist.
    """
    kinds = _kinds(parts)
    with atomic_path(path) as temporary, contextlib.ExitStack() as stack:
        # The number of rows stands before them, so arrays grow in files of their own first.
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=temporary.parent, prefix="."))
        files, shapes, rows = {}, {}, 0
        for part in parts:
            for name, array in _arrays(part, kinds).items():
                if name not in files:
                    files[name] = stack.enter_context(open(Path(folder) / name, "w+b"))
                    shapes[name] = (array.dtype, array.shape[1:])
                files[name].write(np.ascontiguousarray(array).tobytes())
            rows += len(part.people)
            skeleton, unit = part.people.skeleton, part.result.unit
        about = {
            "joints": np.array(skeleton.joint_names),
            "parents": np.array(skeleton.parents, np.int64),
            "unit": np.array(unit),
        }
        packed = {"compression": zipfile.ZIP_DEFLATED, "compresslevel": _LEVEL}
        with zipfile.ZipFile(temporary, "w", **packed) as archive:
            for name, (dtype, shape) in shapes.items():
                header = {
                    "descr": np.lib.format.dtype_to_descr(dtype),
                    "fortran_order": False,
                    "shape": (rows, *shape),
                }
                file = f"{name}.npy"
                if not _packs(files[name]):
                    file = zipfile.ZipInfo(file)  # such are stored as they are
                with archive.open(file, "w", force_zip64=True) as member:
                    np.lib.format.write_array_header_1_0(member, header)
                    files[name].seek(0)
                    shutil.copyfileobj(files[name], member, 1 << 20)
            for name, array in about.items():
                with archive.open(f"{name}.npy", "w") as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)


def _packs(file: BinaryIO) -> bool:
    """Whether packing makes an array much smaller, as its beginning shows."""
    file.seek(0)
    beginning = file.read(_BEGINNING)
    return len(zlib.compress(beginning, _LEVEL)) < _WORTH * len(beginning)


def _arrays(part: Lifted, kinds: dict[str, np.dtype]) -> dict[str, np.ndarray]:
    people, result = part.people, part.result
    return {
        "keypoints_3d": np.asarray(result.keypoints_3d, np.float32),
        "keypoints_2d": np.asarray(people.keypoints_2d, np.float32),
        "confidence": np.asarray(people.confidence, np.float32),
        "filled": np.asarray(result.filled, bool),
        "lifted": np.asarray(result.lifted, bool),
        "interpolated": part.interpolated,
        "exchanged": part.exchanged,
        "levelled": part.levelled,
        "root_3d": part.root_3d,
        "score": np.asarray(result.score, np.float32),
        "elevation": np.asarray(result.elevation, np.float32),
        "expected_error": np.asarray(result.expected_error, np.float32),
    } | {
        name: np.array([str(t) if kinds[name].kind == "U" else t for t in texts], kinds[name])
        for name, texts in _texts(part).items()
    }


def _texts(part: Lifted) -> dict[str, Sequence[int | str]]:
    return {
        "problems": part.result.problems,
        "image_ids": part.people.image_ids,
        "person_ids": part.people.person_ids,
    }


def _kinds(parts: Iterable[Lifted]) -> dict[str, np.dtype]:
    """Numbers stay numbers; they become texts once one of them is a text."""
    widest = dict.fromkeys(_TEXTS, 1)
    numbers = dict.fromkeys(_TEXTS, True)
    for part in parts:
        for name, texts in _texts(part).items():
            different = set(texts)
            widest[name] = max(widest[name], *(len(str(text)) for text in different))
            numbers[name] &= all(isinstance(text, int) for text in different)
    return {n: np.dtype(np.int64 if numbers[n] else f"U{widest[n]}") for n in _TEXTS}


WRITER = Writer(
    ".npz",
    ups=(CAMERA,),
    people=lambda path, parts, up: write_lifted(path, parts),
    holds=(CONFIDENCE, SCORE, PROBLEMS, EXPECTED_ERROR),
)
