"""Pictures of people before and after lifting, and ways to keep a picture."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.files.atomic import atomic_path
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.viz import drawing
from posenet3d.viz.charts import error_by_joint, error_histogram, training_curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "error_by_joint",
    "error_histogram",
    "lifted_sheet",
    "save_figure",
    "to_png",
    "training_curves",
]

_PANEL = (1.45, 1.85)  # inches; people are taller than wide
_GAP, _GROUP_GAP, _TITLE, _MARGIN = 0.05, 0.4, 0.3, 0.2
_DPI = 150


def lifted_sheet(
    keypoints_2d: np.ndarray,
    keypoints_3d: np.ndarray,
    skeleton: Skeleton,
    *,
    confidence: np.ndarray | None = None,
    filled: np.ndarray | None = None,
    true_3d: np.ndarray | None = None,
    grey: str = "true pose",
    problems: tuple[str, ...] | None = None,
    titles: list[str] | None = None,
    columns: int = 2,
    limit: int = 24,
    total: int | None = None,
) -> Figure:
    """A contact sheet: each person's 2D input, and the lifted pose from three sides.

    Left is blue and right is vermilion in every picture. The ground is level with the camera.

    Args:
      keypoints_2d: `[P, J, 2]` px, image frame (x right, y down).
      keypoints_3d: `[P, J, 3]`, camera frame (x right, y down, z forward), root-relative, any unit;
        a person with NaN was not lifted and is shown with the reason.
      skeleton: The skeleton whose joints the J are.
      confidence: `[P, J]`; joints of confidence 0 are left out of the 2D picture.
      filled: bool `[P, J]`; joints that were missing and filled in: hollow, their bones dashed.
      true_3d: `[P, J, 3]` as `keypoints_3d`; drawn in grey behind, from the same root and scaled
        to the same size.
      grey: What the poses in grey are, for the legend.
      problems: Why a person was not lifted, one text a person.
      titles: A line above each person.
      columns: Persons beside each other.
      limit: Persons shown at most; the sheet says how many there are.
      total: How many there are, where these are but the first; None: P.

    Returns:
      The figure; `save_figure` or `to_png` keep it.

    Raises:
      ImportError: If Matplotlib is not installed.
      ValueError: If the shapes do not fit each other.
    """
    persons = len(keypoints_2d)
    _check_shapes(keypoints_2d, keypoints_3d, true_3d, persons, skeleton)
    filled = np.zeros((persons, skeleton.num_joints), bool) if filled is None else filled
    present = ~filled if confidence is None else np.asarray(confidence) > 0
    shown = min(persons, limit)
    columns = max(1, min(columns, shown))
    sheet = _Sheet(shown, columns)
    for person in range(shown):
        title = titles[person] if titles else f"person {person}"
        sheet.write_title(person, title)
        _draw_input(sheet.panel(person, 0), keypoints_2d[person], skeleton, present[person])
        if np.isfinite(keypoints_3d[person]).all():
            truth = None if true_3d is None else true_3d[person]
            panels = [sheet.panel(person, 1 + i) for i in range(len(drawing.VIEWS))]
            _draw_views(panels, keypoints_3d[person], skeleton, filled[person], truth)
        else:
            reason = problems[person] if problems else ""
            _say(sheet.panel(person, 1, len(drawing.VIEWS)), f"not lifted\n{reason}".strip())
    total = total or persons
    note = f"{shown} of {total} people" if shown < total else ""
    sheet.write_legend(bool(filled[:shown].any()), "" if true_3d is None else grey, note)
    return sheet.figure


def to_png(figure: Figure, dpi: int = _DPI) -> bytes:
    """The figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def save_figure(figure: Figure, path: str | Path, dpi: int = _DPI) -> None:
    """Writes the figure; the ending (.png, .pdf, .svg) says as what. It appears whole or not.

    Raises:
      InputError: If the folder does not exist.
      ValueError: If Matplotlib does not know the ending.
    """
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=dpi)


