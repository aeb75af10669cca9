"""The pictures of lifted people that are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

from posenet3d.formats.lifted import Lifted, join
from posenet3d.lifting.config import LiftConfig

_SHEET = 24  # people on a contact sheet


def write_pictures(parts: Iterable[Lifted], config: LiftConfig, count: int) -> list[Path]:
    """Writes them; returns their paths.

    Args:
      parts: The lifted people.
      config: Says which.
      count: How many people there are in all.

    Raises:
      ImportError: If a library is missing; names the extra.
      InputError: If a file cannot be written.
    """
    if config.figure:
        _write_figure(parts, config.figure, count)
    return [Path(config.figure)] if config.figure else []


def _write_figure(parts: Iterable[Lifted], path: str, count: int) -> None:
    from posenet3d.viz import figures

    some = join(list(_first(parts, _SHEET)))
    people, result = some.people, some.result
    names = zip(people.image_ids, people.person_ids, strict=True)
    sheet = figures.lifted_sheet(
        people.keypoints_2d,
        result.keypoints_3d,
        people.skeleton,
        confidence=people.confidence,
        filled=result.filled,
        problems=result.problems,
        titles=[f"image {image}, person {person}" for image, person in names],
        limit=_SHEET,
        total=count,
    )
    figures.save_figure(sheet, path)


def _first(parts: Iterable[Lifted], people: int) -> Iterable[Lifted]:
    """The parts that hold the first so many people."""
    ends = itertools.accumulate((len(part.people) for part in parts), initial=0)
    for part, before in zip(parts, ends, strict=False):
        if before >= people:
            return
        yield part
