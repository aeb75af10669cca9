"""The lifter before and after an adaptation, on the recordings themselves, without labels."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from posenet3d.adapting.found import Found
from posenet3d.evaluation.metrics.joint_errors import pa_mpjpe
from posenet3d.files.atomic import atomic_path
from posenet3d.geometry import bones
from posenet3d.models import PoseEstimator
from posenet3d.motion.refine import MIN_FRAMES
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.records import Poses2D

_PICTURED = 12


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What can be told of two lifters without labels, on N poses.

    Args:
      bones_before: By how much the bones of one body differ from frame to frame, a share of their
        length: the mean over bones and bodies. A body's bones do not change.
      bones_after: The same after.
      expected_before: The error that the lifter expects, a share of the pose's size; NaN: it
        expects none.
      expected_after: The same after.
      changed: How far a joint has moved in the mean, a share of the pose's size, after alignment.
      lifted_before: `[N, J, 3]`, pose units.
      lifted_after: The same after.
    """

    bones_before: float
    bones_after: float
    expected_before: float
    expected_after: float
    changed: float
    lifted_before: np.ndarray
    lifted_after: np.ndarray

    @property
    def is_worse(self) -> bool:
        """Whether the bones say that it has not got better."""
        return self.bones_after > self.bones_before

    def __str__(self) -> str:
        """The lines that a user reads."""
        lines = [
            f"Bones of one body differ by {100 * self.bones_before:.1f} % from frame to frame "
            f"before, and by {100 * self.bones_after:.1f} % after."
        ]
        if np.isfinite(self.expected_before) and np.isfinite(self.expected_after):
            lines.append(
                f"The lifter expects an error of {100 * self.expected_before:.1f} % of a pose's "
                f"size before, and of {100 * self.expected_after:.1f} % after."
            )
        lines.append(f"Joints have moved by {100 * self.changed:.1f} % of a pose's size.")
        if self.is_worse:
            lines.append(
                "The bones are less constant than before: the pretrained lifter is probably better "
                "for these recordings."
            )
        return "\n".join(lines)


def compare(found: Found, after: PoseEstimator) -> Comparison:
    """Compares what the pretrained lifter said of the recordings with what the adapted one says."""
    was = found.lifted
    now = after.lift(found.poses.keypoints_2d, found.confidence)
    return Comparison(
        bone_variation(was, found.poses),
        bone_variation(now, found.poses),
        float(np.mean(was.expected_error_mm)),
        float(np.mean(now.expected_error_mm)),
        float(pa_mpjpe(now.keypoints_3d, was.keypoints_3d).mean()),
        was.keypoints_3d,
        now.keypoints_3d,
    )


def bone_variation(result: LiftResult, poses: Poses2D) -> float:
    """By how much bones of one body differ between frames, a share of their length.

    Args:
      result: What a lifter says of the poses.
      poses: Sequences of one name are one body. Bodies of fewer than `MIN_FRAMES` frames are left
        out; without any other it is NaN.
    """
    lengths = bones.bone_lengths(result.keypoints_3d, poses.skeleton).numpy()
    ratios = lengths / lengths.mean(axis=1, keepdims=True)
    body = np.unique(np.repeat(poses.sequences, poses.lengths), return_inverse=True)[1]
    long = np.bincount(body)[body] >= MIN_FRAMES
    if not long.any():
        return float("nan")
    ratios, body = ratios[long], np.unique(body[long], return_inverse=True)[1]
    count = np.bincount(body)[:, None]
    mean = np.stack([np.bincount(body, r) for r in ratios.T], axis=1) / count
    squared = np.stack([np.bincount(body, r) for r in ((ratios - mean[body]) ** 2).T], axis=1)
    return float((np.sqrt(squared / count) / mean).mean(axis=1) @ (count[:, 0] / count.sum()))


def write_comparison(
    folder: Path,
    found: Found,
    reasons: tuple[str, ...],
    comparison: Comparison | None,
    figures: bool,
) -> None:
    """Writes `adaptation.md`, and `before_after.png` where pictures are wanted."""
    parts = ["# Adaptation", *str(found).splitlines(), *reasons]
    if comparison is not None:
        parts += ["## Before and after", *str(comparison).splitlines()]
        if figures:
            _draw(found.poses, comparison, folder / "before_after.png")
            parts.append(
                "The poses that changed most in each twelfth of the recordings. After the "
                "adaptation in colour, before it in grey.\n\n![before and after](before_after.png)"
            )
    parts.append("[The report of the training](report.md)")
    with atomic_path(folder / "adaptation.md") as temporary:
        temporary.write_text("\n\n".join(parts) + "\n")


def _draw(poses: Poses2D, comparison: Comparison, path: Path) -> None:
    from posenet3d.viz import figures

    was, now = comparison.lifted_before, comparison.lifted_after
    moved = pa_mpjpe(now, was)
    parts = np.array_split(np.arange(len(moved)), min(_PICTURED, len(moved)))
    rows = np.array([part[moved[part].argmax()] for part in parts])
    sheet = figures.lifted_sheet(
        poses.keypoints_2d[rows],
        now[rows],
        poses.skeleton,
        true_3d=was[rows],
        grey="before",
        titles=[f"pose {row}" for row in rows],
    )
    figures.save_figure(sheet, path)
