"""What adapting to recordings brings: other people of a lab, noisy 2D, clips of ten seconds.

    python benchmarks/adapt.py --lab=hdm05_dev.npz --bench=cmu17_bench.npz --output=runs/adapt
    python benchmarks/adapt.py ... --cases=clips --steps=2000

Each case is one `posenet3d adapt`, in a folder of its own; what has been run is not run again. The
lab's archive has a training split (2D alone is read) and a test split of other people. A clip is
adapted to and measured on itself. Prints a Markdown table; *general* is the error on every tenth
test pose of the benchmark, over that before: nothing was adapted to them.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.adapting import AdaptConfig, adapt_lifter
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.models import PoseEstimator
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.archives.archive_writer import write_splits
from posenet3d.poses.records import Poses2D

_LAB = flags.DEFINE_string("lab", None, "Archive of another lab, train and test.", required=True)
_BENCH = flags.DEFINE_string("bench", None, "The benchmark's archive.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "Folder of the runs.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "What is adapted.")
_CASES = flags.DEFINE_list("cases", ["lab", "lab_single", "lab_noisy", "clips"], "Which to run.")
_STEPS = flags.DEFINE_integer("steps", 0, "Steps of each; 0: as posenet3d adapt decides.")

_MOST_CLIPS = 5
_CLIPS = flags.DEFINE_integer(
    "clips", _MOST_CLIPS, "The first clips of each of both data sets.", 1, _MOST_CLIPS
)

_CLIP = 300  # frames, ten seconds
_NOISY = "keypoints_2d_noisy"


@dataclasses.dataclass(frozen=True)
class Case:
    """An adaptation and what it is measured on."""

    name: str
    archive: Path  # with the splits train and test
    several_cameras: bool = True


def main(_: list[str]) -> None:
    """Runs the cases and prints the table."""
    folder = Path(_OUTPUT.value)
    folder.mkdir(parents=True, exist_ok=True)
    model = posenet3d.load(_MODEL.value)
    general = read_archive(_BENCH.value, "test", placement="cmu17")
    general = general.select(np.arange(0, len(general), 10))
    before = _error(model, general)
    print(
        f"| case | poses | minutes | `{_MODEL.value}` | adapted | ratio | general | expected "
        "before, after |\n|---|---:|---:|---:|---:|---:|---:|---:|"
    )
    ratios = []
    for case in _cases(folder):
        test = read_archive(case.archive, "test", placement="cmu17")
        run = folder / f"{case.name.replace(' ', '_')}_{_STEPS.value}"
        result = adapt_lifter(
            AdaptConfig(
                input=str(case.archive),
                output=str(run),
                model=_MODEL.value,
                several_cameras=case.several_cameras,
                steps=_STEPS.value,
                skeleton="cmu17",
                figures=False,
            )
        )
        adapted = posenet3d.load(run)
        errors = _error(model, test), _error(adapted, test)
        ratios.append(errors[1] / errors[0])
        said = result.comparison
        print(
            f"| {case.name} | {len(result.found.poses)} | {result.report.train_minutes:.1f} | "
            f"{errors[0]:.1f} | {errors[1]:.1f} | {ratios[-1]:.3f} | "
            f"{_error(adapted, general) / before:.3f} | "
            f"{said.expected_before:.3f}, {said.expected_after:.3f} |",
            flush=True,
        )
    print(f"\nMean ratio {np.mean(ratios):.3f}, worst {np.max(ratios):.3f}.")


def _cases(folder: Path) -> list[Case]:
    found = []
    lab = Path(_LAB.value)
    if "lab" in _CASES.value:
        found.append(Case("lab", lab))
    if "lab_single" in _CASES.value:
        found.append(Case("lab, cameras one by one", lab, several_cameras=False))
    if "lab_noisy" in _CASES.value:
        train = _with_noise(read_archive(lab, "train", placement="cmu17"))
        test = read_archive(lab, "test", _NOISY, placement="cmu17")
        found.append(Case("lab, noisy", _archive(folder / "lab_noisy.npz", train, test)))
    if "clips" in _CASES.value:
        for name, clip in _clips():
            found.append(Case(name, _archive(folder / f"{name.replace(' ', '_')}.npz", clip, clip)))
    return found


def _clips() -> list[tuple[str, Poses2D]]:
    """Ten seconds of one person from one side: the benchmark's longest, one of each kind of motion;
    the lab's, short motions of one person one after another."""
    bench = read_archive(_BENCH.value, "test", placement="cmu17")
    starts = np.cumsum(bench.lengths) - bench.lengths
    clips: dict[str, Poses2D] = {}
    for i in np.argsort(-bench.lengths, kind="stable"):
        kind = bench.sequences[i].partition("/")[0]
        if kind not in clips and len(clips) < _CLIPS.value:
            first = starts[i] + (bench.lengths[i] - _CLIP) // 2
            clips[kind] = bench.select(np.arange(first, first + _CLIP))
    lab = read_archive(_LAB.value, "test", placement="cmu17")
    with np.load(_LAB.value) as arrays:
        cameras = np.repeat(arrays["test_cameras"], lab.lengths)
    numbers = np.unique(cameras)
    for i in range(_CLIPS.value):
        seen = np.flatnonzero(cameras == numbers[i % len(numbers)])
        first = (len(seen) - _CLIP) * i // (_MOST_CLIPS - 1)
        clips[f"lab from {seen[first]}"] = lab.select(seen[first : first + _CLIP])
    return [(f"clip {name}", clip) for name, clip in clips.items()]


