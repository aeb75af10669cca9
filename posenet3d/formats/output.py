"""Which writer an output's ending asks for, and what it needs to know."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.writers.bvh import write_bvh
from posenet3d.formats.writers.c3d import require_c3d, write_c3d
from posenet3d.formats.writers.csv import write_csv
from posenet3d.formats.writers.gltf import require_pygltflib, write_gltf
from posenet3d.formats.writers.json import write_json
from posenet3d.formats.writers.npz import write_lifted
from posenet3d.formats.writers.trc import write_trc
from posenet3d.geometry.axes import CAMERA
from posenet3d.poses import stature
from posenet3d.poses.lifted import Lifted, join
from posenet3d.poses.people import People
from posenet3d.poses.tracks import tracks_of

if TYPE_CHECKING:
    from posenet3d.poses.lift_result import LiftResult

MAX_FILES = 1000
"""More persons than this are hardly tracks but ids that no two images share; ours."""


@dataclasses.dataclass(frozen=True)
class _Format:
    """Writes all people at once, or one person over time; `ups` are its axes, the default first.

    `gaps` says what becomes of frames without a pose.
    """

    ups: tuple[str, ...]
    people: Callable[..., None] | None = None
    track: Callable[..., None] | None = None
    gaps: str = ""
    check: Callable[[], object] | None = None  # raises InputError where a library is missing


_FORMATS = {
    ".npz": _Format((CAMERA,), people=lambda path, parts, up: write_lifted(path, parts)),
    ".json": _Format((CAMERA, "y", "z"), people=write_json),
    ".csv": _Format((CAMERA, "y", "z"), people=write_csv),
    ".trc": _Format(("y", "z"), track=write_trc, gaps="left empty"),
    ".bvh": _Format(("y", "z"), track=write_bvh, gaps="filled in from their neighbours"),
    ".c3d": _Format(("z", "y"), track=write_c3d, gaps="marked as missing", check=require_c3d),
    ".glb": _Format(
        ("y",), track=write_gltf, gaps="left without keyframes", check=require_pygltflib
    ),
}
ENDINGS = tuple(_FORMATS)
"""The endings that `Output` knows."""


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

    `.npz`, `.json` and `.csv` hold all people of all images. The others hold one person's motion:
    a file a track (`formats.tracks`), with the track's name behind that of the file where there
    are several, and no file of a person who was never lifted.

    Args:
      path: The file to write; its ending, one of `ENDINGS`, says the format.
      fps: Frames a second, for formats that hold motion.
      up: The axis of the file that points up, `"y"` or `"z"`; None: as the format has it.

    Raises:
      InputError: If the ending, the rate or the axis cannot be, or a library is missing.
    """

    path: str | Path
    fps: float = 30.0
    up: str | None = None

    def __post_init__(self) -> None:
        ending = Path(self.path).suffix.lower()
        if ending not in _FORMATS:
            raise InputError(
                f"Cannot write {self.path}: the ending must say the format, one of "
                f"{', '.join(ENDINGS)}; got {ending or 'none'}."
            )
        if not (0 < self.fps < math.inf):
            raise InputError(f"fps must be a positive number of frames a second, got {self.fps}.")
        if self.up not in (None, *self._format.ups):
            raise InputError(
                f"up={self.up} cannot be had in {ending} files; "
                f"they can have {', '.join(self._format.ups)}."
            )
        if self._format.check:
            self._format.check()

    @property
    def _format(self) -> _Format:
        return _FORMATS[Path(self.path).suffix.lower()]

    @property
    def holds_motion(self) -> bool:
        """Whether the format holds one person over time, for which ids must make tracks."""
        return self._format.track is not None

    def check(self, people: People) -> None:
        """Whether these people can be written, before they are lifted.

        Raises:
          InputError: If their ids do not make tracks and the format needs them.
        """
        if self.holds_motion and (count := len(tracks_of(people))) > MAX_FILES:
            raise InputError(
                f"{self.path} would become {count} files, one a person, {MAX_FILES} at most; "
                "person ids that stay the same from image to image make fewer. Or write .npz, "
                ".json or .csv, which hold all people in one file."
            )

    def write(self, people: People, result: LiftResult) -> Written:
        """Writes people that are all in memory; see `write_parts`."""
        return self.write_parts([Lifted(people, result)])

    def write_parts(self, parts: Iterable[Lifted]) -> Written:
        """Writes the files, each of which appears whole or not at all.

        `.npz`, `.json` and `.csv` are written with one part at a time in memory; the others hold
        motion and need all of it.

        Args:
          parts: The people and what became of them, in pose units or mm; may be gone through more
            than once. Formats that hold motion are in metric units: poses without are scaled to
            `stature.ASSUMED_HEIGHT_MM`.

        Raises:
          InputError: If the folder does not exist, the ids do not make tracks or nobody was
            lifted, so that there is no motion to write.
        """
        up = self.up or self._format.ups[0]
        if self._format.people:
            self._format.people(self.path, parts, up=up)
            return Written((Path(self.path),))
        return self._write_tracks(join(list(parts)), up)

    def _write_tracks(self, lifted: Lifted, up: str) -> Written:
        people, result = lifted.people, lifted.result
        self.check(people)
        if not result.lifted.any():
            raise InputError(
                f"Nothing to write to {self.path}: nobody was lifted (the first person: "
                f"{result.problems[0]}). Write .npz or .json to keep all the reasons."
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
        paths, gaps = [], 0
        for track in tracks_of(people):
            moving = track.over_time(keypoints_3d)
            missing = np.isnan(moving).any(axis=(1, 2))
            if missing.all():
                continue
            gaps += int(missing.sum())
            path = self._path_of(track.name)
            self._format.track(path, moving, people.skeleton, fps=self.fps, up=up)
            paths.append(path)
        if gaps:
            frames = "1 frame" if gaps == 1 else f"{gaps} frames"
            notes.append(f"Without a pose, and {self._format.gaps}: {frames}.")
        return Written(tuple(paths), tuple(notes))

    def _path_of(self, track_name: str) -> Path:
        path = Path(self.path)
        return path.with_name(f"{path.stem}_{track_name}{path.suffix}") if track_name else path
