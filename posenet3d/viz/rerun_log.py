"""Lifted people for Rerun's viewer, which shows 2D, 3D and scores over time; extra `rerun`.

Written for rerun-sdk 0.23, whose `set_time` and `Scalars` it uses, and what came after.
"""

from __future__ import annotations

import dataclasses
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path
from posenet3d.platform.optional import require
from posenet3d.poses.people import People
from posenet3d.viz.drawing import TRUTH, joint_colours
from posenet3d.viz.rerun_blueprint import blueprint_of
from posenet3d.viz.scene import Actor, Scene, scene_of

if TYPE_CHECKING:
    from posenet3d.poses.lift_result import LiftResult

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
    the ground by a transform: where `root_3d` is known, to where they are in the room, with their
    way in `/lifted/way`. The timelines are `frame`, from 0, and `time`, in seconds.

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
        blueprint = blueprint_of(scene)
        stream = rerun.RecordingStream("posenet3d")
        if str(self.path) == SPAWN:
            try:
                stream.spawn(default_blueprint=blueprint)
            except (RuntimeError, OSError) as error:
                raise InputError(
                    f"Rerun's viewer cannot be started: {error} Write a {ENDING} file instead."
                ) from None
            self._log(stream, scene)
            return
        with atomic_path(self.path) as temporary:
            stream.save(temporary, default_blueprint=blueprint)
            try:
                self._log(stream, scene)
            finally:
                stream.disconnect()  # only now the file is complete, and closed

    def _log(self, stream: Any, scene: Scene) -> None:
        log = _Log(stream, scene, self.fps)
        log.still()
        log.images()
        for actor in scene.actors:
            log.person_2d(actor)
            if actor.place is not None:
                log.person_3d(actor)
                log.way(actor)


