"""Lifted people for Rerun's viewer, which shows 2D, 3D and scores over time; extra `rerun`.

Written for rerun-sdk 0.23, whose `set_time` and `Scalars` it uses, and what came after.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.formats.atomic import atomic_path
from posenet3d.formats.people import People
from posenet3d.formats.writers.library import require
from posenet3d.viz.drawing import TRUTH, joint_colours
from posenet3d.viz.scene import Actor, Scene, scene_of

if TYPE_CHECKING:
    from posenet3d.models.estimator import LiftResult

SPAWN = "spawn"
"""In place of a path: show the people in a viewer."""

ENDING = ".rrd"
"""The ending of Rerun's files."""

_SEEN, _FILLED, _NOT_LIFTED = 0, 1, 2  # classes of joints
_JOINT_MM, _BONE_MM = 22.0, 9.0  # radii; chosen by eye
_JOINT_PX, _BONE_PX = -3.0, -1.2  # Rerun: a negative radius is one on the screen


@dataclasses.dataclass(frozen=True)
class RerunLog:
    """People in a file of Rerun or in its viewer.

    Example:

        RerunLog("lifted.rrd", fps=25).write(people, result)  # rerun lifted.rrd

    `/input` is the image, x right, y down, px. `/lifted` has y down, x right, z away from the
    camera; each person is there as lifted, from the root, in mm, and is moved to their place on
    the ground by a transform. The timelines are `frame`, from 0, and `time`, in seconds.

    Args:
      path: A file that ends in `.rrd`, or `"spawn"`.
      fps: Frames a second.

    Raises:
      InputError: If ending or rate cannot be, or the library is missing.
    """

    path: str | Path
    fps: float = 30.0

    def __post_init__(self) -> None:
        if str(self.path) != SPAWN and Path(self.path).suffix.lower() != ENDING:
            raise InputError(
                f"Cannot write {self.path}: files of Rerun end in {ENDING}; "
                f"or give {SPAWN} to show the people in its viewer."
            )
        if not (0 < self.fps < math.inf):
            raise InputError(f"fps must be a positive number of frames a second, got {self.fps}.")
        require("rerun", f"{ENDING} files", "rerun")

    def write(self, people: People, result: LiftResult) -> None:
        """Writes the file, which appears whole or not at all, or fills the viewer.

        Args:
          people: The persons that were lifted, on the lifter's skeleton (`People.on`).
          result: What the estimator returned for them.

        Raises:
          InputError: If the folder does not exist, a person is twice in an image, or no viewer can
            be started.
          ValueError: If people and result do not belong together.
        """
        import rerun

        scene = scene_of(people, result)
        stream = rerun.RecordingStream("posenet3d")
        if str(self.path) == SPAWN:
            try:
                stream.spawn(default_blueprint=_blueprint())
            except (RuntimeError, OSError) as error:
                raise InputError(
                    f"Rerun's viewer cannot be started: {error} Write a {ENDING} file instead."
                ) from None
            self._log(stream, scene)
            return
        with atomic_path(self.path) as temporary:
            stream.save(temporary, default_blueprint=_blueprint())
            try:
                self._log(stream, scene)
            finally:
                stream.disconnect()  # only now the file is complete, and closed

    def _log(self, stream: Any, scene: Scene) -> None:
        log = _Log(stream, scene)
        log.still()
        before: set[str] = set()
        for frame, here in enumerate(scene.at):
            stream.set_time("frame", sequence=frame)
            stream.set_time("time", duration=frame / self.fps)
            log.image(frame)
            now = {path for actor, row in here for path in log.person(actor, row)}
            log.clear(before - now)
            before = now


