"""What became of the people of an input, in numbers and words."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from posenet3d.formats.output import WITH_PROBLEMS
from posenet3d.lifting.high_errors import HighErrors
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import joint_counts

SHOWN = 10
"""Files, people and faults that are listed by name; there may be thousands."""

LOW_SCORE = 0.3
"""Scores of poses whose joints are in the wrong order or place are about 0.2, of good ones 0.4 and
more (benchmarks/detectors/guessed_joints.py). Ours."""


@dataclasses.dataclass
class Summary:
    """Counts, and the first of whatever a user wants to look at."""

    people: int = 0
    lifted: int = 0
    low_scores: int = 0  # of people who were lifted, by a lifter that does not estimate its error
    errors: HighErrors = dataclasses.field(default_factory=HighErrors)
    interpolated: int = 0  # poses of frames in which a person was not seen or not lifted
    filled: Counter[str] = dataclasses.field(default_factory=Counter)  # by joint
    not_lifted: list[str] = dataclasses.field(default_factory=list)  # the first, a line each
    faults: list[str] = dataclasses.field(default_factory=list)  # the first, a line each
    num_faults: int = 0
    units: int = 0  # files or entries of the input
    kind: str = "files"  # what they are called, in the plural
    paths: list[Path] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    def add(self, part: Lifted) -> None:
        """Counts the people of a part."""
        people, result = part.people, part.result
        self.people += len(people)
        self.lifted += int(result.lifted.sum())
        unknown = np.isnan(result.expected_error_mm)
        self.low_scores += int((unknown & (result.score < LOW_SCORE)).sum())
        self.errors.add(part)
        self.filled.update(joint_counts(result.filled, people.skeleton))
        for row in (~result.lifted).nonzero()[0]:
            if len(self.not_lifted) == SHOWN:
                break
            where = f"image {people.image_ids[row]}, person {people.person_ids[row]}"
            self.not_lifted.append(f"{where}: {result.problems[row]}")

    def add_faults(self, faults: Iterable[str]) -> None:
        """Counts what was left out of the input."""
        for fault in faults:
            self.num_faults += 1
            if len(self.faults) < SHOWN:
                self.faults.append(fault)

    def __str__(self) -> str:
        """The lines that a script prints."""
        files = ", ".join(str(path) for path in self.paths[:SHOWN])
        lines = [
            f"Lifted {self.lifted} of {self.people} people to {files}{_more(len(self.paths))}.",
            *self.notes,
        ]
        if self.interpolated:
            lines.append(f"Poses filled in between frames, and marked so: {self.interpolated}.")
        if self.filled:
            listed = ", ".join(f"{joint} {count}" for joint, count in self.filled.most_common())
            lines.append(f"Missing joints filled in, and marked so: {listed}.")
        if self.low_scores > self.lifted / 2:
            lines.append(
                f"A score below {LOW_SCORE}, so probably wrong: {self.low_scores} of {self.lifted} "
                "poses. Are the joints in the order of the format (--format), y down, in pixels?"
            )
        if note := self.errors.note():
            lines.append(note)
        lines += [f"Not lifted: {line}." for line in self.not_lifted]
        missed = self.people - self.lifted
        if missed > len(self.not_lifted):
            lines.append(
                f"... and {missed - len(self.not_lifted)} more; an output {WITH_PROBLEMS} has them "
                "all."
            )
        if self.num_faults:
            lines.append(f"Bad, and left out: {self.num_faults} of {self.units} {self.kind}.")
            lines += [f"  {fault}" for fault in self.faults]
            if self.num_faults > len(self.faults):
                lines.append(f"  ... and {self.num_faults - len(self.faults)} more")
        return "\n".join(lines)


def _more(count: int) -> str:
    return f" and {count - SHOWN} more" if count > SHOWN else ""
