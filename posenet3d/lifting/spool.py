"""Lifted parts on disk until all are there, so that a long job can be interrupted and go on."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.atomic import atomic_path
from posenet3d.formats.lifted import PER_PERSON, Lifted
from posenet3d.formats.people import People
from posenet3d.models.estimator import LiftResult
from posenet3d.skeleton import Skeleton

_LAYOUT = 1  # of the folder; parts of another layout are not gone on from
_SETTINGS = "settings.json"


class Spool:
    """A folder of finished parts, numbered from 0; a part is there whole or not at all.

    Iterating yields the parts that have people, one at a time in memory, any number of times.

    Args:
      folder: Where they lie; made if absent.
      settings: What the parts depend on besides the input. Parts made with others are removed.

    Raises:
      InputError: If the folder cannot be made, or has files that are not a spool's.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder = folder
        about = json.dumps({"layout": _LAYOUT} | dict(settings), sort_keys=True)
        if folder.exists() and not _is_spool(folder):
            raise InputError(
                f"{folder} is where finished parts would be kept, but it holds something else; "
                "move it away."
            )
        if not folder.parent.is_dir():
            raise InputError(f"Cannot write to {folder.parent}: there is no such folder.")
        folder.mkdir(exist_ok=True)
        before = _read_text(folder / _SETTINGS)
        self.had_other_settings = before not in (None, about)
        if before != about:
            self._remove_from(0)
            with atomic_path(folder / _SETTINGS) as temporary:
                temporary.write_text(about, encoding="utf-8")
        self._fingerprints = self._finished()
        self.resumed = len(self._fingerprints)

    def __len__(self) -> int:
        """The number of finished parts, with and without people."""
        return len(self._fingerprints)

    def has(self, number: int, fingerprint: str) -> bool:
        """Whether this part is finished; removes it and those behind it if its files changed."""
        if number >= len(self):
            return False
        if self._fingerprints[number] == fingerprint:
            return True
        self._remove_from(number)
        del self._fingerprints[number:]
        self.resumed = min(self.resumed, number)
        return False

    def append(self, lifted: Lifted | None, fingerprint: str, faults: tuple[str, ...] = ()) -> None:
        """Keeps the next part; None: nobody was in it. `faults` is what was left out."""
        about: dict[str, Any] = {"fingerprint": fingerprint, "faults": faults}
        arrays: dict[str, np.ndarray] = {}
        if lifted is not None:
            people, result = lifted.people, lifted.result
            about |= {
                "skeleton": dataclasses.asdict(people.skeleton),
                "tracked": people.tracked,
                "unit": result.unit,
                "problems": result.problems,
                "image_ids": people.image_ids,
                "person_ids": people.person_ids,
                "image_sizes": people.image_sizes,
                "file_names": people.file_names,
            }
            arrays = {name: getattr(result, name) for name in PER_PERSON}
            arrays |= {"keypoints_2d": people.keypoints_2d, "confidence": people.confidence}
        text = np.frombuffer(json.dumps(about).encode(), np.uint8)
        with atomic_path(self._path(len(self))) as temporary, open(temporary, "wb") as file:
            np.savez(file, about=text, **arrays)
        self._fingerprints.append(fingerprint)

    def __iter__(self) -> Iterator[Lifted]:
        """Yields the parts that have people, in order."""
        for number in range(len(self)):
            with np.load(self._path(number), allow_pickle=False) as part:
                about = _about(part)
                if "skeleton" in about:
                    yield _lifted(about, part)

    def faults(self) -> Iterator[str]:
        """What was left out of all parts, a line each."""
        for number in range(len(self)):
            with np.load(self._path(number), allow_pickle=False) as part:
                yield from _about(part)["faults"]

    def remove(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.npz"

    def _finished(self) -> list[str]:
        """The fingerprints of the parts from the first to the first that is missing."""
        found: list[str] = []
        while (path := self._path(len(found))).exists():
            try:
                with np.load(path, allow_pickle=False) as part:
                    found.append(_about(part)["fingerprint"])
            except Exception:  # a damaged file fails in many ways, and all mean: do it again
                self._remove_from(len(found))
                break
        return found

    def _remove_from(self, number: int) -> None:
        for path in self.folder.glob("*.npz"):
            if path.name >= self._path(number).name:
                path.unlink()


def _about(part: Any) -> dict[str, Any]:
    return json.loads(part["about"].tobytes())


def _lifted(about: dict[str, Any], arrays: Any) -> Lifted:
    sizes = about["image_sizes"]
    people = People(
        arrays["keypoints_2d"],
        arrays["confidence"],
        Skeleton.from_dict(about["skeleton"]),
        tuple(about["image_ids"]),
        tuple(about["person_ids"]),
        None if sizes is None else tuple(None if s is None else tuple(s) for s in sizes),
        None if about["file_names"] is None else tuple(about["file_names"]),
        about["tracked"],
    )
    result = LiftResult(
        **{name: arrays[name] for name in PER_PERSON},
        problems=tuple(about["problems"]),
        unit=about["unit"],
    )
    return Lifted(people, result)


def _is_spool(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    return not names or _SETTINGS in names


def _read_text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
