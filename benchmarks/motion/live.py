"""Live use, in which no frame sees those after it: accuracy, steadiness, and time a frame.

    python benchmarks/motion/live.py --data=cmu17_bench.npz

Each camera's view of a motion is a track. Errors are in mm; MPJVE in mm a frame, with one size for
a sequence. Every third track is lifted. The times are of one person in LiteRT, one thread: medians
of 2000 frames, the files side by side in one run.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.evaluation.metrics import jitter, joint_errors
from posenet3d.lite.runtime import tflite_runtime
from posenet3d.lite.stream import LiteStream
from posenet3d.motion.config import MotionConfig
from posenet3d.motion.people import smooth_track
from posenet3d.poses.archives.archive import read_archive
from posenet3d.sequences.loading import load_sequence

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODELS = flags.DEFINE_list("models", ["full", "small"], "Lifters of single frames.")
_SEQUENCE = flags.DEFINE_string("sequence_model", "full_sequence", "Lifter of sequences.")
_FOLDER = flags.DEFINE_string("folder", "saved_models", "Folder of the exported models.")
_EVERY = flags.DEFINE_integer("every", 3, "Lift every such track.")
_FPS = 30.0  # of the benchmark
_TIMED = 2000  # frames

Lift = Callable[[np.ndarray, np.ndarray], np.ndarray]


def main(_: list[str]) -> None:
    """Measures accuracy, then times."""
    ways: dict[str, Lift] = {}
    for name in _MODELS.value:
        estimator = posenet3d.load(name)
        ways[f"`{name}`, each frame alone"] = lambda k, c, e=estimator: (
            e.lift(k, c, score=False).keypoints_3d
        )
        ways[f"`{name}`, then `one_euro`"] = lambda k, c, e=estimator: smooth_track(
            e.lift(k, c, score=False).keypoints_3d, MotionConfig("one_euro"), _FPS, e.skeleton
        )[0]
    sequence = load_sequence(_SEQUENCE.value)
    ways[f"**`{_SEQUENCE.value}`, live**"] = lambda k, c: (
        sequence.lift_sequence(k, c, _FPS, causal=True).keypoints_3d
    )
    ways[f"`{_SEQUENCE.value}`, live, then `one_euro`"] = lambda k, c: smooth_track(
        sequence.lift_sequence(k, c, _FPS, causal=True).keypoints_3d,
        MotionConfig("one_euro"),
        _FPS,
        sequence.skeleton,
    )[0]
    ways[f"`{_SEQUENCE.value}`, with the frames after"] = lambda k, c: (
        sequence.lift_sequence(k, c, _FPS).keypoints_3d
    )
    tables = [_accuracy(ways, column) for column in ("keypoints_2d", "keypoints_2d_noisy")]
    print("| | true 2D: PA-MPJPE | MPJVE | noisy 2D, joints missing: PA-MPJPE | MPJVE |")
    print("|---|---:|---:|---:|---:|")
    for way in ways:
        print(f"| {way} | {' | '.join(f'{v:.1f}' for t in tables for v in t[way])} |")
    print("\n| file, LiteRT, one thread | ms a frame |\n|---|---:|")
    for file, milliseconds in _times().items():
        print(f"| `{file}` | {milliseconds:.2f} |")


def _accuracy(ways: dict[str, Lift], column: str) -> dict[str, tuple[float, float]]:
    poses = read_archive(_DATA.value, "test", column, "cmu17")
    confidence = poses.confidence
    if confidence is None:
        confidence = np.ones(poses.keypoints_2d.shape[:2], np.float32)
    ends = np.cumsum(poses.lengths)
    found = defaultdict(list)
    for end, length in list(zip(ends, poses.lengths, strict=True))[:: _EVERY.value]:
        part = slice(end - length, end)
        true = poses.keypoints_3d[part]
        for name, lift in ways.items():
            lifted = lift(poses.keypoints_2d[part], confidence[part])
            sized = jitter.match_sequence_size(lifted, true)
            found[name].append((joint_errors.pa_mpjpe(sized, true), jitter.mpjve(sized, true)))
    return {
        name: tuple(float(np.concatenate(part).mean()) for part in zip(*rows, strict=True))
        for name, rows in found.items()
    }


def _times() -> dict[str, float]:
    """Milliseconds a frame, by file; the files take turns, frame by frame."""
    poses = read_archive(_DATA.value, "test", "keypoints_2d_noisy", "cmu17")
    lifts: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {}
    for name in _MODELS.value:
        path = Path(_FOLDER.value) / name / f"{name}_float32.tflite"
        run = tflite_runtime(path.read_bytes())
        lifts[path.name] = lambda k, c, run=run: run(k[None], c[None])
    for variant in ("float32", "dynamic_int8"):
        path = Path(_FOLDER.value) / _SEQUENCE.value / f"{_SEQUENCE.value}_{variant}.tflite"
        lifts[path.name] = LiteStream(path).step
    taken = defaultdict(list)
    for pose, seen in zip(poses.keypoints_2d[:_TIMED], poses.confidence[:_TIMED], strict=True):
        for name, lift in lifts.items():
            start = time.perf_counter()
            lift(pose, seen)
            taken[name].append(1000 * (time.perf_counter() - start))
    return {name: float(np.median(values)) for name, values in taken.items()}


if __name__ == "__main__":
    app.run(main)
