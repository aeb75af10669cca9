"""Which writer an output's ending asks for, and what it needs to know."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.interface.writer import PROBLEMS, Writer, endings_of
from posenet3d.formats.writers import WRITERS
from posenet3d.poses import stature
from posenet3d.poses.lifted import Lifted, join
from posenet3d.poses.people import People
from posenet3d.poses.tracks import tracks_of

if TYPE_CHECKING:
    from posenet3d.poses.lift_result import LiftResult

MAX_FILES = 1000
"""More persons than this are hardly tracks but ids that no two images share; ours."""


ENDINGS = tuple(writer.ending for writer in WRITERS)
"""The endings that `Output` knows."""

WITH_EVERYBODY = endings_of(writer for writer in WRITERS if not writer.holds_motion)
"""The endings that hold all people in one file, for messages: `.a, .b or .c`."""

WITH_PROBLEMS = endings_of(writer for writer in WRITERS if PROBLEMS in writer.holds)
"""The endings that hold why people were not lifted, for messages."""


@dataclasses.dataclass(frozen=True)
class Written:
    """The files there are now, and what their reader should know."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Output:
    """Where lifted people go, checked before anything is lifted.

    Example:

        output = Output("lifted.trc", fps=25)
        written = output.write(people, estimator.lift(people.keypoints_2d, height_mm=1820))

    Some formats hold all people of all images, others one person's motion (`holds_motion`): a file
    a track (`poses.tracks`), with the track's name behind that of the file where there are several,
    and no file of a person who was never lifted. docs/output.md lists them.

    Args:
      path: The file to write; its ending, one of `ENDINGS`, says the format.
      fps: Frames a second, for formats that hold motion.
      up: The axis of the file that points up, `"y"` or `"z"`; None: as the format has it.
      writers: The formats to choose from; a format of one's own can be added to `WRITERS`.

    Raises:
      InputError: If the ending, the rate or the axis cannot be, or a library is missing.
    """

    path: str | Path
    fps: float = 30.0
    up: str | None = None
    writers: tuple[Writer, ...] = dataclasses.field(default=WRITERS, repr=False)

    def __post_init__(self) -> None:
        ending, endings = self._ending, [writer.ending for writer in self.writers]
        if ending not in endings:
            raise InputError(
                f"Cannot write {self.path}: the ending must say the format, one of "
                f"{', '.join(endings)}; got {ending or 'none'}."
            )
        if not (0 < self.fps < math.inf):
            raise InputError(f"fps must be a positive number of frames a second, got {self.fps}.")
        if self.up not in (None, *self._writer.ups):
            raise InputError(
                f"up={self.up} cannot be had in {ending} files; "
                f"they can have {', '.join(self._writer.ups)}."
            )
        self._writer.require()

    @property
    def _ending(self) -> str:
        return Path(self.path).suffix.lower()

    @property
    def _writer(self) -> Writer:
        return next(writer for writer in self.writers if writer.ending == self._ending)

    @property
    def axes(self) -> str:
        """The file's axes, a key of `geometry.axes.MATRICES`."""
        return self.up or self._writer.ups[0]

    @property
    def holds_motion(self) -> bool:
        """Whether the format holds one person over time, for which ids must make tracks."""
        return self._writer.holds_motion

    def check(self, people: People) -> None:
        """Whether these people can be written, before they are lifted.

        Raises:
          InputError: If their ids do not make tracks and the format needs them.
        """
        if self.holds_motion and (count := len(tracks_of(people))) > MAX_FILES:
            raise InputError(
                f"{self.path} would become {count} files, one a person, {MAX_FILES} at most; "
                "person ids that stay the same from image to image make fewer. Or write "
                f"{WITH_EVERYBODY}, which hold all people in one file."
            )

    def write(self, people: People, result: LiftResult) -> Written:
        """Writes people that are all in memory; see `write_parts`."""
        return self.write_parts([Lifted(people, result)])

    def write_parts(self, parts: Iterable[Lifted]) -> Written:
        """Writes the files, each of which appears whole or not at all.

        Formats that hold all people are written with one part at a time in memory; those that hold
        motion need all of it.

        Args:
          parts: The people and what became of them, in pose units or mm; may be gone through more
            than once. Formats that hold motion are in metric units: poses without are scaled to
            `stature.ASSUMED_HEIGHT_MM`.

        Raises:
          InputError: If the folder does not exist, the ids do not make tracks or nobody was
            lifted, so that there is no motion to write.
        """
        if self._writer.people:
            self._writer.people(self.path, parts, up=self.axes)
            return Written((Path(self.path),))
        return self._write_tracks(join(list(parts)), self.axes)

    def _write_tracks(self, lifted: Lifted, up: str) -> Written:
        people, result = lifted.people, lifted.result
        self.check(people)
        if not result.lifted.any():
            raise InputError(
                f"Nothing to write to {self.path}: nobody was lifted (the first person: "
                f"{result.problems[0]}). Write {WITH_PROBLEMS} to keep all the reasons."
            )
        keypoints_3d, notes = result.keypoints_3d, []
        if result.unit != "mm":
            keypoints_3d = keypoints_3d * stature.mm_a_unit(
                keypoints_3d,
                stature.check_height(stature.ASSUMED_HEIGHT_MM, len(people), people.skeleton),
                people.skeleton,
            )
            notes.append(
                f"No height was given: {stature.ASSUMED_HEIGHT_MM:g} mm is assumed for everybody."
            )
        if result.root_3d is not None:
            keypoints_3d = keypoints_3d + result.root_3d[:, None]
        paths, gaps = [], 0
        for track in tracks_of(people):
            moving = track.over_time(keypoints_3d)
            missing = np.isnan(moving).any(axis=(1, 2))
            if missing.all():
                continue
            gaps += int(missing.sum())
            path = self._path_of(track.name)
            self._writer.track(path, moving, people.skeleton, fps=self.fps, up=up)
            paths.append(path)
        if gaps:
            frames = "1 frame" if gaps == 1 else f"{gaps} frames"
            notes.append(f"Without a pose, and {self._writer.gaps}: {frames}.")
        return Written(tuple(paths), tuple(notes))

    def _path_of(self, track_name: str) -> Path:
        path = Path(self.path)
        return path.with_name(f"{path.stem}_{track_name}{path.suffix}") if track_name else path
