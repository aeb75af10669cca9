"""How calm and how true lifted motion is, before and after what is done over time.

    python benchmarks/motion/jitter.py --data=cmu17_bench.npz --models=full

Every second motion of the test split chose the filters' settings (`--tune` prints what that choice
saw); the tables are of the others. Each sequence is scaled to mm as a whole. The lag is the delay,
in frames, at which the poses fit the truth best.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

import numpy as np
from absl import app, flags
from scipy import ndimage

import posenet3d
from posenet3d.evaluation.metrics import jitter, joint_errors
from posenet3d.motion.config import MotionConfig, OneEuroConfig, SavgolConfig
from posenet3d.motion.people import smooth_track
from posenet3d.motion.smoothing import one_euro, savgol
from posenet3d.motion.steady import bone_lengths, steady_size
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import Skeleton

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODELS = flags.DEFINE_list("models", ["full"], "Saved models: names, folders or files.")
_TUNE = flags.DEFINE_bool("tune", False, "Other settings instead, on the motions that chose them.")
_FPS = 30.0  # of the benchmark
_LATEST = 4.0  # frames; the longest delay that is tried
_DELAYS = np.arange(0.0, _LATEST + 0.05, 0.1)

Smoother = Callable[[np.ndarray], np.ndarray]


def main(_: list[str]) -> None:
    """Lifts, smooths, measures."""
    sets = {
        "true 2D": read_archive(_DATA.value, "test", placement="cmu17"),
        "noisy 2D, joints missing": read_archive(
            _DATA.value, "test", "keypoints_2d_noisy", "cmu17"
        ),
    }
    skeleton = sets["true 2D"].skeleton
    smoothers = _settings(skeleton) if _TUNE.value else _smoothers(skeleton)
    for name, (title, poses) in itertools.product(_MODELS.value, sets.items()):
        result = posenet3d.load(name).lift(poses.keypoints_2d, poses.confidence, score=False)
        print(f"## {name}, {title}\n")
        print("| | MPJVE | acceleration error | acceleration | PA-MPJPE | N-MPJPE | MPJPE | lag |")
        print("|---" + "|---:" * 7 + "|")
        rows = sequences(poses, chosen=_TUNE.value)
        pairs = [(result.keypoints_3d[own], poses.keypoints_3d[own]) for own in rows]
        for method, smooth in smoothers.items():
            values = measure(pairs, smooth)
            cells = " | ".join(f"{value:.1f}" for value in values)
            print(f"| {method} | {cells} |", flush=True)
        print()
    if not _TUNE.value:
        _print_bones(sets["true 2D"])


def sequences(poses: Poses2D, chosen: bool) -> list[np.ndarray]:
    """The rows of each sequence of every second motion; all cameras of a motion are together."""
    motions = list(dict.fromkeys(poses.sequences))
    ends = np.cumsum(poses.lengths)
    return [
        np.arange(end - length, end)
        for end, length, name in zip(ends, poses.lengths, poses.sequences, strict=True)
        if (motions.index(name) % 2 == 0) == chosen
    ]


def measure(pairs: Iterable[tuple[np.ndarray, np.ndarray]], smooth: Smoother) -> np.ndarray:
    """The seven columns of the table, means over all frames of pairs (lifted, true)."""
    errors: list[list[np.ndarray]] = []
    delayed = []
    for lifted, true in pairs:
        smoothed = jitter.match_sequence_size(smooth(lifted), true)
        errors.append(
            [
                jitter.mpjve(smoothed, true),
                jitter.acceleration_error(smoothed, true),
                jitter.acceleration(smoothed),
                joint_errors.pa_mpjpe(smoothed, true),
                joint_errors.n_mpjpe(smoothed, true),
                joint_errors.mpjpe(smoothed, true),
            ]
        )
        delayed.append(_errors_of_delays(smoothed, true))
    columns = [np.concatenate(column).mean() for column in zip(*errors, strict=True)]
    return np.array([*columns, _DELAYS[np.sum(delayed, axis=0).argmin()]])


def _errors_of_delays(smoothed: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Summed distances from the truth of so many frames ago, `[D]`."""
    first = int(np.ceil(_LATEST))
    sums = []
    for delay in _DELAYS:
        past = ndimage.shift(true.astype(np.float64), (delay, 0, 0), order=1)
        sums.append(np.linalg.norm(smoothed[first:] - past[first:], axis=-1).sum())
    return np.array(sums)


def _smoothers(skeleton: Skeleton) -> dict[str, Smoother]:
    return {
        "as lifted": lambda poses: poses,
        "every pose of one size": lambda poses: steady_size(poses, skeleton),
        "`steady`: every bone of one length": _of(MotionConfig("steady"), skeleton),
        "One Euro alone": lambda poses: one_euro(poses, _FPS),
        "`one_euro`": _of(MotionConfig("one_euro"), skeleton),
        "Savitzky-Golay alone": lambda poses: savgol(poses, _FPS),
        "`savgol`": _of(MotionConfig("savgol"), skeleton),
    }


def _settings(skeleton: Skeleton) -> dict[str, Smoother]:
    """Settings to choose from, by title."""
    configs = {"steady": MotionConfig("steady")}
    for window, order in itertools.product((0.23, 0.37, 0.5, 0.57, 0.7), (2, 3)):
        config = SavgolConfig(window, order)
        configs[f"savgol {window} s, order {order}"] = MotionConfig("savgol", savgol=config)
    for cutoff, beta, d_cutoff in itertools.product(
        (1.0, 1.5, 2.0, 3.0), (0.0, 0.5, 1.0, 2.0), (0.5, 1.0)
    ):
        config = OneEuroConfig(cutoff, beta, d_cutoff)
        title = f"one_euro {cutoff} Hz, {beta}, {d_cutoff} Hz"
        configs[title] = MotionConfig("one_euro", one_euro=config)
    return {title: _of(config, skeleton) for title, config in configs.items()}


def _of(config: MotionConfig, skeleton: Skeleton) -> Smoother:
    return lambda poses: smooth_track(poses, config, _FPS, skeleton)[0]


def _print_bones(poses: Poses2D) -> None:
    """What filters alone do to the bones of true motion."""
    print("## Bones of true motion, filters alone\n")
    print("| | mean length % | in the worst percent of frames % |\n|---|---:|---:|")
    for title, smooth in (("One Euro", one_euro), ("Savitzky-Golay", savgol)):
        ratios = []
        for own in sequences(poses, chosen=False):
            true = poses.keypoints_3d[own]
            before = bone_lengths(true, poses.skeleton).sum(axis=1)
            ratios.append(bone_lengths(smooth(true, _FPS), poses.skeleton).sum(axis=1) / before)
        ratio = 100 * np.concatenate(ratios)
        print(f"| {title} | {ratio.mean():.1f} | {np.percentile(ratio, 1):.1f} |")


if __name__ == "__main__":
    app.run(main)
