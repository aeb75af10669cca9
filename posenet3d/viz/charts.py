"""Curves and distributions of numbers: how a training went, how large the errors are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.viz.drawing import GROUND, SERIES, TEXT, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NOT_CURVES = ("epoch", "step", "second", "time", "per_s")
_VALIDATION = "val_"


def training_curves(history: list[dict[str, float]]) -> Figure:
    """A picture of a training, one panel a kind of quantity.

    Args:
      history: For each epoch its numbers by name; what an epoch lacks is skipped, and what is not
        a finite number. Names that begin with `val_` are dashed.

    Returns:
      A figure with the panels that there is something for.

    Raises:
      ImportError: If Matplotlib is not installed.
      ValueError: If no epoch has a number.
    """
    panels: dict[str, dict[str, tuple[np.ndarray, np.ndarray]]] = {}
    for name in dict.fromkeys(name for epoch in history for name in epoch):
        epochs, values = _curve(history, name)
        if len(values) and not any(part in name for part in _NOT_CURVES):
            panels.setdefault(_panel_of(name), {})[name] = epochs, values
    if not panels:
        raise ValueError("The history holds no number to draw.")
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(3.9 * columns, 2.9 * rows)
    figure.set_layout_engine("constrained")
    order = [title for title in _ORDER if title in panels]
    for number, title in enumerate(order):
        axes = figure.add_subplot(rows, columns, number + 1)
        _draw_curves(axes, title, panels[title])
    return figure


def error_histogram(pa_mpjpe_by_row: dict[str, np.ndarray]) -> Figure:
    """How the errors of single poses are distributed, one curve a name, medians marked.

    Args:
      pa_mpjpe_by_row: For each name (a model, say) the PA-MPJPE of every pose `[N]`, mm.

    Returns:
      The figure. Errors beyond the largest 99th percentile are counted in the last bin.

    Raises:
      ImportError: If Matplotlib is not installed.
      ValueError: If there is no error to draw.
    """
    errors = {name: np.asarray(e)[np.isfinite(e)] for name, e in pa_mpjpe_by_row.items()}
    if not any(len(e) for e in errors.values()):
        raise ValueError("There is no error to draw.")
    end = max(np.percentile(e, 99) for e in errors.values() if len(e))
    bins = np.linspace(0, max(end, 1e-3), 61)
    figure = new_figure(6.4, 3.6)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    for (name, error), colour in zip(errors.items(), _colours(len(errors)), strict=True):
        if not len(error):
            continue
        share = np.histogram(np.minimum(error, bins[-1]), bins)[0] / len(error) * 100
        median = np.median(error)
        axes.stairs(share, bins, fill=True, color=colour, alpha=0.18)
        label = f"{name}: median {median:.1f} mm"
        axes.stairs(share, bins, color=colour, linewidth=1.6, label=label)
        axes.axvline(median, color=colour, linewidth=1.0, linestyle=(0, (3, 2)))
    axes.set_xlim(0, bins[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("PA-MPJPE of a pose, mm (last bin: and more)")
    axes.set_ylabel("poses, %")
    _tidy(axes)
    _legend(axes)
    return figure


def elevation_curve(trials: Sequence[dict[str, float]]) -> Figure:
    """The search for the cameras' elevation: distance of new views from real poses by elevation.

    Args:
      trials: Of each its `elevation` in degrees and its `view_distance`.

    Raises:
      ImportError: If Matplotlib is not installed.
      ValueError: If there is no trial.
    """
    if not trials:
        raise ValueError("There is no trial to draw.")
    ordered = sorted(trials, key=lambda trial: trial["elevation"])
    distances = [trial["view_distance"] for trial in ordered]
    figure = new_figure(6.4, 3.2)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    axes.plot([t["elevation"] for t in ordered], distances, "o-", color=SERIES[0], linewidth=1.5)
    if min(distances) > 0:
        axes.set_yscale("log")
    axes.set_xlabel("elevation the cameras are taken to have, degrees")
    axes.set_ylabel("new views from real poses")
    _tidy(axes)
    return figure


def error_against_minutes(curves: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Error over the time of training, a line a run; both axes are logarithmic.

    Args:
      curves: For each run by name its minutes and its PA-MPJPE in mm, equally many of both.

    Raises:
      ImportError: If Matplotlib is not installed.
      ValueError: If there is no run.
    """
    if not curves:
        raise ValueError("There is no run to draw.")
    figure = new_figure(6.4, 3.8)
    from matplotlib.ticker import LogLocator, NullLocator  # there, or new_figure would have said so

    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    for (name, (minutes, errors)), colour in zip(
        curves.items(), _colours(len(curves)), strict=True
    ):
        axes.plot(minutes, errors, "o-", color=colour, linewidth=1.5, markersize=3, label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis, every in ((axes.xaxis, (1, 2, 5)), (axes.yaxis, (1, 2, 3, 4, 5, 6, 8))):
        axis.set_major_locator(LogLocator(base=10, subs=every))  # more would overlap
        axis.set_major_formatter("{x:g}")
        axis.set_minor_locator(NullLocator())
    axes.set_xlabel("minutes of training")
    axes.set_ylabel("PA-MPJPE, mm")
    _tidy(axes, grid="both")
    _legend(axes)
    return figure


def error_by_joint(error_by_name: dict[str, np.ndarray], skeleton: Skeleton) -> Figure:
    """The mean error of every joint, one row of dots a joint.

    Args:
      error_by_name: For each name (a model, say) the mean error of every joint `[J]`, mm.
      skeleton: The skeleton whose joints the J are.

    Raises:
      ImportError: If Matplotlib is not installed.
      ValueError: If there is not one error a joint.
    """
    joints = skeleton.num_joints
    for name, error in error_by_name.items():
        if np.shape(error) != (joints,):
            raise ValueError(f"{name!r} must have {joints} errors, got {np.shape(error)}.")
    figure = new_figure(5.2, 0.6 + 0.23 * joints)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    rows = np.arange(joints)
    for (name, error), colour in zip(
        error_by_name.items(), _colours(len(error_by_name)), strict=True
    ):
        axes.plot(error, rows, "o", color=colour, markersize=5, label=name)
    axes.set_yticks(rows, [name.replace("_", " ") for name in skeleton.joint_names])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("mean error, mm")
    _tidy(axes, grid="both")
    _legend(axes, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return figure


# Which panel a name belongs to: the first whose mark it contains. Marks of one panel are
# quantities that can share a scale.
_PANELS = {
    "error, mm": ("mpjpe",),
    "learning rate": ("learning_rate",),
    "consistency": ("consistency",),
    "adversary": ("adversarial", "discriminator"),
    "loss": ("loss",),
    "other terms": ("",),
}


_ORDER = ("loss", "error, mm", "consistency", "adversary", "other terms", "learning rate")


def _panel_of(name: str) -> str:
    return next(title for title, marks in _PANELS.items() if any(m in name for m in marks))


def _curve(history: list[dict[str, float]], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Epochs (counted from 1) and values of one name, without those that are not numbers."""
    points = [
        (number, epoch[name])
        for number, epoch in enumerate(history, start=1)
        if isinstance(epoch.get(name), int | float | np.number) and np.isfinite(epoch[name])
    ]
    return tuple(np.array(points, float).reshape(-1, 2).T)


def _draw_curves(axes: Axes, title: str, curves: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    bare = list(dict.fromkeys(name.removeprefix(_VALIDATION) for name in curves))
    colours = dict(zip(bare, _colours(len(bare)), strict=True))
    for name, (epochs, values) in curves.items():
        # A single point makes no line, so it gets a dot.
        axes.plot(
            epochs,
            values,
            color=colours[name.removeprefix(_VALIDATION)],
            linestyle="--" if name.startswith(_VALIDATION) else "-",
            marker="o" if len(values) == 1 else None,
            markersize=4,
            linewidth=1.5,
            label=_label(name, title, values),
        )
    everything = np.concatenate([values for _, values in curves.values()])
    if everything.min() > 0 and everything.max() > 10 * everything.min() and "mm" not in title:
        axes.set_yscale("log")
    axes.set_title(title, fontsize=10, color=TEXT, loc="left", weight="bold")
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    _tidy(axes)
    _legend(axes)


def _label(name: str, title: str, values: np.ndarray) -> str:
    text = name.replace("_", " ")
    return f"{text}: best {values.min():.1f}" if "mm" in title else text


def _colours(count: int) -> list[str]:
    return [SERIES[i % len(SERIES)] for i in range(count)]


def _tidy(axes: Axes, grid: str = "y") -> None:
    axes.grid(axis=grid, color=GROUND, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GROUND)
    axes.tick_params(which="both", colors=TEXT, labelcolor=TEXT, labelsize=8)
    axes.xaxis.label.set_color(TEXT)
    axes.yaxis.label.set_color(TEXT)
    axes.xaxis.label.set_size(9)
    axes.yaxis.label.set_size(9)


def _legend(axes: Axes, **place: object) -> None:
    axes.legend(frameon=False, fontsize=8, labelcolor=TEXT, **place)
