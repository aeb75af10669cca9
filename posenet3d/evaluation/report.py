"""The report of a lifter: its errors beside those of the flat pose, as table, JSON and pictures."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.evaluation.actions import per_action
from posenet3d.evaluation.evaluate import Evaluation, evaluate
from posenet3d.evaluation.flat import flat_pose
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.evaluation.ranking import error_of_best, spearman
from posenet3d.evaluation.table import format_table
from posenet3d.files.atomic import atomic_path
from posenet3d.poses.records import Poses2D

if TYPE_CHECKING:
    from posenet3d.models import LiftResult, PoseEstimator

_PICTURED = 12
_COLUMNS = (
    "pa_mpjpe", "n_mpjpe", "mpjpe", "pa_mpjpe_reflected", "pck150", "auc", "cps", "depth_flip_rate"
)  # fmt: skip
_ACTION_COLUMNS = ("mpjpe", "pa_mpjpe", "n_mpjpe", "pck150_14", "auc_14", "num_poses")


@dataclasses.dataclass(frozen=True)
class Report:
    """What an estimator achieves on a set of poses; `str` gives its table.

    Without true 3D there is nothing to measure: `rows` is empty and only pictures remain.
    """

    rows: dict[str, Evaluation]  # "flat", "before" (where asked for), "final"
    poses: Poses2D  # what was lifted
    keypoints_3d: np.ndarray  # [N, J, 3], pose units, NaN where not lifted
    not_lifted: int
    train_minutes: float | None = None
    training: dict[str, Any] = dataclasses.field(default_factory=dict)
    elevation_trials: tuple[dict[str, float], ...] = ()  # of a search for the cameras' elevation
    scores: dict[str, float] = dataclasses.field(default_factory=dict)  # what the score is worth

    def __str__(self) -> str:
        if not self.rows:
            return f"{len(self.poses)} poses lifted; without true 3D there is no error to measure."
        titles = {"flat": "flat pose", "before": "before training", "final": "lifted"}
        if "before" in self.rows:
            titles["final"] = "after training"
        return format_table({titles[k]: row.overall for k, row in self.rows.items()}, _COLUMNS)

    def by_action(self) -> str:
        """The table of the lifted poses by action, see `actions`; empty where names tell none."""
        rows = per_action(self.rows["final"].per_sequence) if self.rows else {}
        if not rows:
            return ""
        overall = self.rows["final"].overall
        rows |= {"all poses": overall}
        return format_table(rows, [column for column in _ACTION_COLUMNS if column in overall])

    def to_json(self) -> dict[str, Any]:
        """Plain data: each row's overall metrics, the final by sequence and action, and more."""
        result: dict[str, Any] = {name: row.overall for name, row in self.rows.items()}
        if self.rows:
            result["per_sequence"] = self.rows["final"].per_sequence
            if actions := per_action(self.rows["final"].per_sequence):
                result["per_action"] = actions
        result["not_lifted"] = self.not_lifted
        if self.train_minutes is not None:
            result["train_minutes"] = round(self.train_minutes, 3)
        further = {
            "training": self.training,
            "elevation_trials": list(self.elevation_trials),
            "scores": self.scores,
        }
        return result | {name: value for name, value in further.items() if value}


def make_report(
    estimator: PoseEstimator,
    poses: Poses2D,
    untrained: PoseEstimator | None = None,
    train_minutes: float | None = None,
    training: dict[str, Any] | None = None,
    elevation_trials: tuple[dict[str, float], ...] = (),
) -> Report:
    """Lifts poses and measures the result against their true 3D, where it is known.

    Args:
      estimator: The estimator to judge.
      poses: What to lift, missing joints included; people who cannot be lifted are counted and
        left out of every row.
      untrained: An estimator for the row "before".
      train_minutes: Goes into the report.
      training: Plain data about the training; goes into the report.
      elevation_trials: Those of the search for the cameras' elevation.

    Raises:
      InputError: If nobody can be lifted.
      ValueError: If no map from the poses' skeleton to the estimator's is declared.
    """
    poses = poses.on(estimator.skeleton)
    result = estimator.lift(poses.keypoints_2d, poses.confidence)
    if not result.lifted.any():
        raise InputError(f"None of the {len(poses)} poses can be lifted: {result.problems[0]}.")
    rows = {}
    if poses.keypoints_3d is not None:
        # The flat pose is what the estimator's own input says without depth, gaps filled; NaN, who
        # is not lifted, is in no row.
        complete_2d = estimator.complete(poses.keypoints_2d, poses.confidence)
        flat = flat_pose(np.nan_to_num(complete_2d), poses.skeleton)
        predictions = {"flat": flat}
        if untrained is not None:
            predictions["before"] = untrained.lift(
                poses.keypoints_2d, poses.confidence
            ).keypoints_3d
        predictions["final"] = result.keypoints_3d
        rows = {n: _evaluate(p, poses, result.lifted) for n, p in predictions.items()}
    return Report(
        rows=rows,
        poses=poses,
        keypoints_3d=result.keypoints_3d,
        not_lifted=int((~result.lifted).sum()),
        train_minutes=train_minutes,
        training=training or {},
        elevation_trials=elevation_trials,
        scores=_worth_of_scores(result, poses) if poses.keypoints_3d is not None else {},
    )


