"""A page to look at lifted people from all sides: one file, no network, no library."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import math
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path
from posenet3d.geometry.axes import CAMERA, MATRICES
from posenet3d.poses.people import People
from posenet3d.viz.scene import Actor, Scene, scene_of

if TYPE_CHECKING:
    from posenet3d.poses.lift_result import LiftResult

ENDINGS = (".html", ".htm")
"""The endings that `Page` knows."""

_STEPS = 32000  # of the 32767 that 16 bits can tell
_SCRIPTS = ("scene.js", "paint.js", "flat.js", "stage.js", "controls.js", "start.js")
_NAMES = ("right", "down", "away")  # what the camera frame's axes point to
_OPPOSITES = ("left", "up", "near")


@dataclasses.dataclass(frozen=True)
class Page:
    """A page that shows everybody in 3D and the 2D input beside it; opens in any browser, offline.

    Example:

        page = Page("lifted.html", fps=25)
        page.write(people, estimator.lift(people.keypoints_2d, people.confidence))

    A pose costs 14 bytes a joint in the file (17 joints: 10,000 poses make 3 MB). Where `root_3d`
    is known, people are where they are in the room.

    Args:
      path: The file to write, one of `ENDINGS`.
      fps: Frames a second.
      up: The axes in which the page tells positions: a key of `formats.axes.MATRICES`. What it
        shows is the same.
      title: Its heading; None: the name of the file.

    Raises:
      InputError: If ending, rate or axes cannot be.
    """

    path: str | Path
    fps: float = 30.0
    up: str = CAMERA
    title: str | None = None

    def __post_init__(self) -> None:
        if Path(self.path).suffix.lower() not in ENDINGS:
            raise InputError(f"Cannot write {self.path}: a page ends in {' or '.join(ENDINGS)}.")
        if not (0 < self.fps < math.inf):
            raise InputError(f"fps must be a positive number of frames a second, got {self.fps}.")
        if self.up not in MATRICES:
            raise InputError(f"up={self.up} cannot be had; there are {', '.join(MATRICES)}.")

    def write(self, people: People, result: LiftResult) -> None:
        """Writes the page, which appears whole or not at all.

        Args:
          people: The persons that were lifted, on the lifter's skeleton (`People.on`).
          result: What the estimator returned for them.

        Raises:
          InputError: If the folder does not exist, or a person is twice in an image.
          ValueError: If people and result do not belong together.
        """
        text = page_text(scene_of(people, result), self.title or Path(self.path).stem, self)
        with atomic_path(self.path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def page_text(scene: Scene, title: str, page: Page) -> str:
    """The page of a scene, as HTML."""
    folder = resources.files("posenet3d.viz") / "web"
    data = json.dumps(_data(scene, page), separators=(",", ":"), ensure_ascii=False)
    parts = {
        "title": html.escape(title),
        "style": (folder / "page.css").read_text("utf-8"),
        "script": "\n".join((folder / name).read_text("utf-8") for name in _SCRIPTS),
        # JSON may hold </script> in an id; \u003c means the same and ends nothing.
        "data": data.replace("<", "\\u003c"),
    }
    text = (folder / "page.html").read_text("utf-8")
    pieces = []
    while "{{" in text:  # in the template alone: what is put in is not looked at again
        before, _, rest = text.partition("{{")
        name, _, text = rest.partition("}}")
        pieces += [before, parts[name]]
    return "".join([*pieces, text])


def _data(scene: Scene, page: Page) -> dict[str, Any]:
    people, result, skeleton = scene.people, scene.result, scene.skeleton
    rows = np.array([row for actor in scene.actors for row in actor.rows])
    frames = np.array([frame for actor in scene.actors for frame in actor.frames])
    lifted = np.asarray(result.lifted)[rows]
    bodies = np.nan_to_num(scene.bodies[rows])
    body_step = max(float(np.abs(bodies).max()), 1.0) / _STEPS
    present = people.confidence[rows] > 0
    keypoints = np.where(present[..., None], people.keypoints_2d[rows], np.nan)
    low, high = _extent(keypoints)
    keypoint_step = float((high - low).max()) / (2 * _STEPS)
    start = (low + high) / 2
    score = np.asarray(result.score)[rows]
    error = result.expected_error_mm[rows]
    error_step = float(np.nanmax(error, initial=0.0)) / 255 or 1.0
    problems = [result.problems[row] for row in rows]
    texts = list(dict.fromkeys(p for p, done in zip(problems, lifted, strict=True) if not done))
    sizes, size_of = _sizes(scene)
    flags = present + 2 * np.asarray(result.filled)[rows]
    return {
        "numFrames": scene.num_frames,
        "fps": page.fps,
        "imageIds": scene.image_ids,
        "joints": skeleton.joint_names,
        "parents": skeleton.parents,
        "root": skeleton.root,
        "sides": [_side(joint, skeleton) for joint in range(skeleton.num_joints)],
        "axes": [
            {"name": f"{axis} {_pointing(direction)}", "direction": direction.tolist()}
            for axis, direction in zip("xyz", MATRICES[page.up], strict=True)
        ],
        "actors": [
            {"id": str(a.person_id), "place": a.place, "count": len(a.rows)} | _room(scene, a)
            for a in scene.actors
        ],
        **_room(scene),
        **_stands(scene, rows),
        "places": np.round(scene.places).tolist(),
        "halfWidth": scene.half_width,
        "height": scene.height,
        "sizeNote": scene.size_note,
        "frames": _base64(frames, "<i4"),
        "bodies": _base64(np.round(bodies / body_step), "<i2"),
        "bodyStep": body_step,
        "keypoints": _base64(np.nan_to_num(np.round((keypoints - start) / keypoint_step)), "<i2"),
        "keypointStep": keypoint_step,
        "keypointStart": start.tolist(),
        "extent": [*low.tolist(), *high.tolist()],
        "flags": _base64(flags, "u1"),
        "scores": _base64(np.nan_to_num(np.round(255 * score)), "u1"),
        "scored": bool(np.isfinite(score).any()),
        "errors": _base64(np.nan_to_num(np.round(error / error_step)), "u1"),
        "errorStep": error_step if np.isfinite(error).any() else None,
        "unit": result.unit,
        "problems": texts,
        "problemOf": {
            n: texts.index(p) for n, p in enumerate(problems) if not lifted[n]
        },
        "sizes": sizes,
        "sizeOf": size_of,
    }  # fmt: skip


def _stands(scene: Scene, rows: np.ndarray) -> dict[str, Any]:
    """Where people stand in a room; nothing where that is not known."""
    if scene.stands is None:
        return {}
    stands = np.nan_to_num(scene.stands[rows])
    step = max(float(np.abs(stands).max()), 1.0) / _STEPS
    return {"stands": _base64(np.round(stands / step), "<i2"), "standStep": step}


def _room(scene: Scene, actor: Actor | None = None) -> dict[str, Any]:
    """The floor of a room, for all or for one, whose way it holds then; nothing without a room."""
    if scene.stands is None or (actor is not None and actor.place is None):
        return {}
    found: dict[str, Any] = {"ground": scene.ground(actor)._asdict()}
    if actor is not None:
        found["ways"] = [
            np.column_stack([way.frames, np.round(way.points[:, [0, 2]])]).astype(int).tolist()
            for way in scene.ways(actor)
        ]
    return found


def _base64(values: np.ndarray, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype)).decode("ascii")


def _side(joint: int, skeleton: Any) -> str:
    return "left" if joint in skeleton.left else "right" if joint in skeleton.right else "middle"


def _pointing(direction: np.ndarray) -> str:
    """What an axis, given in the camera frame, points to."""
    along = int(np.abs(direction).argmax())
    return _NAMES[along] if direction[along] > 0 else _OPPOSITES[along]


def _extent(keypoints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners of all joints that were seen, px."""
    seen = keypoints[np.isfinite(keypoints).all(axis=-1)]
    if not len(seen):
        return np.zeros(2), np.ones(2)
    low, high = seen.min(axis=0).astype(float), seen.max(axis=0).astype(float)
    return low, np.maximum(high, low + 1)


def _sizes(scene: Scene) -> tuple[list[tuple[int, int] | None], list[int]]:
    """The sizes of images that there are, and for each frame which of them is its own."""
    sizes: dict[tuple[int, int] | None, int] = {}
    size_of = []
    latest = None
    for here in scene.at:
        if here and scene.people.image_sizes is not None:
            latest = scene.people.image_sizes[here[0][1]]
        size_of.append(sizes.setdefault(latest, len(sizes)))
    return list(sizes), size_of
