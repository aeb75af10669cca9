"""How far off filled frames are, by the length of the gap.

    python benchmarks/motion/gaps.py --data=cmu17_bench.npz --model=full

Poses are taken out of lifted test sequences and filled in again. The sequences are those of every
second motion; by the others the way of filling was chosen. Each sequence is scaled to mm
as a whole. Prints Markdown tables of the mean distance from the true joints, in mm.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from absl import app, flags
from scipy.interpolate import CubicSpline, interp1d

import posenet3d
from posenet3d.evaluation.metrics import jitter, joint_errors
from posenet3d.motion.config import MotionConfig
from posenet3d.motion.people import smooth_track
from posenet3d.poses.archives.archive import read_archive

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "Saved model: name, folder or file.")
_FPS = 30.0  # of the benchmark
_GAPS = (1, 2, 3, 5, 10, 15, 20, 30)  # frames
_CONTEXT = 20  # frames before and after a gap, at least
_APART = 40  # frames between the beginnings of two gaps of a sequence

Filler = Callable[[np.ndarray], np.ndarray]


def main(_: list[str]) -> None:
    """Lifts, takes out, fills, measures."""
    model = posenet3d.load(_MODEL.value)
    skeleton = model.skeleton

    def filled(method: str) -> Filler:
        config = MotionConfig(method, fill_gaps=max(_GAPS))
        return lambda poses: smooth_track(poses, config, _FPS, skeleton)[0]

    fillers = {
        "line": lambda poses: _through(poses, interp1d),
        "cubic spline": lambda poses: _through(poses, CubicSpline),
        "`fill_gaps`": filled("none"),
        "line, then `savgol`": lambda poses: filled("savgol")(_through(poses, interp1d)),
        "`fill_gaps`, then `savgol`": filled("savgol"),
    }
    for title, key in (("true", "keypoints_2d"), ("noisy", "keypoints_2d_noisy")):
        poses = read_archive(_DATA.value, "test", key, "cmu17")
        lifted = model.lift(poses.keypoints_2d, poses.confidence, score=False).keypoints_3d
        ends = np.cumsum(poses.lengths)
        motions = list(dict.fromkeys(poses.sequences))
        pairs = [
            (lifted[end - length : end], poses.keypoints_3d[end - length : end])
            for length, end, name in zip(poses.lengths, ends, poses.sequences, strict=True)
            if motions.index(name) % 2  # the others chose how gaps are filled
        ]
        print(f"## {title} 2D\n\n| frames | gaps | lifted | {' | '.join(fillers)} |")
        print("|---:" * (3 + len(fillers)) + "|")
        for frames in _GAPS:
            count, errors = measure(pairs, frames, list(fillers.values()))
            cells = " | ".join(f"{error:.1f}" for error in errors)
            print(f"| {frames} | {count} | {cells} |", flush=True)
        print()


def measure(
    pairs: list[tuple[np.ndarray, np.ndarray]], frames: int, fillers: list[Filler]
) -> tuple[int, np.ndarray]:
    """How many gaps of so many frames there were, and mean errors: of the poses that were taken
    out themselves, and of what each filler puts there."""
    errors = []
    for lifted, true in pairs:
        lifted = jitter.match_sequence_size(lifted, true)
        for start in range(_CONTEXT, len(lifted) - frames - _CONTEXT + 1, _APART):
            near = slice(start - _CONTEXT, start + frames + _CONTEXT)
            gap = slice(_CONTEXT, _CONTEXT + frames)
            holed = lifted[near].copy()
            holed[gap] = np.nan
            filled = [lifted[near], *(fill(holed) for fill in fillers)]
            errors.append([joint_errors.mpjpe(f[gap], true[near][gap]).mean() for f in filled])
    return len(errors), np.mean(errors, axis=0)


def _through(poses: np.ndarray, curve: type) -> np.ndarray:
    """The poses with those that are missing on a curve through the others."""
    there = np.isfinite(poses).all(axis=(1, 2))
    frames = np.arange(len(poses))
    return np.where(there[:, None, None], poses, curve(frames[there], poses[there], axis=0)(frames))


if __name__ == "__main__":
    app.run(main)