def write_report(
    report: Report,
    folder: Path,
    history: list[dict[str, float]] | None = None,
    figures: bool = True,
) -> None:
    """Writes `report.json`, `report.md` and, with `figures`, the pictures it shows.

    Args:
      report: The report.
      folder: Where to; it must exist.
      history: Logs of each epoch, for the training curves.
      figures: Whether to draw; needs the extra `viz`.
    """
    pictures = _draw(report, folder, history or []) if figures else {}
    with atomic_path(folder / "report.md") as temporary:
        temporary.write_text(_markdown(report, pictures))
    with atomic_path(folder / "report.json") as temporary:
        temporary.write_text(json.dumps(report.to_json(), indent=1) + "\n")


def _evaluate(predicted_3d: np.ndarray, poses: Poses2D, rows: np.ndarray) -> Evaluation:
    sequence = np.repeat(np.arange(len(poses.lengths)), poses.lengths)[rows]
    lengths = np.bincount(sequence, minlength=len(poses.lengths))
    seen = lengths > 0
    return evaluate(
        predicted_3d[rows],
        poses.keypoints_3d[rows],
        lengths=lengths[seen],
        sequences=[name for name, any_left in zip(poses.sequences, seen, strict=True) if any_left],
        skeleton=poses.skeleton,
    )


def _worth_of_scores(result: LiftResult, poses: Poses2D) -> dict[str, float]:
    """How well the label-free score ranks the poses by their true error."""
    rows = np.flatnonzero(result.lifted & np.isfinite(result.score))
    if len(rows) < 2 or np.ptp(result.score[rows]) == 0:
        return {}
    errors = joint_errors.pa_mpjpe(result.keypoints_3d[rows], poses.keypoints_3d[rows])
    if np.ptp(errors) == 0:
        return {}
    return {
        "spearman": spearman(result.score[rows], errors),
        "pa_mpjpe": float(errors.mean()),
        "pa_mpjpe_of_best_80_percent": error_of_best(result.score[rows], errors, 0.8),
    }


def _draw(report: Report, folder: Path, history: list[dict[str, float]]) -> dict[str, str]:
    """Draws the pictures; returns {caption: file name}."""
    from posenet3d.viz import charts, figures

    poses, pictures = report.poses, {}
    lifted = np.flatnonzero(np.isfinite(report.keypoints_3d).all(axis=(1, 2)))
    rows = lifted[np.linspace(0, len(lifted) - 1, min(_PICTURED, len(lifted))).astype(int)]
    true_3d = None if poses.keypoints_3d is None else poses.keypoints_3d[rows]
    sheet = figures.lifted_sheet(
        poses.keypoints_2d[rows],
        report.keypoints_3d[rows],
        poses.skeleton,
        confidence=None if poses.confidence is None else poses.confidence[rows],
        true_3d=true_3d,
        titles=[f"pose {row}" for row in rows],
    )
    figures.save_figure(sheet, folder / "lifted.png")
    pictures["Poses spread evenly over the set, lifted"] = "lifted.png"
    if poses.keypoints_3d is not None:
        errors = {
            "lifted": joint_errors.pa_mpjpe(report.keypoints_3d[lifted], poses.keypoints_3d[lifted])
        }
        figures.save_figure(charts.error_histogram(errors), folder / "errors.png")
        pictures["PA-MPJPE of every pose"] = "errors.png"
    if report.elevation_trials:
        figures.save_figure(
            charts.elevation_curve(report.elevation_trials), folder / "elevation.png"
        )
        pictures["The search for the cameras' elevation"] = "elevation.png"
    if history:
        figures.save_figure(charts.training_curves(history), folder / "training.png")
        pictures["The course of training"] = "training.png"
    return pictures


def _markdown(report: Report, pictures: dict[str, str]) -> str:
    parts = ["# Report", str(report)]
    notes = [f"{len(report.poses)} poses, {report.not_lifted} of them not lifted."]
    if report.train_minutes is not None:
        notes.append(f"Trained for {report.train_minutes:.1f} minutes.")
    notes += [f"{name}: {value}." for name, value in report.training.items()]
    parts.append(" ".join(notes))
    if report.scores:
        parts.append(
            f"Ranked by the score, which needs no label: Spearman correlation with the error "
            f"{report.scores['spearman']:.2f}; PA-MPJPE of the best-scored 80 % "
            f"{report.scores['pa_mpjpe_of_best_80_percent']:.1f} mm, of all "
            f"{report.scores['pa_mpjpe']:.1f} mm."
        )
    if by_action := report.by_action():
        parts += ["## By action", by_action]
    if report.rows and report.rows["final"].per_sequence:
        by_sequence = report.rows["final"].per_sequence
        parts += ["## By sequence", format_table(by_sequence, (*_COLUMNS, "num_poses"))]
    parts += [f"## {caption}\n\n![{caption}]({name})" for caption, name in pictures.items()]
    return "\n\n".join(parts) + "\n"