class _Log:
    """What is said to Rerun of a scene."""

    def __init__(self, stream: Any, scene: Scene) -> None:
        import rerun

        self._rerun, self._stream, self._scene = rerun, stream, scene
        self._colours = joint_colours(scene.skeleton)
        self._bones = np.array(scene.skeleton.bones)
        self._bone_colours = [self._colours[child] for _, child in scene.skeleton.bones]
        self._image: tuple[int | str | None, tuple[int, int] | None] = (None, None)

    def still(self) -> None:
        """What holds at all times: axes, names and colours of joints."""
        rerun, skeleton = self._rerun, self._scene.skeleton
        self._stream.log("/lifted", rerun.ViewCoordinates.RIGHT_HAND_Y_DOWN, static=True)
        classes = []
        for number, name, share in ((_SEEN, "seen", 0.0), (_FILLED, "filled in", 0.6)):
            joints = [
                rerun.AnnotationInfo(id=joint, label=label, color=_paler(colour, share))
                for joint, (label, colour) in enumerate(
                    zip(skeleton.joint_names, self._colours, strict=True)
                )
            ]
            info = rerun.AnnotationInfo(id=number, label=name)
            classes.append(rerun.ClassDescription(info=info, keypoint_annotations=joints))
        greys = [
            rerun.AnnotationInfo(id=joint, label=label, color=_paler(TRUTH, 0.0))
            for joint, label in enumerate(skeleton.joint_names)
        ]
        info = rerun.AnnotationInfo(id=_NOT_LIFTED, label="not lifted")
        classes.append(rerun.ClassDescription(info=info, keypoint_annotations=greys))
        self._stream.log("/", rerun.AnnotationContext(classes), static=True)

    def image(self, frame: int) -> None:
        """Which image it is, and how large, where that has changed."""
        here, rerun = self._scene.at[frame], self._rerun
        sizes = self._scene.people.image_sizes
        size = sizes[here[0][1]] if here and sizes is not None else None
        image = self._scene.image_ids[frame]
        if image != self._image[0]:
            words = "" if image is None else str(image)
            self._stream.log("/image_id", rerun.TextDocument(words))
        if size is not None and size != self._image[1]:
            box = rerun.Boxes2D(mins=[[0, 0]], sizes=[size], colors=[[218, 221, 224]])
            self._stream.log("/input/image", box)
        self._image = image, size or self._image[1]

    def person(self, actor: Actor, row: int) -> list[str]:
        """A person in 2D, and in 3D where lifted; returns the entities that there now are."""
        rerun, scene = self._rerun, self._scene
        name = f"person {actor.person_id}"
        flat, lifted = (rerun.new_entity_path([part, name]) for part in ("input", "lifted"))
        done = bool(scene.result.lifted[row])
        self._person_2d(flat, row, done)
        if not done:
            return [flat]
        body = scene.bodies[row]
        root = body[scene.skeleton.root]
        place = scene.places[actor.place] + root
        filled = np.asarray(scene.result.filled[row])
        self._stream.log(lifted, rerun.Transform3D(translation=place))
        self._stream.log(
            f"{lifted}/joints",
            rerun.Points3D(
                body - root,
                radii=_JOINT_MM,
                class_ids=np.where(filled, _FILLED, _SEEN),
                keypoint_ids=np.arange(len(body)),
                show_labels=False,
            ),
        )
        self._stream.log(
            f"{lifted}/bones",
            rerun.LineStrips3D(
                (body - root)[self._bones], radii=_BONE_MM, colors=self._shades(filled)
            ),
        )
        score = float(scene.result.score[row])
        if math.isfinite(score):
            self._stream.log(rerun.new_entity_path(["score", name]), rerun.Scalars(score))
        return [flat, lifted]

    def _person_2d(self, path: str, row: int, lifted: bool) -> None:
        rerun, people = self._rerun, self._scene.people
        seen = np.flatnonzero(people.confidence[row] > 0)
        bones = np.isin(self._bones, seen).all(axis=1)
        points = people.keypoints_2d[row]
        colours = [c for c, drawn in zip(self._bone_colours, bones, strict=True) if drawn]
        self._stream.log(
            f"{path}/joints",
            rerun.Points2D(
                points[seen],
                radii=_JOINT_PX,
                class_ids=np.full(len(seen), _SEEN if lifted else _NOT_LIFTED),
                keypoint_ids=seen,
                show_labels=False,
            ),
        )
        self._stream.log(
            f"{path}/bones",
            rerun.LineStrips2D(
                points[self._bones[bones]],
                radii=_BONE_PX,
                colors=[_paler(c if lifted else TRUTH, 0.0) for c in colours],
            ),
        )

    def clear(self, paths: set[str]) -> None:
        """Takes away who has gone: Rerun shows the latest that it was told."""
        for path in sorted(paths):
            self._stream.log(path, self._rerun.Clear(recursive=True))

    def _shades(self, filled: np.ndarray) -> list[tuple[int, int, int]]:
        return [
            _paler(colour, 0.6 if filled[child] else 0.0)
            for colour, (_, child) in zip(self._bone_colours, self._bones, strict=True)
        ]


def _paler(colour: str, share: float) -> tuple[int, int, int]:
    """The colour `#rrggbb` as numbers, a share of the way to white."""
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return tuple(round(part + share * (255 - part)) for part in parts)


def _blueprint() -> Any:
    """2D and 3D side by side, the scores below."""
    from rerun import blueprint

    return blueprint.Blueprint(
        blueprint.Vertical(
            blueprint.Horizontal(
                blueprint.Spatial2DView(origin="/input", name="2D input"),
                blueprint.Spatial3DView(origin="/lifted", name="lifted"),
            ),
            blueprint.TimeSeriesView(origin="/score", name="score"),
            row_shares=[4, 1],
        ),
        collapse_panels=True,
    )
