"""What every reader of a data set gives: splits for an archive, labels, and remarks."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from posenet3d.poses.records import Poses2D

_LISTED = 6  # names that are told one by one


@dataclasses.dataclass(frozen=True)
class DataSet:
    """A data set on its way to an archive.

    Args:
      splits: The poses by `train`, `val` and `test`, or by "" where there are no splits.
      labels: Further arrays of the archive by key, see `archive_writer.write_splits`.
      notes: Remarks for the user, a sentence each: what was left out, which counts are not those
        published.
    """

    splits: dict[str, Poses2D]
    labels: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()


def count_note(what: str, unit: str, expected: int, found: int, missing: Sequence[str] = ()) -> str:
    """Says whether there is as much as was published.

    Args:
      what: The data set and the split, for example "MPI-INF-3DHP test".
      unit: What is counted, for example "valid frames".
      expected: The published number.
      found: The number found.
      missing: Names of parts that were not there.
    """
    if found == expected and not missing:
        return f"{what}: {found:,} {unit}, as published."
    reason = f": {listed(missing)} missing" if missing else ""
    return f"{what}: {expected:,} {unit} expected, found {found:,}{reason}."


def left_out_note(what: str, counts: Mapping[str, int]) -> list[str]:
    """A sentence that says how many of which kind were left out; none if nobody was."""
    told = [f"{kind} {count:,}" for kind, count in counts.items() if count]
    return [f"{what}, left out: {', '.join(told)}."] if told else []


def listed(names: Sequence[str]) -> str:
    """Names with the verb they need: "TS1 is", "TS1 and TS3 are"; of many the first ones."""
    if len(names) == 1:
        return f"{names[0]} is"
    if len(names) > _LISTED:
        return f"{', '.join(names[: _LISTED - 1])} and {len(names) - _LISTED + 1} others are"
    return f"{', '.join(names[:-1])} and {names[-1]} are"
