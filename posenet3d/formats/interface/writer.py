"""The record by which a module of `writers/` declares its format."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from posenet3d.platform.optional import require

CONFIDENCE, SCORE, PROBLEMS = "confidence", "score", "problems"
EXPECTED_ERROR = "expected_error"
"""What a format may hold beside positions: of the 2D joints, of the poses, why not lifted, of the
3D joints."""


@dataclasses.dataclass(frozen=True)
class Writer:
    """A format that can be written: all people of all images, or one person over time.

    Example:

        WRITER = Writer(".trc", ups=("y", "z"), track=write_trc, gaps="left empty")

    Args:
      ending: What files in it end in, lower case, with the point.
      ups: Its axes (keys of `geometry.axes.MATRICES`), the default first.
      people: `people(path, parts, up=...)` writes everybody; `parts` are `Lifted`, which can be
        gone through more than once. Either this or `track`.
      track: `track(path, keypoints_3d, skeleton, fps=..., up=...)` writes one person, `[F, J, 3]`,
        camera frame, mm, NaN where there is no pose.
      holds: What there is beside positions: some of `CONFIDENCE`, `SCORE`, `PROBLEMS`,
        `EXPECTED_ERROR`.
      gaps: What becomes of frames without a pose, for a note to the user; with `track`.
      library: What must be installed to write it; empty: nothing.
      extra: The extra of the package that installs the library.
    """

    ending: str
    ups: tuple[str, ...]
    people: Callable[..., None] | None = None
    track: Callable[..., None] | None = None
    holds: tuple[str, ...] = ()
    gaps: str = ""
    library: str = ""
    extra: str = ""

    def __post_init__(self) -> None:
        if (self.people is None) == (self.track is None):
            raise ValueError(f"The writer of {self.ending} needs people or track, one of them.")

    @property
    def holds_motion(self) -> bool:
        """Whether it holds one person over time, for which ids must make tracks."""
        return self.track is not None

    def require(self) -> Any:
        """The library; None where none is needed.

        Raises:
          InputError: If it is not installed; the message names the extra.
        """
        return require(self.library, self.ending, self.extra) if self.library else None


def endings_of(writers: Iterable[Writer]) -> str:
    """Endings to choose from, for messages: `.npz, .json or .csv`."""
    *others, last = [writer.ending for writer in writers]
    return f"{', '.join(others)} or {last}" if others else last
