"""What became of shards and their records, in numbers and words."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

SHOWN = 10
"""Shards that are listed by name; there may be thousands."""


@dataclasses.dataclass
class BulkSummary:
    """Counts over all shards, those that were finished before included."""

    folder: Path
    model: str = ""  # the name of the file that lifted
    shards: int = 0
    resumed: int = 0  # finished before
    changed: list[str] = dataclasses.field(default_factory=list)  # lifted before, and again now
    records: int = 0
    rows: int = 0
    lifted: int = 0
    reasons: Counter[str] = dataclasses.field(default_factory=Counter)
    errors: list[str] = dataclasses.field(default_factory=list)  # a line a shard that failed

    @property
    def ok(self) -> bool:
        """Whether every shard is finished."""
        return not self.errors

    def add(self, entry: dict[str, Any]) -> None:
        """Counts a shard by its entry."""
        self.shards += 1
        if "error" in entry:
            self.errors.append(entry["error"])
            return
        self.records += entry["records"]
        self.rows += entry["rows"]
        self.lifted += entry["lifted"]
        self.reasons.update(entry["reasons"])

    def __str__(self) -> str:
        """The lines that a script prints."""
        lines = [
            f"Lifted {self.lifted} of {self.records} poses; {self.shards - len(self.errors)} of "
            f"{self.shards} shards are in {self.folder}."
        ]
        if self.model:
            lines.append(f"Lifted by {self.model}.")
        if self.resumed:
            lines.append(f"Finished before, and passed: {self.resumed} shards.")
        if self.changed:
            lines.append(
                f"Lifted again, for they or the settings have changed: {_some(self.changed)}."
            )
        if self.reasons:
            listed = ", ".join(f"{reason} {count}" for reason, count in self.reasons.most_common())
            lines.append(f"Bad records, listed in {self.folder / '_bad'}: {listed}.")
        if self.errors:
            lines.append(f"Not lifted: {len(self.errors)} shards.")
            lines += [f"  {' '.join(error.split())}" for error in self.errors[:SHOWN]]
            if len(self.errors) > SHOWN:
                lines.append(f"  ... and {len(self.errors) - SHOWN} more")
        return "\n".join(lines)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
