"""A pose on a Matplotlib axes: colours, views, bones and joints."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from posenet3d.skeletons.skeleton import Skeleton

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Left and right can be told apart with any kind of colour vision: blue and vermilion of the palette
# of Okabe and Ito (2002, jfly.uni-koeln.de/color). The greys are ours.
LEFT, RIGHT, MIDDLE = "#0072B2", "#D55E00", "#4D4D4D"
TRUTH, PANEL, GROUND, TEXT = "#B9BCC0", "#F5F6F7", "#DADDE0", "#5A5F66"
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
"""Okabe and Ito's colours for curves, without their yellow, which is faint on white."""

BONE_WIDTH = 2.2  # points, as are all widths; chosen by eye
JOINT_SIZE = 4.4
TRUTH_WIDTH = 3.4


class View(NamedTuple):
    """Where a 3D pose is looked at from: both angles in degrees, the camera's own view is 0, 0."""

    name: str
    azimuth: float  # about the vertical; at 90 the camera stands to the right of the scene
    elevation: float  # above the horizontal

    def axes(self) -> np.ndarray:
        """The view's right, up and forward as rows in the camera frame (x right, y down)."""
        turn, tilt = np.radians(self.azimuth), np.radians(self.elevation)
        right = np.array([np.cos(turn), 0.0, np.sin(turn)])
        level = np.array([-np.sin(turn), 0.0, np.cos(turn)])
        forward = np.cos(tilt) * level + np.sin(tilt) * np.array([0.0, 1.0, 0.0])
        up = np.cross(right, forward)  # right x down = forward, so right x forward is up
        return np.stack([right, up, forward])

    def see(self, points: np.ndarray) -> np.ndarray:
        """Points `[..., 3]` of the camera frame as right, up and depth, without perspective."""
        return points @ self.axes().T


VIEWS = (View("camera's view", 0, 0), View("from the side", 90, 0), View("from above", 45, 30))


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that many inches, independent of pyplot and of any window.

    Raises:
      ImportError: If Matplotlib is not installed; the message names the extra.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            "Drawing needs Matplotlib, which is not installed; it needs the extra: "
            "pip install 'posenet3d[viz]'"
        ) from error
    return Figure(figsize=(width, height), facecolor="white")


def joint_colours(skeleton: Skeleton) -> tuple[str, ...]:
    """The colour of each joint, and of the bone that leads to it."""
    return tuple(
        LEFT if joint in skeleton.left else RIGHT if joint in skeleton.right else MIDDLE
        for joint in range(skeleton.num_joints)
    )


def draw_pose(
    axes: Axes,
    points: np.ndarray,
    skeleton: Skeleton,
    present: np.ndarray,
    filled: np.ndarray,
    depth: np.ndarray | None = None,
) -> None:
    """Draws bones, what is near over what is far, and the joints upon them.

    Args:
      axes: Where to draw.
      points: `[J, 2]` in the units of the axes.
      skeleton: Whose joints they are; decides the bones and the colours.
      present: bool `[J]`; other joints are left out, and the bones that end there.
      filled: bool `[J]`; these joints are hollow and the bones that lead to them dashed.
      depth: `[J]`, greater is further; None: all alike.
    """
    colours = joint_colours(skeleton)
    depth = np.zeros(len(points)) if depth is None else depth
    bones = [b for b in skeleton.bones if present[list(b)].all()]
    bones.sort(key=lambda bone: -depth[list(bone)].sum())
    segments, styles = [], []
    for parent, child in bones:
        ends = points[[parent, child]]
        # A halo in the panel's colour parts bones that cross. It stops short of the joints, where
        # it would part bones that belong together.
        segments += [ends + 0.2 * (ends[::-1] - ends), ends]
        dash = (0, (1.3, 1.1)) if filled[child] else "-"
        styles += [(PANEL, BONE_WIDTH + 2.4, "-"), (colours[child], BONE_WIDTH, dash)]
    _draw_lines(axes, segments, styles, zorder=3)
    seen = np.flatnonzero(present)
    axes.scatter(
        *points[seen].T,
        s=JOINT_SIZE**2,
        facecolors=[PANEL if filled[joint] else colours[joint] for joint in seen],
        edgecolors=[colours[joint] for joint in seen],
        linewidths=[1.2 if filled[joint] else 0.0 for joint in seen],
        zorder=4,
    )


def draw_truth(axes: Axes, points: np.ndarray, skeleton: Skeleton) -> None:
    """Draws a pose `[J, 2]` as a faint grey figure to compare with."""
    segments = [points[list(bone)] for bone in skeleton.bones]
    _draw_lines(axes, segments, [(TRUTH, TRUTH_WIDTH, "-")] * len(segments), zorder=2)


def draw_ground(axes: Axes, view: View, centre: np.ndarray, half_width: float) -> None:
    """Draws a square of level ground, seen in `view`, about `centre` `[3]` of the camera frame."""
    steps = np.linspace(-half_width, half_width, 5)
    across = [[[step, 0, steps[0]], [step, 0, steps[-1]]] for step in steps]
    along = [[[steps[0], 0, step], [steps[-1], 0, step]] for step in steps]
    segments = list(view.see(centre + np.array(across + along))[..., :2])
    _draw_lines(axes, segments, [(GROUND, 0.8, "-")] * len(segments), zorder=1)


def _draw_lines(axes: Axes, segments: list[np.ndarray], styles: list[tuple], zorder: float) -> None:
    """Draws segments `[2, 2]` in their order, each with its (colour, width, dashes)."""
    from matplotlib.collections import LineCollection

    if segments:
        colours, widths, dashes = zip(*styles, strict=True)
        lines = LineCollection(
            segments,
            colors=colours,
            linewidths=widths,
            linestyles=dashes,
            capstyle="round",
            zorder=zorder,
        )
        axes.add_collection(lines, autolim=False)


def frame(axes: Axes, points: np.ndarray, box: tuple[float, float], half_size: float = 0.0) -> None:
    """Fits the limits round points `[M, 2]`, equal in both directions, without ticks.

    Args:
      axes: The axes to fit.
      points: What has to be inside.
      box: Width and height of the axes in inches.
      half_size: Least half of the visible height, so that several axes can share one scale.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    half = max(half_size, half_size_of(points, box))
    x, y = (low + high) / 2
    axes.set_xlim(x - half * box[0] / box[1], x + half * box[0] / box[1])
    axes.set_ylim(y - half, y + half)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(PANEL)
    axes.spines[:].set_visible(False)


def half_size_of(points: np.ndarray, box: tuple[float, float]) -> float:
    """Half of the height that an axes of this shape needs for points `[M, 2]` and a margin."""
    width, height = np.ptp(points, axis=0)
    return 0.58 * max(height, width * box[1] / box[0], 1e-6)
