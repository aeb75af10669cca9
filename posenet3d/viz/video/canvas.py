"""Skeletons and words on a picture in memory, drawn with Pillow; needs the extra `video`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.viz.drawing import PANEL, TEXT

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFont import FreeTypeFont

_FINER = 2  # pixels are drawn that many times finer and averaged: smooth edges


class Canvas:
    """A picture that is drawn upon; lengths are in its pixels, x right, y down.

    Args:
      width: Its width.
      height: Its height.
      colour: What it is filled with.
    """

    def __init__(self, width: int, height: int, colour: str = "white") -> None:
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (_FINER * width, _FINER * height), colour)
        self._draw = ImageDraw.Draw(self._image)

    def picture(self) -> Image.Image:
        """What has been drawn, RGB."""
        return self._image.reduce(_FINER)

    def fill(self, box: tuple[float, float, float, float], colour: str) -> None:
        """Fills a rectangle (left, top, right, bottom)."""
        left, top, right, bottom = (_FINER * value for value in box)
        self._draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)

    def paste(self, picture: Image.Image, left: int, top: int) -> None:
        """Puts a picture there, as it is."""
        size = (_FINER * picture.width, _FINER * picture.height)
        self._image.paste(picture.resize(size, resample=0), (_FINER * left, _FINER * top))

    def lines(self, segments: np.ndarray, colour: str, width: float = 1.0) -> None:
        """Draws segments `[M, 2, 2]`."""
        for segment in np.asarray(segments) * _FINER:
            self._draw.line(segment.ravel().tolist(), colour, max(1, round(_FINER * width)))

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "lm", size: int = 13,
        colour: str = TEXT, outline: bool = False,
    ) -> None:  # fmt: skip
        """Writes one line; the anchor is one of Pillow's (`lm`: x is the left, y the middle)."""
        place, wide = (_FINER * x, _FINER * y), 2 * _FINER if outline else 0
        self._draw.text(
            place, text, colour, font=_font(_FINER * size), anchor=anchor,
            stroke_width=wide, stroke_fill="white",
        )  # fmt: skip

    def pose(
        self,
        points: np.ndarray,
        bones: tuple[tuple[int, int], ...],
        colours: tuple[str, ...],
        present: np.ndarray,
        filled: np.ndarray,
        width: float,
        depth: np.ndarray | None = None,
        outline: bool = False,
    ) -> None:
        """Draws a pose as `viz.drawing.draw_pose` does: what is near over what is far.

        Args:
          points: `[J, 2]`.
          bones: Pairs (parent, child) of joints.
          colours: Of each joint, and of the bone that leads to it.
          present: bool `[J]`; other joints are left out, and the bones that end there.
          filled: bool `[J]`; these are hollow, and the bones that lead to them dotted.
          width: Of a bone.
          depth: `[J]`, greater is further; None: all alike.
          outline: Whether all of it has a white edge, to be seen on any picture.
        """
        # Plain numbers: a hundred small things are drawn a pose, and NumPy's scalars are slow.
        at = (np.asarray(points, float) * _FINER).tolist()
        away = [0.0] * len(at) if depth is None else np.asarray(depth).tolist()
        there, hollow = present.tolist(), filled.tolist()
        wide, halo = max(1, round(_FINER * width)), round(_FINER * (width + 2.4))
        seen = [bone for bone in bones if there[bone[0]] and there[bone[1]]]
        seen.sort(key=lambda bone: -away[bone[0]] - away[bone[1]])
        line, radius = self._draw.line, 0.95 * _FINER * width
        if outline:
            for parent, child in seen:
                line((*at[parent], *at[child]), "white", halo)
            for x, y in (point for joint, point in enumerate(at) if there[joint]):
                edge = radius + 1.2 * _FINER
                self._draw.ellipse((x - edge, y - edge, x + edge, y + edge), fill="white")
        for parent, child in seen:
            (x0, y0), (x1, y1) = at[parent], at[child]
            dx, dy = x1 - x0, y1 - y0
            # The halo parts bones that cross and stops short of the joints, where they meet.
            if not outline:
                line((x0 + 0.2 * dx, y0 + 0.2 * dy, x1 - 0.2 * dx, y1 - 0.2 * dy), PANEL, halo)
            if hollow[child]:
                self._dots(at[parent], at[child], colours[child], wide)
            else:
                line((x0, y0, x1, y1), colours[child], wide)
        for joint, (x, y) in enumerate(at):
            if there[joint]:
                self._draw.ellipse(
                    (x - radius, y - radius, x + radius, y + radius),
                    fill=PANEL if hollow[joint] else colours[joint],
                    outline=colours[joint],
                    width=max(1, round(0.5 * _FINER * width)),
                )

    def _dots(self, start: list[float], end: list[float], colour: str, wide: int) -> None:
        (x0, y0), (x1, y1) = start, end
        count = int(np.hypot(x1 - x0, y1 - y0) / (2 * wide))
        for number in range(1, count + 1):
            share = number / (count + 1)
            x, y, half = x0 + share * (x1 - x0), y0 + share * (y1 - y0), wide / 2
            self._draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)


@cache
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)  # Pillow's own, so that it is there on every machine
