"""Accuracy of saved lifters: on the benchmark, and on what was left out of training.

    python benchmarks/accuracy.py --data=cmu17_bench.npz --models=full,small

Prints Markdown tables. Every lifter gets the same 2D poses; the flat pose has all joints at one
depth. Errors in mm; PA-MPJPE allows no reflection. Expected errors are brought to mm by the true
pose's size, and empty for lifters that do not estimate them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data import synthetic
from posenet3d.evaluation import ranking
from posenet3d.evaluation.expected_errors import expected_error_mm
from posenet3d.evaluation.flat import flat_pose
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.evaluation.metrics.depth import depth_amplitude
from posenet3d.models import LiftResult, PoseEstimator
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.augmentation.placements import draw_placements

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODELS = flags.DEFINE_list("models", ["full", "small"], "Saved models: names, folders or files.")
_EVERY = flags.DEFINE_integer("every", 1, "Take every so many-th pose.", lower_bound=1)
_DEPTHS = "depth, all | elbows | wrists"  # amplitude over the true one
_HEADINGS = (
    f"| | PA-MPJPE | N-MPJPE | flipped % | {_DEPTHS} | Spearman | best 80 % "
    "| expected | Spearman of expected |"
)
_SEED = 20_000  # of all that is drawn here; far from the seeds of training


def main(_: list[str]) -> None:
    """Lifts every set with every model and prints the tables."""
    models = {name: posenet3d.load(name) for name in _MODELS.value}
    print("## Benchmark\n")
    for title, keypoints in (
        ("true 2D", "keypoints_2d"),
        ("noisy 2D, joints missing", "keypoints_2d_noisy"),
    ):
        poses = _thinned(read_archive(_DATA.value, "test", keypoints, "cmu17"), _EVERY.value)
        complete_2d = next(iter(models.values())).complete(poses.keypoints_2d, poses.confidence)
        liftable = np.flatnonzero(np.isfinite(complete_2d).all(axis=(1, 2)))
        left_out = len(poses) - len(liftable)
        poses, complete_2d = poses.select(liftable), complete_2d[liftable]
        print(f"### {title}\n\n{_HEADINGS}\n|---{'|---:' * (_HEADINGS.count('|') - 2)}|")
        print(_row("flat pose", flat_pose(complete_2d, poses.skeleton), poses))
        for name, model in models.items():
            result = model.lift(poses.keypoints_2d, poses.confidence)
            print(_row(name, result.keypoints_3d, poses, result))
        print(f"\n{len(poses)} poses; {left_out} with too few joints are left out.\n")
    print("## Left out of training, PA-MPJPE\n")
    print("| | flat pose | " + " | ".join(models) + " |")
    print("|---" + "|---:" * (1 + len(models)) + "|")
    test = _thinned(read_archive(_DATA.value, "test", placement="cmu17"), 17 * _EVERY.value)
    for title, make in _left_out(test).items():
        poses = make()
        errors = [_error(flat_pose(poses.keypoints_2d, poses.skeleton), poses)]
        errors += [_error(_lift_unmapped(model, poses), poses) for model in models.values()]
        print(f"| {title} | " + " | ".join(f"{error:.1f}" for error in errors) + " |")


def _left_out(test: Poses2D) -> dict[str, Callable[[], Poses2D]]:
    """What no lifter has been trained on, by title."""
    return {
        "the benchmark's bodies, their joints where they are": lambda: test,
        "... each joint moved along its bone at random": lambda: _placed_anew(test),
        "... joints where Human3.6M has them": lambda: _as_in_h36m(test),
        "procedural bodies and motion, Human3.6M's joints, cameras at 8 +- 6 degrees": (
            lambda: _procedural(8.0, 6.0)
        ),
        "... cameras at -10 +- 4 degrees": lambda: _procedural(-10.0, 4.0),
        "... cameras at 25 +- 4 degrees": lambda: _procedural(25.0, 4.0),
        "... bones longer or shorter by 15 %": lambda: _other_bodies(_procedural(8.0, 6.0)),
    }


def _placed_anew(poses: Poses2D) -> Poses2D:
    """A placement of its own for each pose; the 3D joints move as the 2D ones do."""
    placements = draw_placements(poses.skeleton, 500, _SEED)[1:]
    draw = np.random.default_rng(_SEED).integers(0, len(placements), len(poses))
    matrices = placements[draw]
    keypoints_3d = matrices @ poses.keypoints_3d
    return dataclasses.replace(
        poses,
        keypoints_2d=matrices @ poses.keypoints_2d,
        keypoints_3d=keypoints_3d - keypoints_3d[:, poses.skeleton.root, None],
    )


def _as_in_h36m(poses: Poses2D) -> Poses2D:
    joint_map = joint_maps.get(poses.skeleton.name, "h36m17")
    return poses.on(joint_map.target)


def _procedural(elevation: float, spread: float) -> Poses2D:
    config = synthetic.SyntheticConfig(
        num_sequences=100,
        frames_per_sequence=60,
        seed=_SEED,
        elevation_mean_deg=elevation,
        elevation_std_deg=spread,
    )
    return _thinned(synthetic.generate_poses(config), 3)


def _other_bodies(poses: Poses2D) -> Poses2D:
    """Every bone longer or shorter, left and right alike; seen from five metres."""
    rng, skeleton = np.random.default_rng(_SEED), poses.skeleton
    factors = np.exp(0.15 * rng.standard_normal((len(poses), len(skeleton.bones))))
    keypoints_3d = np.zeros_like(poses.keypoints_3d)
    order = sorted(range(len(skeleton.bones)), key=lambda bone: _depth(skeleton, bone))
    for bone in order:
        parent, child = skeleton.bones[bone]
        own = factors[:, min(bone, skeleton.bone_mirror[bone]), None]
        vector = poses.keypoints_3d[:, child] - poses.keypoints_3d[:, parent]
        keypoints_3d[:, child] = keypoints_3d[:, parent] + own * vector
    keypoints_2d = 1145.0 * keypoints_3d[..., :2] / (keypoints_3d[..., 2:] + 5000.0)
    return dataclasses.replace(poses, keypoints_2d=keypoints_2d, keypoints_3d=keypoints_3d)


def _depth(skeleton: Skeleton, bone: int) -> int:
    """Bones between this one and the root."""
    count, joint = 0, skeleton.bones[bone][0]
    while joint != skeleton.root:
        count, joint = count + 1, skeleton.parents[joint]
    return count


def _thinned(poses: Poses2D, every: int) -> Poses2D:
    return poses.select(np.arange(0, len(poses), every))


def _lift_unmapped(model: PoseEstimator, poses: Poses2D) -> np.ndarray:
    """Lifts the joints as they are, as one does who does not know where they should be."""
    return model.lift(poses.keypoints_2d, score=False).keypoints_3d


def _error(predicted_3d: np.ndarray, poses: Poses2D) -> float:
    return float(joint_errors.pa_mpjpe(predicted_3d, poses.keypoints_3d).mean())


def _row(
    title: str, predicted_3d: np.ndarray, poses: Poses2D, result: LiftResult | None = None
) -> str:
    pair = predicted_3d, poses.keypoints_3d
    errors = joint_errors.pa_mpjpe(*pair)
    spearman = best = expected = spearman_of_expected = math.nan
    if result is not None:
        spearman = ranking.spearman(result.score, errors)
        best = ranking.error_of_best(result.score, errors, 0.8)
        if np.isfinite(result.expected_error).all():
            expected_mm = expected_error_mm(result, poses)
            expected = expected_mm.mean()
            spearman_of_expected = ranking.spearman(expected_mm, errors)
    values = (
        errors.mean(),
        joint_errors.n_mpjpe(*pair).mean(),
        100 * joint_errors.depth_flipped(*pair).mean(),
    )
    cells = [f"{value:.1f}" for value in values]
    for joint in (None, "elbow", "wrist"):
        sides = joint and [poses.skeleton.index(f"{side}_{joint}") for side in ("left", "right")]
        cells.append(f"{depth_amplitude(*pair, poses.skeleton.root, sides):.2f}")
    worth = ((spearman, 2), (best, 1), (expected, 1), (spearman_of_expected, 2))
    cells += ["" if math.isnan(value) else f"{value:.{digits}f}" for value, digits in worth]
    return f"| {title} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    app.run(main)
