"""How well `--level` finds by how much a camera looks down, from a track that it saw.

    python benchmarks/motion/level.py --data=cmu17_bench.npz --motion=cmu17.npz

Degrees. The cameras of the benchmark are found by fitting the true motion (`--motion`, y up) to the
poses that they saw. *Bending* are procedural people who squat, sit, bend or pick something up all
the time.
"""

from __future__ import annotations

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data import synthetic
from posenet3d.models import PoseEstimator
from posenet3d.motion.level import camera_elevation
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.records import Poses2D

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MOTION = flags.DEFINE_string("motion", None, "Its motion in the world, y up.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "Saved model: a name, a folder or a file.")
_BENDING = (
    "bending_aside",
    "bending_forward",
    "deep_squats",
    "picking_up",
    "reaching",
    "sitting",
    "sitting_down",
    "squatting",
)


def main(_: list[str]) -> None:
    """Lifts, estimates, measures."""
    estimator = posenet3d.load(_MODEL.value)
    print(
        "| tracks | cameras at | one pose: off by | median of a track | `--level` | 9 of 10 tracks "
        "below |\n|---|---:|---:|---:|---:|---:|"
    )
    bench = read_archive(_DATA.value, "test", placement="cmu17")
    _print("benchmark", bench, _elevations(bench), estimator)
    for title, activities in (("procedural", synthetic.ACTIVITIES), ("bending", _BENDING)):
        config = synthetic.SyntheticConfig(
            num_sequences=300,
            frames_per_sequence=120,
            seed=78,
            activities=tuple(activities),
            bodies="everyone",
            elevation_mean_deg=8.0,
            elevation_std_deg=8.0,
        )
        cameras = synthetic.generate_cameras(config, synthetic.generate_motion(config))
        poses = synthetic.generate_poses(config).on(estimator.skeleton)
        _print(title, poses, np.degrees(cameras.elevation), estimator)


def _print(title: str, poses: Poses2D, true: np.ndarray, estimator: PoseEstimator) -> None:
    result = estimator.lift(poses.keypoints_2d, score=False)
    ends = np.cumsum(poses.lengths)
    parts = [slice(end - length, end) for end, length in zip(ends, poses.lengths, strict=True)]
    medians = np.array([np.median(result.elevation[part]) for part in parts])
    found = np.array(
        [
            camera_elevation(result.keypoints_3d[p], result.elevation[p], poses.skeleton)
            for p in parts
        ]
    )
    one = np.abs(result.elevation - np.repeat(true, poses.lengths)).mean()
    off = np.abs(found - true)
    print(
        f"| {len(parts)} {title} | {true.mean():.1f} ± {true.std():.1f} | {one:.1f} "
        f"| {np.abs(medians - true).mean():.1f} | {off.mean():.1f} "
        f"| {np.percentile(off, 90):.1f} |",
        flush=True,
    )


def _elevations(poses: Poses2D) -> np.ndarray:
    """Degrees by which the camera of each sequence looks down."""
    with np.load(_MOTION.value) as world:
        ends = np.cumsum(world["lengths"])
        motions = {
            str(name): world["positions"][end - length : end]
            for name, end, length in zip(world["sequences"], ends, world["lengths"], strict=True)
        }
    found, end = [], 0
    for name, length in zip(poses.sequences, poses.lengths, strict=True):
        end += length
        positions = motions[name.split("#")[0]]
        positions = positions - positions[:, :1]
        # Kabsch: the turn from the world to the camera.
        product = np.einsum("tji,tjk->ik", positions, poses.keypoints_3d[end - length : end])
        left, _, right = np.linalg.svd(product)
        sign = np.diag([1.0, 1.0, np.linalg.det(right.T @ left.T)])
        up = right.T @ sign @ left.T @ np.array([0.0, 1.0, 0.0])
        found.append(np.degrees(np.arctan2(-up[2], -up[1])))
    return np.array(found)


if __name__ == "__main__":
    app.run(main)
