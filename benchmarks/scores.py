"""What the score and the elevation of lifted poses are worth: the tables of docs/numbers.md.

    python benchmarks/scores.py --data=cmu17_bench.npz

Prints Markdown tables: errors by score on the benchmark's test split, and how far the elevation is
from the true one where virtual cameras see procedural people. Errors in mm and degrees.
"""

from __future__ import annotations

import itertools

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data import synthetic
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.models import PoseEstimator
from posenet3d.poses.archives.archive import read_archive

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "Saved model: a name, a folder or a file.")
_EVERY = flags.DEFINE_integer("every", 1, "Take every so many-th pose.", lower_bound=1)

_PERCENTILES = (1, 10, 50, 90, 99)
_EDGES = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0)
_MEANS = (-15, 0, 8, 25, 40)  # degrees; the pretrained models have seen cameras at -20 to 40
_SEED = 20_000  # far from the seeds of training


def main(_: list[str]) -> None:
    """Lifts both kinds of 2D poses, then procedural people from several heights."""
    estimator = posenet3d.load(_MODEL.value)
    for title, keypoints in (
        ("true 2D", "keypoints_2d"),
        ("noisy 2D, joints missing", "keypoints_2d_noisy"),
    ):
        scores, errors = scores_and_errors(estimator, keypoints)
        print(f"### {title}, {len(scores)} poses\n")
        print(scores_table(scores), errors_table(scores, errors), sep="\n\n", end="\n\n")
    print("### Elevation, 2000 procedural poses a row\n")
    print("| cameras at | elevation, mean | off by, mean | off by more than 10 |")
    print("|---|---:|---:|---:|")
    for mean in _MEANS:
        print(elevation_row(estimator, mean))


def scores_and_errors(estimator: PoseEstimator, keypoints: str) -> tuple[np.ndarray, np.ndarray]:
    """Scores and PA-MPJPE in mm of the liftable poses of the test split, `[N]` each."""
    poses = read_archive(_DATA.value, "test", keypoints, "cmu17")
    poses = poses.select(np.arange(0, len(poses), _EVERY.value))
    result = estimator.lift(poses.keypoints_2d, poses.confidence)
    rows = np.flatnonzero(result.lifted)
    errors = joint_errors.pa_mpjpe(result.keypoints_3d[rows], poses.keypoints_3d[rows])
    return result.score[rows], errors


def scores_table(scores: np.ndarray) -> str:
    """The scores that so many percent of the poses are below."""
    values = np.percentile(scores, _PERCENTILES)
    return "\n".join(
        [
            "| " + " | ".join(f"{p} %" for p in _PERCENTILES) + " |",
            "|" + "---:|" * len(_PERCENTILES),
            "| " + " | ".join(f"{value:.2f}" for value in values) + " |",
        ]
    )


def errors_table(scores: np.ndarray, errors: np.ndarray) -> str:
    """The errors of the poses whose scores lie between two numbers."""
    lines = ["| score | poses % | PA-MPJPE, mean | 9 of 10 are below |", "|---|---:|---:|---:|"]
    for low, high in itertools.pairwise(_EDGES):
        inside = (scores > low) & (scores <= high)
        found = errors[inside]
        figures = f"{found.mean():.1f} | {np.percentile(found, 90):.1f}" if inside.any() else " | "
        lines.append(f"| {low:.1f} to {high:.1f} | {100 * inside.mean():.1f} | {figures} |")
    return "\n".join(lines)


def elevation_row(estimator: PoseEstimator, mean: float) -> str:
    """How well the elevation is found where cameras look down by `mean` degrees, give or take 4."""
    config = synthetic.SyntheticConfig(
        num_sequences=100, frames_per_sequence=20, seed=_SEED, elevation_mean_deg=mean,
        elevation_std_deg=4.0,
    )  # fmt: skip
    poses = synthetic.generate_poses(config).on(estimator.skeleton)
    cameras = synthetic.generate_cameras(config, synthetic.generate_motion(config))
    true = np.repeat(np.degrees(cameras.elevation), config.frames_per_sequence)
    found = estimator.lift(poses.keypoints_2d, score=False).elevation
    off = np.abs(found - true)
    share = 100 * (off > 10).mean()
    return f"| {mean} ± 4 degrees | {found.mean():.1f} | {off.mean():.1f} | {share:.0f} % |"


if __name__ == "__main__":
    app.run(main)
