"""The picture of docs/numbers.md: a lifted person with root, axes and elevation.

    python benchmarks/pictures/numbers_picture.py --output=docs/images/numbers.png

A virtual camera that looks down by 25 degrees sees a procedural person; everything drawn and
written is what the pretrained lifter says of that one 2D pose.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data import synthetic
from posenet3d.viz import drawing, figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from posenet3d.skeletons.skeleton import Skeleton

_OUTPUT = flags.DEFINE_string("output", "docs/images/numbers.png", "The picture to write.")

_PEOPLE = synthetic.SyntheticConfig(
    num_sequences=60, frames_per_sequence=40, seed=4, elevation_mean_deg=25.0, elevation_std_deg=0.0
)
_ROW = 7 * 40 + 20  # somebody who stands upright; chosen by eye
_HEIGHT_MM = 1750
_AXIS, _ROOT, _ANGLE = "#009E73", "#CC79A7", "#E69F00"  # of Okabe and Ito's colours
_LENGTH = 520  # mm, of the axes drawn
_CAMERA = -1750  # mm; drawn nearer than it is, since how far it is cannot be known
_SIZE, _BOXES = (10.5, 5.0), ((4.0, 4.4), (6.1, 4.4))  # inches


def main(_: list[str]) -> None:
    """Lifts the person and draws both panels."""
    estimator = posenet3d.load()
    poses = synthetic.generate_poses(_PEOPLE).on(estimator.skeleton).select([_ROW])
    result = estimator.lift(poses.keypoints_2d, height_mm=_HEIGHT_MM)
    pose, elevation = result.keypoints_3d[0], float(result.elevation[0])
    figure = drawing.new_figure(*_SIZE)
    left = 0.1
    for box, title, draw in zip(
        _BOXES, ("from the camera's side", "from the side"), (_front, _side), strict=True
    ):
        axes = figure.add_axes(
            (left / _SIZE[0], 0.1 / _SIZE[1], box[0] / _SIZE[0], box[1] / _SIZE[1])
        )
        left += box[0] + 0.2
        drawing.frame(axes, draw(axes, pose, estimator.skeleton, elevation), box)
        axes.set_title(title, size=12, color=drawing.TEXT)
    figures.save_figure(figure, Path(_OUTPUT.value), dpi=95)


def _front(axes: Axes, pose: np.ndarray, skeleton: Skeleton, _: float) -> np.ndarray:
    """x and y as the image has them, z into it; returns the points that must be seen."""
    points = _body(axes, drawing.View("", 0, 0), pose, skeleton)
    _arrow(axes, (0, 0), (_LENGTH, 0), "x right", (30, 0), ha="left")
    _arrow(axes, (0, 0), (0, -_LENGTH), "y down", (0, -60))
    axes.scatter(0, 0, s=230, facecolors="white", edgecolors=_AXIS, linewidths=2, zorder=7)
    axes.scatter(0, 0, s=110, marker="x", color=_AXIS, linewidths=2, zorder=8)
    axes.plot([-400, -60], [20, 5], color=_AXIS, linewidth=1, zorder=6)
    _write(axes, (-400, 20), "z away from\nthe camera", "#00654A", ha="right")
    return np.concatenate([points, [(_LENGTH + 150, 0), (-750, 0)]])


def _side(axes: Axes, pose: np.ndarray, skeleton: Skeleton, elevation: float) -> np.ndarray:
    """The camera is on the left and looks along z; returns the points that must be seen."""
    points = _body(axes, drawing.View("", 90, 0), pose, skeleton)
    _draw_camera(axes)
    axes.plot([_CAMERA + 260, -60], [0, 0], color=drawing.TEXT, linewidth=1.2, linestyle=":")
    _write(axes, (_CAMERA, -200), "camera;\nits distance\nis not known", drawing.TEXT, va="top")
    _arrow(axes, (0, 0), (_LENGTH, 0), "z away from\nthe camera", (30, 0), ha="left")
    _arrow(axes, (0, 0), (0, -_LENGTH), "y down", (0, -60))
    axes.scatter(0, 0, s=70, color=_ROOT, zorder=8)
    axes.annotate(
        "root: pelvis\n(0, 0, 0)", (0, 0), (430, 330), color="#9A4F7D", size=10, weight="bold",
        ha="center", va="center", zorder=9,
        arrowprops={"arrowstyle": "-", "color": _ROOT, "linewidth": 1.2},
    )  # fmt: skip
    _draw_elevation(axes, elevation)
    nearest = int(pose[:, 2].argmin())
    place = points[nearest]
    text = f"{skeleton.joint_names[nearest].replace('_', ' ')}\nz = {pose[nearest, 2]:.0f} mm"
    axes.annotate(
        text, place, place + (-420, -90), color=drawing.TEXT, size=10, ha="center", va="center",
        arrowprops={"arrowstyle": "-", "color": drawing.TEXT, "linewidth": 0.8},
    )  # fmt: skip
    return np.concatenate([points, [(_CAMERA - 250, 0), (_LENGTH + 500, 0), (0, 1050)]])


def _body(axes: Axes, view: drawing.View, pose: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    seen = view.see(pose)
    everybody = np.ones(len(pose), bool)
    drawing.draw_pose(axes, seen[:, :2], skeleton, everybody, ~everybody, seen[:, 2])
    return seen[:, :2]


def _draw_camera(axes: Axes) -> None:
    """A triangle whose point is the camera and whose base is on the side of the person."""
    corners = np.array([(0, 0), (230, 110), (230, -110), (0, 0)]) + (_CAMERA, 0)
    axes.plot(*corners.T, color=drawing.TEXT, linewidth=1.6, zorder=5)


def _draw_elevation(axes: Axes, elevation: float) -> None:
    """The vertical of the room, and its angle to the camera's up."""
    angles = np.radians(90 + np.linspace(0, elevation, 30))
    reach = 900
    arc = 0.93 * reach * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    axes.plot([0, 0], [0, reach], color=drawing.TEXT, linewidth=1.2, linestyle="--", zorder=2)
    tip = reach * np.array([np.cos(angles[-1]), np.sin(angles[-1])])
    axes.plot([0, tip[0]], [0, tip[1]], color=_ANGLE, linewidth=2, linestyle="--", zorder=2)
    axes.plot(*arc.T, color=_ANGLE, linewidth=2, zorder=2)
    _write(axes, (40, reach), "the camera's up", drawing.TEXT, ha="left")
    text = f"the room's vertical:\nelevation = {elevation:.0f} degrees"
    _write(axes, tip + (-40, 60), text, "#9A6700", ha="right")


def _arrow(
    axes: Axes, start: tuple, tip: tuple, text: str, beyond: tuple, ha: str = "center"
) -> None:
    axes.annotate(
        "", tip, start, zorder=6,
        arrowprops={"arrowstyle": "-|>", "color": _AXIS, "linewidth": 2.2, "shrinkA": 0,
                    "shrinkB": 0, "mutation_scale": 16},
    )  # fmt: skip
    _write(axes, np.add(tip, beyond), text, "#00654A", ha=ha)


def _write(
    axes: Axes, place: tuple, text: str, colour: str, ha: str = "center", va: str = "center"
) -> None:
    axes.text(
        *place, text, color=colour, ha=ha, va=va, size=10, weight="bold", zorder=7,
        bbox={"facecolor": drawing.PANEL, "edgecolor": "none", "pad": 0.5},
    )  # fmt: skip


if __name__ == "__main__":
    app.run(main)