class _Sheet:
    """Where things are on the sheet; lengths in inches from the upper left corner."""

    def __init__(self, persons: int, columns: int) -> None:
        panels = 1 + len(drawing.VIEWS)
        self._columns = columns
        self._group_width = panels * _PANEL[0] + (panels - 1) * _GAP
        rows = -(-persons // columns)
        self._width = 2 * _MARGIN + columns * self._group_width + (columns - 1) * _GROUP_GAP
        self._height = 2 * _MARGIN + _TITLE + rows * (_PANEL[1] + _TITLE) + _TITLE / 2
        self.figure = drawing.new_figure(self._width, self._height)
        for column in range(columns):
            for slot, name in enumerate(("2D input", *(view.name for view in drawing.VIEWS))):
                left = self._left(column, slot) + _PANEL[0] / 2
                self._text(left, _MARGIN + 0.08, name, ha="center", weight="bold", size=9)

    def panel(self, person: int, slot: int, slots: int = 1) -> Axes:
        """The axes of one picture of a person, `slots` pictures wide."""
        row, column = divmod(person, self._columns)
        width = slots * _PANEL[0] + (slots - 1) * _GAP
        left = self._left(column, slot)
        bottom = self._height - self._top(row) - _PANEL[1]
        size = (width / self._width, _PANEL[1] / self._height)
        return self.figure.add_axes((left / self._width, bottom / self._height, *size))

    def write_title(self, person: int, title: str) -> None:
        """The line above a person."""
        row, column = divmod(person, self._columns)
        self._text(self._left(column, 0), self._top(row) - 0.1, title, size=8)

    def write_legend(self, with_filled: bool, grey: str, note: str) -> None:
        """What the colours and dashes mean, below everything."""
        from matplotlib.lines import Line2D

        def key(colour: str, name: str, **more: object) -> Line2D:
            style = dict(color=colour, linewidth=drawing.BONE_WIDTH, marker="o", label=name)
            return Line2D([], [], **(style | {"markersize": drawing.JOINT_SIZE} | more))

        keys = [
            key(drawing.LEFT, "person's left"),
            key(drawing.RIGHT, "person's right"),
            key(drawing.MIDDLE, "trunk and head"),
        ]
        if with_filled:
            style = dict(linestyle=(0, (1.3, 1.1)), markerfacecolor="white")
            keys.append(key(drawing.MIDDLE, "not seen, filled in", **style))
        if grey:
            keys.append(key(drawing.TRUTH, grey, marker="", linewidth=drawing.TRUTH_WIDTH))
        self.figure.legend(
            handles=keys,
            loc="lower center",
            bbox_to_anchor=(0.5, 0.05 / self._height),
            ncols=len(keys),
            columnspacing=1.2,
            handlelength=1.8,
            frameon=False,
            fontsize=8,
            labelcolor=drawing.TEXT,
        )
        self._text(self._width - _MARGIN, _MARGIN - 0.1, note, ha="right", size=7)

    def _left(self, column: int, slot: int) -> float:
        group = _MARGIN + column * (self._group_width + _GROUP_GAP)
        return group + slot * (_PANEL[0] + _GAP)

    def _top(self, row: int) -> float:
        return _MARGIN + _TITLE + row * (_PANEL[1] + _TITLE) + _TITLE / 2

    def _text(self, left: float, top: float, text: str, **style: object) -> None:
        x, y = left / self._width, 1 - top / self._height
        self.figure.text(x, y, text, color=drawing.TEXT, va="center", **style)


def _draw_input(axes: Axes, points: np.ndarray, skeleton: Skeleton, present: np.ndarray) -> None:
    if not present.any():
        _say(axes, "no joint\nwas seen")
        return
    drawing.draw_pose(axes, points, skeleton, present, np.zeros(len(points), bool))
    drawing.frame(axes, points[present], _PANEL)
    axes.invert_yaxis()  # rows of an image count downwards


def _draw_views(
    panels: list[Axes],
    pose: np.ndarray,
    skeleton: Skeleton,
    filled: np.ndarray,
    truth: np.ndarray | None,
) -> None:
    pose = pose - pose[skeleton.root]
    bodies = [pose]
    if truth is not None:
        truth = truth - truth[skeleton.root]
        bodies.append(truth * np.linalg.norm(pose) / max(np.linalg.norm(truth), 1e-9))
    everything = np.concatenate(bodies)
    low, high = everything.min(axis=0), everything.max(axis=0)
    ground = np.array([(low[0] + high[0]) / 2, high[1], (low[2] + high[2]) / 2])  # y is down
    width = 0.28 * max(high - low)  # half of the ground; chosen by eye
    corners = ground + width * np.array([[-1, 0, -1], [-1, 0, 1], [1, 0, -1], [1, 0, 1]])
    everything = np.concatenate([everything, corners])
    seen = [view.see(everything)[:, :2] for view in drawing.VIEWS]
    half = max(drawing.half_size_of(points, _PANEL) for points in seen)  # one scale for all views
    for axes, view, points in zip(panels, drawing.VIEWS, seen, strict=True):
        drawing.draw_ground(axes, view, ground, width)
        if truth is not None:
            drawing.draw_truth(axes, view.see(bodies[1])[:, :2], skeleton)
        body = view.see(pose)
        all_joints = np.ones(len(pose), bool)
        drawing.draw_pose(axes, body[:, :2], skeleton, all_joints, filled, body[:, 2])
        drawing.frame(axes, points, _PANEL, half)


def _say(axes: Axes, text: str) -> None:
    """A panel with words in place of a picture."""
    drawing.frame(axes, np.zeros((1, 2)), _PANEL)
    axes.text(
        0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", wrap=True,
        color=drawing.TEXT, size=8,
    )  # fmt: skip


def _check_shapes(
    keypoints_2d: np.ndarray,
    keypoints_3d: np.ndarray,
    true_3d: np.ndarray | None,
    persons: int,
    skeleton: Skeleton,
) -> None:
    if persons == 0:
        raise ValueError("There is nobody to draw: keypoints_2d has no rows.")
    arrays = {"keypoints_2d": (keypoints_2d, 2), "keypoints_3d": (keypoints_3d, 3)}
    if true_3d is not None:
        arrays["true_3d"] = (true_3d, 3)
    for name, (array, dims) in arrays.items():
        expected = (persons, skeleton.num_joints, dims)
        if array.shape != expected:
            raise ValueError(f"{name} must be {list(expected)}, got {list(array.shape)}.")
