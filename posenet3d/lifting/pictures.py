"""The pictures of lifted people that are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from posenet3d.geometry.axes import CAMERA
from posenet3d.lifting.config import LiftConfig
from posenet3d.poses.lifted import Lifted, join
from posenet3d.viz.drawing import new_figure
from posenet3d.viz.page import Page
from posenet3d.viz.rerun_log import SPAWN, RerunLog
from posenet3d.viz.video import Video

_SHEET = 24  # people on a contact sheet


class Pictures:
    """The pictures that the settings ask for, checked before anything is lifted.

    Raises:
      InputError: If an ending or a setting cannot be, or a library is missing; names the extra.
      ImportError: If Matplotlib is missing; names the extra.
    """

    def __init__(self, config: LiftConfig) -> None:
        up = CAMERA if config.up == "auto" else config.up
        self._figure = config.figure
        self._video = (
            Video(config.video, config.fps, config.images or None) if config.video else None
        )
        self._page = Page(config.html, config.fps, up) if config.html else None
        self._rerun = RerunLog(config.rerun, config.fps) if config.rerun else None
        if self._figure:
            new_figure(1, 1)

    @property
    def any(self) -> bool:
        """Whether there are any to write."""
        return bool(self._figure or self._video or self._page or self._rerun)

    def write(self, parts: Iterable[Lifted], count: int) -> tuple[list[Path], list[str]]:
        """Writes them; returns their paths and what the user should know.

        Args:
          parts: The lifted people; one part with all of them where pictures move.
          count: How many people there are in all.

        Raises:
          InputError: If a file cannot be written, or images do not belong to the poses.
        """
        paths, notes = [], []
        if self._figure:
            _write_figure(parts, self._figure, count)
            paths.append(Path(self._figure))
        for moving in (self._video, self._page, self._rerun):
            if moving:
                whole = join(list(parts))
                notes += moving.write(whole.people, whole.result) or ()
                paths += [Path(moving.path)] if str(moving.path) != SPAWN else []
        return paths, notes


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
        titles=[
            f"image {image}, person {person}{where}"
            for (image, person), where in zip(names, map(_where, some.root_3d), strict=True)
        ],
        limit=_SHEET,
        total=count,
    )
    figures.save_figure(sheet, path)


def _where(root: np.ndarray) -> str:
    """Where a person is in the room, for the title of their picture; empty where not known."""
    if not np.isfinite(root).all():
        return ""
    side = "right" if root[0] >= 0 else "left"
    return f": {abs(root[0]) / 1000:.2f} m to the {side}, {root[2] / 1000:.2f} m away"


def _first(parts: Iterable[Lifted], people: int) -> Iterable[Lifted]:
    """The parts that hold the first so many people."""
    ends = itertools.accumulate((len(part.people) for part in parts), initial=0)
    for part, before in zip(parts, ends, strict=False):
        if before >= people:
            return
        yield part