class _Log:
    """What is said to Rerun of a scene: columns of all frames at once, which is quick."""

    def __init__(self, stream: Any, scene: Scene, fps: float) -> None:
        import rerun

        self._rerun, self._stream, self._scene, self._fps = rerun, stream, scene, fps
        self._colours = joint_colours(scene.skeleton)
        self._bones = np.array(scene.skeleton.bones)
        strong, pale = (
            np.array([_paler(self._colours[child], share) for child in range(len(self._colours))])
            for share in (0.0, 0.6)
        )
        self._shades = np.stack([strong, pale, np.tile(_paler(TRUTH, 0.0), (len(strong), 1))])

    def still(self) -> None:
        """What holds at all times: axes, names and colours of joints."""
        rerun, names = self._rerun, self._scene.skeleton.joint_names
        self._stream.log("/lifted", rerun.ViewCoordinates.RIGHT_HAND_Y_DOWN, static=True)
        classes = []
        for number, name in ((_SEEN, "seen"), (_FILLED, "filled in"), (_NOT_LIFTED, "not lifted")):
            joints = [
                rerun.AnnotationInfo(id=joint, label=label, color=self._shades[number, joint])
                for joint, label in enumerate(names)
            ]
            info = rerun.AnnotationInfo(id=number, label=name)
            classes.append(rerun.ClassDescription(info=info, keypoint_annotations=joints))
        self._stream.log("/", rerun.AnnotationContext(classes), static=True)

    def images(self) -> None:
        """Which image it is in every frame, and how large, where that changes."""
        rerun, scene = self._rerun, self._scene
        words = ["" if image is None else str(image) for image in scene.image_ids]
        times = self._times(np.arange(scene.num_frames))
        self._stream.send_columns("/image_id", times, rerun.TextDocument.columns(text=words))
        before = None
        for frame, here in enumerate(scene.at):
            sizes = scene.people.image_sizes
            size = sizes[here[0][1]] if here and sizes is not None else None
            if size is not None and size != before:
                self._at(frame)
                box = rerun.Boxes2D(mins=[[0, 0]], sizes=[size], colors=[[218, 221, 224]])
                self._stream.log("/input/image", box)
                before = size

    def person_2d(self, actor: Actor) -> None:
        """The input of a person, all frames."""
        rerun, people = self._rerun, self._scene.people
        frames, rows = np.array(actor.frames), np.array(actor.rows)
        seen = people.confidence[rows] > 0
        drawn = seen[:, self._bones].all(axis=-1)
        points = people.keypoints_2d[rows]
        classes = np.where(np.asarray(self._scene.result.lifted)[rows], _SEEN, _NOT_LIFTED)
        path = self._path("input", actor)
        fixed = {"show_labels": False, "radii": _JOINT_PX}
        self._stream.log(path, rerun.Points2D.from_fields(**fixed), static=True)
        self._stream.log(path, rerun.LineStrips2D.from_fields(radii=_BONE_PX), static=True)
        self._stream.send_columns(
            path,
            self._times(frames),
            [
                *rerun.Points2D.columns(
                    positions=points[seen],
                    class_ids=np.broadcast_to(classes[:, None], seen.shape)[seen],
                    keypoint_ids=np.nonzero(seen)[1],
                ).partition(seen.sum(axis=1)),
                *rerun.LineStrips2D.columns(
                    strips=points[:, self._bones][drawn],
                    colors=self._shades[classes[:, None], self._bones[:, 1]][drawn],
                ).partition(drawn.sum(axis=1)),
            ],
        )
        self._clear_gaps(path, frames)

    def person_3d(self, actor: Actor) -> None:
        """A person as lifted, and where they stand, all frames in which they were."""
        rerun, scene = self._rerun, self._scene
        here = np.asarray(scene.result.lifted)[list(actor.rows)]
        frames, rows = np.array(actor.frames)[here], np.array(actor.rows)[here]
        roots = scene.bodies[rows, scene.skeleton.root]
        bodies = scene.bodies[rows] - roots[:, None]
        count, joints = bodies.shape[:2]
        classes = np.where(np.asarray(scene.result.filled)[rows], _FILLED, _SEEN)
        path = self._path("lifted", actor)
        fixed = {"show_labels": False, "radii": _JOINT_MM}
        self._stream.log(path, rerun.Points3D.from_fields(**fixed), static=True)
        self._stream.log(path, rerun.LineStrips3D.from_fields(radii=_BONE_MM), static=True)
        ends = self._bones[:, 1]
        self._stream.send_columns(
            path,
            self._times(frames),
            [
                *rerun.Transform3D.columns(translation=scene.stand(actor)[here] + roots),
                *rerun.Points3D.columns(
                    positions=bodies.reshape(-1, 3),
                    class_ids=classes.ravel(),
                    keypoint_ids=np.tile(np.arange(joints), count),
                ).partition([joints] * count),
                *rerun.LineStrips3D.columns(
                    strips=bodies[:, self._bones].reshape(-1, 2, 3),
                    colors=self._shades[classes[:, ends], ends].reshape(-1, 3),
                ).partition([len(ends)] * count),
            ],
        )
        self._clear_gaps(path, frames)
        for part, values in (
            ("score", np.asarray(scene.result.score)[rows]),
            ("expected_error", scene.result.expected_error_mm[rows]),
        ):
            if (known := np.isfinite(values)).any():
                self._stream.send_columns(
                    self._path(part, actor),
                    self._times(frames[known]),
                    rerun.Scalars.columns(scalars=values[known]),
                )

    def way(self, actor: Actor) -> None:
        """A person's way along the floor, from their first frame to the last; none: no room."""
        if not (ways := [way.points for way in self._scene.ways(actor)]):
            return
        path = self._rerun.new_entity_path(["lifted", "way", f"person {actor.person_id}"])
        grey, after = _paler(TRUTH, 0.0), actor.frames[-1] + 1
        self._at(actor.frames[0])
        self._stream.log(path, self._rerun.LineStrips3D(ways, radii=_BONE_MM, colors=[grey]))
        if after < self._scene.num_frames:
            self._at(after)
            self._stream.log(path, self._rerun.LineStrips3D([]))

    def _path(self, part: str, actor: Actor) -> str:
        return self._rerun.new_entity_path([part, f"person {actor.person_id}"])

    def _times(self, frames: np.ndarray) -> list[Any]:
        column = self._rerun.TimeColumn
        return [column("frame", sequence=frames), column("time", duration=frames / self._fps)]

    def _at(self, frame: int) -> None:
        self._stream.set_time("frame", sequence=frame)
        self._stream.set_time("time", duration=frame / self._fps)

    def _clear_gaps(self, path: str, frames: np.ndarray) -> None:
        """Takes a person away where they are gone: Rerun shows the latest that it was told."""
        after = frames + 1
        for frame in after[~np.isin(after, frames) & (after < self._scene.num_frames)]:
            self._at(int(frame))
            # Not Clear, which would take away what holds at all times, too.
            empty = self._rerun.Points2D([]), self._rerun.LineStrips2D([])
            if path.startswith("/lifted"):
                empty = self._rerun.Points3D([]), self._rerun.LineStrips3D([])
            self._stream.log(path, *empty)


@cache
def _paler(colour: str, share: float) -> tuple[int, int, int]:
    """The colour `#rrggbb` as numbers, a share of the way to white."""
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return tuple(round(part + share * (255 - part)) for part in parts)
