"""The right half of a video whose people are in one room: all of it turns about its middle."""

from __future__ import annotations

import math

import numpy as np

from posenet3d.viz.drawing import GROUND, TEXT, TRUTH, View
from posenet3d.viz.scene import Actor, Scene
from posenet3d.viz.video.canvas import Canvas

_MARGIN = 24  # pixels


class RoomPanel:
    """The floor, the ways along it, and where people are; the scale is the same in all frames.

    Args:
      scene: People in a room.
      box: Left, top, right and bottom of the panel, pixels.
      elevation: Degrees from which the room will be looked at.
    """

    def __init__(
        self, scene: Scene, box: tuple[float, float, float, float], elevation: float
    ) -> None:
        self._scene = scene
        ground = scene.ground()
        tilt = math.radians(elevation)
        wide = 2 * ground.reach
        tall = scene.height * math.cos(tilt) + wide * math.sin(tilt)
        left, top, right, bottom = box
        room = right - left - 2 * _MARGIN, bottom - top - 2 * _MARGIN
        self.scale = max(min(room[0] / wide, room[1] / tall), 1e-6)
        """Pixels a mm, without perspective."""
        above = self.scale * scene.height * math.cos(tilt)
        self._origin = np.array([(left + right) / 2, (top + bottom + above) / 2])
        self.square = ground.square
        """A side of the floor's squares, mm."""
        self._middle, self._lines = ground.middle, ground.lines()
        self._ways = [(actor, scene.ways(actor)) for actor in scene.actors]

    def see(self, points: np.ndarray, view: View) -> tuple[np.ndarray, np.ndarray]:
        """Points `[..., 3]` mm of the room in pixels of the frame, and their depth."""
        seen = view.see(points - self._middle)
        return self._origin + self.scale * seen[..., :2] * (1, -1), seen[..., 2]

    def draw_floor(self, canvas: Canvas, frame: int, view: View) -> None:
        """The floor, and the ways of those who are in the room, dark as far as they have gone."""
        canvas.lines(self.see(self._lines, view)[0], GROUND)
        for actor, ways in self._ways:
            if not actor.frames[0] <= frame <= actor.frames[-1]:
                continue
            for way in ways:
                points = self.see(way.points, view)[0]
                steps = np.stack([points[:-1], points[1:]], axis=1)
                gone = way.frames[1:] <= frame
                canvas.lines(steps[~gone], TRUTH, 1.5)
                canvas.lines(steps[gone], TEXT, 2.0)

    def people(
        self, here: tuple[tuple[Actor, int], ...], view: View
    ) -> list[tuple[Actor, int, np.ndarray, np.ndarray, np.ndarray]]:
        """The lifted people of a frame, the farthest first.

        Returns:
          For each the actor, the row in `People`, the joints `[J, 2]` in pixels, their depth
          `[J]`, and where below the feet the name belongs, `[2]`.
        """
        scene = self._scene
        found = []
        for actor, row in here:
            if scene.result.lifted[row]:
                points, depth = self.see(scene.bodies[row] + scene.stands[row], view)
                name = self.see(scene.stands[row] * [1, 0, 1], view)[0] + (0, 16)
                found.append((actor, row, points, depth, name))
        return sorted(found, key=lambda person: -person[3].mean())
