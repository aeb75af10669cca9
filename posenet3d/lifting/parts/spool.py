"""Lifted parts on disk until all are there, so that a long job can be interrupted and go on."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.files import parts
from posenet3d.lifting.parts.odd_joints import Counts
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.lifted import PER_PERSON, Lifted
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import Skeleton


class Spool:
    """A folder of finished parts, numbered from 0; a part is there whole or not at all.

    Iterating yields the parts that have people, one at a time in memory, any number of times.

    Args:
      folder: Where they lie; made if absent.
      settings: What the parts depend on besides the input's files.

    Raises:
      InputError: If the folder cannot be made, has parts that were made with other settings, or
        holds something else.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder = folder
        parts.claim(folder, settings)
        self._fingerprints: list[str] = []
        self._persons: list[int] = []  # of each finished part
        self._find_finished()
        self.resumed = len(self._fingerprints)

    def __len__(self) -> int:
        """The number of finished parts, with and without people."""
        return len(self._fingerprints)

    @property
    def people(self) -> int:
        """The number of people in all finished parts."""
        return sum(self._persons)

    def has(self, number: int, fingerprint: str) -> bool:
        """Whether this part is finished; removes it and those behind it if its files changed."""
        if number >= len(self):
            return False
        if self._fingerprints[number] == fingerprint:
            return True
        self._remove_from(number)
        del self._fingerprints[number:], self._persons[number:]
        self.resumed = min(self.resumed, number)
        return False

    def append(
        self,
        lifted: Lifted | None,
        fingerprint: str,
        faults: tuple[str, ...] = (),
        counts: Counts | None = None,
    ) -> None:
        """Keeps the next part; None: nobody was in it. `faults` is what was left out."""
        about: dict[str, Any] = {"fingerprint": fingerprint, "faults": faults, "counts": counts}
        arrays: dict[str, np.ndarray] = {}
        if lifted is not None:
            people, result = lifted.people, lifted.result
            about |= {
                "skeleton": dataclasses.asdict(people.skeleton),
                "tracked": people.tracked,
                "numbers_are_frames": people.numbers_are_frames,
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
        parts.save(self._path(len(self)), {"about": text} | arrays)
        self._fingerprints.append(fingerprint)
        self._persons.append(0 if lifted is None else len(lifted.people))

    def __iter__(self) -> Iterator[Lifted]:
        """Yields the parts that have people, in order."""
        for number in range(len(self)):
            part = parts.loaded(self._path(number))
            about = _about(part)
            if "skeleton" in about:
                yield _lifted(about, part)

    def faults(self) -> Iterator[str]:
        """What was left out of all parts, a line each."""
        for number in range(len(self)):
            yield from self._about_part(number)["faults"]

    def counts(self) -> dict[str, Counter[str]]:
        """What is odd about the joints of all parts."""
        total: dict[str, Counter[str]] = {}
        for number in range(len(self)):
            about = self._about_part(number)
            for kind, counts in (about.get("counts") or {}).items():
                total.setdefault(kind, Counter()).update(counts)
        return total

    def remove(self) -> None:
        """Removes the folder."""
        parts.remove(self.folder)

    def _about_part(self, number: int) -> dict[str, Any]:
        return _about(parts.loaded(self._path(number), ["about"]))

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.npz"

    def _find_finished(self) -> None:
        """Looks for parts from the first to the first that is missing or damaged."""
        while part := parts.load(self._path(len(self))):
            about = _about(part)
            self._fingerprints.append(about["fingerprint"])
            self._persons.append(len(about.get("image_ids", ())))
        self._remove_from(len(self))

    def _remove_from(self, number: int) -> None:
        for path in self.folder.glob("*.npz"):
            if path.name >= self._path(number).name:
                path.unlink()


def _about(part: parts.Part) -> dict[str, Any]:
    return json.loads(part["about"].tobytes())


def _lifted(about: dict[str, Any], arrays: parts.Part) -> Lifted:
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
        about.get("numbers_are_frames", False),
    )
    result = LiftResult(
        **{name: arrays[name] for name in PER_PERSON if name in arrays},  # of older parts fewer
        problems=tuple(about["problems"]),
        unit=about["unit"],
    )
    return Lifted(people, result)
