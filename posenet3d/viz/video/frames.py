"""One frame of a video of lifted people: the 2D input and everybody in 3D, slowly turning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from posenet3d.errors import InputError
from posenet3d.viz.drawing import GROUND, PANEL, TRUTH, View, joint_colours
from posenet3d.viz.scene import Actor, Scene
from posenet3d.viz.video.canvas import Canvas
from posenet3d.viz.video.room_panel import RoomPanel

if TYPE_CHECKING:
    from PIL import Image

    from posenet3d.footage.picture import Picture

TURN_SECONDS = 12.0
"""How long a whole turn about the vertical takes; ours."""

_ELEVATION, _ROOM_ELEVATION = 12.0, 20.0  # degrees from above; chosen by eye
_MARGIN, _CAPTION, _GAP = 16, 26, 4  # pixels
_SAME_SHAPE = 0.02  # as a logarithm: pictures may be the same in another size, and rounded
_GREY = TRUTH


class _Fit(NamedTuple):
    """From the pixels of an image to those of the left half."""

    scale: float
    left: float
    top: float
    size: tuple[float, float]  # of the image, px

    def __call__(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(points) * self.scale + (self.left, self.top)


class FrameArtist:
    """Draws the frames of a scene, each alone; the scale is the same in all of them.

    Every person turns about their own vertical axis in a panel of their own. Where it is known
    where people are, all turn together about the middle of their room.

    Args:
      scene: Who is to be seen.
      size: Width and height of a frame in pixels.
      fps: Frames a second.
    """

    def __init__(self, scene: Scene, size: tuple[int, int], fps: float) -> None:
        self._scene, self._fps = scene, fps
        self._width, self._height = size
        self._half = self._width // 2
        self._colours = joint_colours(scene.skeleton)
        self._greys = (_GREY,) * scene.skeleton.num_joints
        self._all = np.ones(scene.skeleton.num_joints, bool)
        self._none = ~self._all
        self._extent = _extent(scene)
        self._tall = _usual_height(scene)
        self._columns, self._scale = self._panels()
        self._room: RoomPanel | None = None
        if scene.stands is not None:
            box = (self._half + _GAP / 2, 0, self._width, self._height - _CAPTION)
            self._room = RoomPanel(scene, box, _ROOM_ELEVATION)
        steps = np.linspace(-1, 1, 7) * scene.half_width
        ends = np.full_like(steps, scene.half_width)
        across = np.stack([np.stack([steps, 0 * steps, -ends], 1),
                           np.stack([steps, 0 * steps, ends], 1)], axis=1)  # fmt: skip
        self._ground = np.concatenate([across, across[..., ::-1]])

    def draw(
        self, frame: int, picture: Picture | None = None, tick: int | None = None
    ) -> Image.Image:
        """A frame.

        Args:
          frame: Which frame of the scene.
          picture: What lies behind the 2D input.
          tick: How many frames the people have turned for; None: as many as have passed.
        """
        canvas = Canvas(self._width, self._height)
        canvas.fill((0, 0, self._half - _GAP / 2, self._height), PANEL)
        here = self._scene.at[frame]
        self._draw_input(canvas, frame, here, picture)
        turn = 360 * (frame if tick is None else tick) / (self._fps * TURN_SECONDS)
        if self._room is not None:
            self._draw_room(canvas, frame, View("", turn % 360, _ROOM_ELEVATION))
        else:
            self._draw_lifted(canvas, here, View("", turn % 360, _ELEVATION))
        self._write_caption(canvas, frame)
        return canvas.picture()

    def _draw_input(
        self, canvas: Canvas, frame: int, here: tuple[tuple[Actor, int], ...],
        picture: Picture | None,
    ) -> None:  # fmt: skip
        fit = self._fit(frame, here, picture)
        left, top = round(fit.left), round(fit.top)
        right, bottom = (round(v) for v in np.add((left, top), np.multiply(fit.scale, fit.size)))
        if picture is not None:
            canvas.paste(picture.resized(max(1, right - left), max(1, bottom - top)), left, top)
        elif self._size_of(here) is not None:
            canvas.fill((left, top, right, bottom), "white")
        people, result = self._scene.people, self._scene.result
        width = float(np.clip(self._tall * fit.scale / 50, 1.4, 5))
        for actor, row in here:
            present = people.confidence[row] > 0
            if not present.any():
                continue
            points = fit(people.keypoints_2d[row])
            colours = self._colours if result.lifted[row] else self._greys
            canvas.pose(points, self._scene.skeleton.bones, colours, present, self._none, width,
                        outline=picture is not None)  # fmt: skip
            if len(self._scene.actors) > 1:
                x, y = points[present, 0].mean(), points[present, 1].min() - 12
                canvas.text(float(np.clip(x, 8, self._half - 8)), float(max(y, 8)),
                            str(actor.person_id), anchor="mm",
                            outline=picture is not None)  # fmt: skip
        # Whoever reaches out of the image does not reach into the other half.
        canvas.fill((self._half - _GAP / 2, 0, self._half + _GAP / 2, self._height), "white")
        canvas.fill((self._half + _GAP / 2, 0, self._width, self._height), PANEL)

    def _draw_lifted(self, canvas: Canvas, here: tuple[tuple[Actor, int], ...], view: View) -> None:
        scene = self._scene
        width = float(np.clip(32 * self._scale, 1.2, 7))
        for actor, row in here:
            if actor.place is None:
                continue
            origin = self._origin(actor.place)
            if not scene.result.lifted[row]:
                canvas.text(*origin, f"{actor.person_id}: not lifted", anchor="mm")
                continue
            ground = origin + self._scale * view.see(self._ground)[..., :2] * (1, -1)
            canvas.lines(ground, GROUND)
            seen = view.see(scene.bodies[row])
            points = origin + self._scale * seen[:, :2] * (1, -1)
            filled = np.asarray(scene.result.filled[row])
            canvas.pose(points, scene.skeleton.bones, self._colours, self._all, filled, width,
                        seen[:, 2])  # fmt: skip
            if len(scene.actors) > 1:
                below = self._scale * scene.half_width * math.sin(math.radians(_ELEVATION))
                canvas.text(origin[0], origin[1] + below + 8, str(actor.person_id), anchor="mm")
        if all(actor.place is None for actor, _ in here):
            self._say_why(canvas, here)

    def _draw_room(self, canvas: Canvas, frame: int, view: View) -> None:
        scene, room = self._scene, self._room
        room.draw_floor(canvas, frame, view)
        width = float(np.clip(32 * room.scale, 2.0, 7))
        people = room.people(scene.at[frame], view)
        for _, row, points, depth, _ in people:
            filled = np.asarray(scene.result.filled[row])
            canvas.pose(points, scene.skeleton.bones, self._colours, self._all, filled, width,
                        depth)  # fmt: skip
        if len(scene.actors) > 1:  # over everybody: one may stand before another
            for actor, *_, name in people:
                canvas.text(*name.tolist(), str(actor.person_id), anchor="mm", outline=True)
        if not people:
            self._say_why(canvas, scene.at[frame])

    def _say_why(self, canvas: Canvas, here: tuple[tuple[Actor, int], ...]) -> None:
        """That nobody is to be seen in 3D."""
        words = "not lifted" if here else "nobody in this frame"
        canvas.text((self._half + self._width) / 2, self._height / 2, words, anchor="mm")

    def _write_caption(self, canvas: Canvas, frame: int) -> None:
        scene, y = self._scene, self._height - _CAPTION / 2
        image = scene.image_ids[frame]
        words = f"{frame + 1} / {scene.num_frames}"
        words += "" if image is None else f"   {image}"
        most = max(8, self._half // 8)
        canvas.text(_MARGIN / 2, y, words if len(words) <= most else words[: most - 2] + "..")
        lifted = "lifted"
        if self._room is not None:
            lifted += f", squares of {self._room.square / 1000:g} m"
        canvas.text(self._width - _MARGIN / 2, y, lifted, anchor="rm")

    def _size_of(self, here: tuple[tuple[Actor, int], ...]) -> tuple[int, int] | None:
        sizes = self._scene.people.image_sizes
        return sizes[here[0][1]] if here and sizes is not None else None

    def _fit(
        self, frame: int, here: tuple[tuple[Actor, int], ...], picture: Picture | None
    ) -> _Fit:
        """Where the image is in the left half: as large as it can be, in the middle."""
        size = self._size_of(here) or (picture.size if picture is not None else None)
        if picture is not None and abs(math.log(_shape(size) / _shape(picture.size))) > _SAME_SHAPE:
            raise InputError(
                f"The picture of frame {frame + 1} is {picture.size[0]}x{picture.size[1]} pixels, "
                f"but its keypoints were found in one of {size[0]}x{size[1]}; give the pictures "
                "that the detector was given."
            )
        low, high = (np.zeros(2), np.array(size, float)) if size else self._extent
        margin = 0 if size else _MARGIN
        room = np.array([self._half - _GAP / 2 - 2 * margin, self._height - _CAPTION - 2 * margin])
        scale = float((room / (high - low)).min())
        left, top = margin + (room - scale * (high - low)) / 2 - scale * low
        return _Fit(scale, float(left), float(top), tuple((high - low).tolist()))

    def _panels(self) -> tuple[int, float]:
        """Panels beside each other, and the pixels a mm: so many that people are largest."""
        count = max(1, self._scene.num_places)
        tilt = math.radians(_ELEVATION)
        wide = 2 * self._scene.half_width
        tall = self._scene.height * math.cos(tilt) + wide * math.sin(tilt)
        choices = []
        for columns in range(1, count + 1):
            rows = -(-count // columns)
            room = ((self._width - self._half) / columns - _MARGIN,
                    (self._height - _CAPTION) / rows - 2 * _MARGIN)  # fmt: skip
            choices.append((min(room[0] / wide, room[1] / tall), columns))
        scale, columns = max(choices)
        return columns, max(scale, 1e-6)

    def _origin(self, place: int) -> np.ndarray:
        """Where a person stands, px of the frame."""
        count = max(1, self._scene.num_places)
        rows = -(-count // self._columns)
        row, column = divmod(place, self._columns)
        in_row = min(self._columns, count - row * self._columns)
        cell = np.array([(self._width - self._half) / self._columns,
                         (self._height - _CAPTION) / rows])  # fmt: skip
        left = self._half + (self._width - self._half - in_row * cell[0]) / 2
        ground = self._scale * self._scene.half_width * math.sin(math.radians(_ELEVATION))
        return np.array([left + (column + 0.5) * cell[0], (row + 1) * cell[1] - _MARGIN - ground])


def _shape(size: tuple[int, int]) -> float:
    return size[0] / size[1]


def _usual_height(scene: Scene) -> float:
    """How tall the 2D poses of whole people are, px: the median."""
    whole = (scene.people.confidence > 0).all(axis=1)
    rows = whole if whole.any() else np.ones(len(whole), bool)
    return float(np.median(np.ptp(scene.people.keypoints_2d[rows, :, 1], axis=1)))


def _extent(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """The corners of all joints that were seen in any frame, px."""
    seen = scene.people.keypoints_2d[scene.people.confidence > 0]
    if not len(seen):
        return np.zeros(2), np.ones(2)
    low, high = seen.min(axis=0).astype(float), seen.max(axis=0).astype(float)
    return low, np.maximum(high, low + 1)
