"""What the score and the elevation of lifted poses are worth: the tables of docs/numbers.md.

    python benchmarks/scores.py --data=cmu17_bench.npz

Prints Markdown tables: errors by score on the benchmark's test split, and how far the elevation is
from the true one where virtual cameras see procedural people. Errors in mm and degrees.
"""

from __future__ import annotations

import itertools

import keras
import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data import synthetic
from posenet3d.evaluation import ranking
from posenet3d.evaluation.expected_errors import expected_error_mm
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.models import Lifter, LiftResult, PoseEstimator
from posenet3d.models.weights import named_weights
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.records import Poses2D

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "Saved model: a name, a folder or a file.")
_EVERY = flags.DEFINE_integer("every", 1, "Take every so many-th pose.", lower_bound=1)

_PERCENTILES = (1, 10, 50, 90, 99)
_TENTHS = 10  # parts
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
        result, poses = lifted(estimator, keypoints)
        errors = joint_errors.pa_mpjpe(result.keypoints_3d, poses.keypoints_3d)
        print(f"### {title}, {len(errors)} poses\n")
        tables = [scores_table(result.score), errors_table(result.score, errors)]
        if np.isfinite(result.expected_error).all():
            tables.append(expected_table(expected_error_mm(result, poses), errors))
        tables.append(ranking_table(estimator, result, poses, errors))
        print(*tables, sep="\n\n", end="\n\n")
    print("### Elevation, 2000 procedural poses a row\n")
    print("| cameras at | elevation, mean | off by, mean | off by more than 10 |")
    print("|---|---:|---:|---:|")
    for mean in _MEANS:
        print(elevation_row(estimator, mean))


def lifted(estimator: PoseEstimator, keypoints: str) -> tuple[LiftResult, Poses2D]:
    """The liftable poses of the test split, as lifted and as they are."""
    poses = read_archive(_DATA.value, "test", keypoints, "cmu17")
    poses = poses.select(np.arange(0, len(poses), _EVERY.value))
    complete_2d = estimator.complete(poses.keypoints_2d, poses.confidence)
    poses = poses.select(np.flatnonzero(np.isfinite(complete_2d).all(axis=(1, 2))))
    return estimator.lift(poses.keypoints_2d, poses.confidence), poses


def expected_table(expected: np.ndarray, errors: np.ndarray) -> str:
    """What the errors in mm are where so much is expected: tenths of the poses, least first."""
    lines = ["| expected error, mean | PA-MPJPE, mean | 9 of 10 are below |", "|---:|---:|---:|"]
    for rows in np.array_split(np.argsort(expected), _TENTHS):
        if len(rows):
            found = errors[rows]
            figures = expected[rows].mean(), found.mean(), np.percentile(found, 90)
            lines.append("| " + " | ".join(f"{figure:.1f}" for figure in figures) + " |")
    return "\n".join(lines)


def ranking_table(
    estimator: PoseEstimator, result: LiftResult, poses: Poses2D, errors: np.ndarray
) -> str:
    """How well each number ranks the poses by their error: 1 is best."""
    views = result.score
    lines = ["| ranked by | Spearman with PA-MPJPE |", "|---|---:|"]
    if estimator.lifter.estimates_error:
        expected = expected_error_mm(result, poses)
        lines.append(f"| expected error | {ranking.spearman(expected, errors):.2f} |")
        views = without_estimate(estimator).lift(poses.keypoints_2d, poses.confidence).score
    lines.append(f"| score of six views | {ranking.spearman(-views, errors):.2f} |")
    return "\n".join(lines)


def without_estimate(estimator: PoseEstimator) -> PoseEstimator:
    """The same estimator as it would be if it did not estimate its error."""
    settings = estimator.lifter.get_config() | {"estimates_error": False}
    config = estimator.get_config()
    config["lifter"] = keras.saving.serialize_keras_object(Lifter.from_config(settings))
    plain, weights = PoseEstimator.from_config(config), named_weights(estimator)
    for name, weight in named_weights(plain).items():
        weight.assign(weights[name].numpy())
    return plain


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