def _with_noise(poses: Poses2D) -> Poses2D:
    """Poses with the benchmark's detector noise: what it did to a random pose, in its size.

    Exchanged sides are drawn anew, since what they do depends on the pose.
    """
    true = read_archive(_BENCH.value, "test", placement="cmu17")
    noisy = read_archive(_BENCH.value, "test", _NOISY, placement="cmu17")
    random = np.random.default_rng(0)
    mirror = list(poses.skeleton.mirror)

    def size(points: np.ndarray) -> np.ndarray:
        """`[N, 1, 1]`, mean distance from the root."""
        offset = np.linalg.norm(points - points[:, :1], axis=-1)
        return offset.mean(axis=1)[:, None, None]

    seen = (noisy.confidence > 0)[..., None]
    moved = np.where(seen, noisy.keypoints_2d - true.keypoints_2d, 0.0) / size(true.keypoints_2d)
    unswapped = np.where(seen, noisy.keypoints_2d - true.keypoints_2d[:, mirror], 0.0)
    unswapped = unswapped / size(true.keypoints_2d)
    swapped = np.abs(unswapped).sum((1, 2)) < np.abs(moved).sum((1, 2))
    rows = random.choice(np.flatnonzero(~swapped), len(poses))
    keypoints_2d = poses.keypoints_2d.copy()
    exchanged = random.random(len(poses)) < swapped.mean()
    keypoints_2d[exchanged] = keypoints_2d[exchanged][:, mirror]
    keypoints_2d += moved[rows] * size(poses.keypoints_2d)
    confidence = noisy.confidence[rows]
    keypoints_2d[confidence == 0] = 0.0
    return dataclasses.replace(
        poses, keypoints_2d=keypoints_2d.astype(np.float32), confidence=confidence
    )


def _archive(path: Path, train: Poses2D, test: Poses2D) -> Path:
    if not path.exists():
        train = dataclasses.replace(train, keypoints_3d=None)
        write_splits(path, {"train": train, "test": test})
    return path


def _error(model: PoseEstimator, poses: Poses2D) -> float:
    """Mean PA-MPJPE in mm of the poses that can be lifted."""
    result = model.lift(poses.keypoints_2d, poses.confidence, score=False)
    rows = np.flatnonzero(result.lifted)
    return float(joint_errors.pa_mpjpe(result.keypoints_3d[rows], poses.keypoints_3d[rows]).mean())


if __name__ == "__main__":
    app.run(main)
