"""What the frames around a pose are worth: `--mend`, `--sequence_model` and `--body=track`.

    python benchmarks/motion/tracks.py --data=cmu17_bench.npz
    python benchmarks/motion/tracks.py --data=hdm05_dev.npz --by_motion

Each camera's view of a motion is a track of its own. Errors are in mm; MPJVE in mm a frame, MPJPE
and MPJVE with one size for a sequence. `--by_motion` has a row for each kind of motion instead, by
the sequences' names.
"""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.evaluation.metrics import jitter, joint_errors
from posenet3d.lifting.scene.by_track import by_track
from posenet3d.motion.config import MotionConfig
from posenet3d.motion.people import smooth_track
from posenet3d.poses.archives.archive import read_archive
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.people import People
from posenet3d.poses.records import Poses2D
from posenet3d.sequences.loading import load_sequence

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODEL = flags.DEFINE_string("model", "full", "Saved model: a name, a folder or a file.")
_SEQUENCE = flags.DEFINE_string(
    "sequence_model", "full_sequence", "Lifter of sequences: a name, a folder or a file."
)
_BY_MOTION = flags.DEFINE_bool("by_motion", False, "A row for each kind of motion.")
_FPS = 30.0  # of the benchmark
# Mended, one body, lifted as a sequence.
_WAYS = {
    "each pose alone": (False, False, False),
    "`--mend`": (True, False, False),
    "`--body=track`": (False, True, False),
    "`--mend --body=track`": (True, True, False),
    "`--sequence_model`": (False, False, True),
    "`--sequence_model --mend`": (True, False, True),
    "**all three**": (True, True, True),
}


def main(_: list[str]) -> None:
    """Lifts, mends, measures."""
    kinds = {"true 2D": "keypoints_2d", "noisy 2D, joints missing": "keypoints_2d_noisy"}
    for title, column in kinds.items():
        if title != "true 2D" and _BY_MOTION.value:
            break
        poses = read_archive(_DATA.value, "test", column, "cmu17")
        ways = {name: _lifted(poses, *way) for name, way in _WAYS.items()}
        print(f"\n## {title}\n")
        if _BY_MOTION.value:
            _print_motions(poses, ways)
            continue
        print("| | PA-MPJPE | MPJPE | MPJVE |\n|---|---:|---:|---:|")
        for name, lifted_3d in ways.items():
            for way, smooth in (("", "none"), (", then `savgol`", "savgol")):
                values = _measured(poses, lifted_3d, smooth)
                print(f"| {name}{way} | {' | '.join(f'{v:.1f}' for v in values)} |", flush=True)


def _lifted(poses: Poses2D, mend: bool, body: bool, sequence: bool) -> np.ndarray:
    estimator = posenet3d.load(_MODEL.value)
    over_time = load_sequence(_SEQUENCE.value).lift_sequences if sequence else None
    confidence = poses.confidence
    if confidence is None:
        confidence = np.ones(poses.keypoints_2d.shape[:2], np.float32)
    frames = [(i, frame) for i, count in enumerate(poses.lengths) for frame in range(count)]
    people = People(
        poses.keypoints_2d,
        confidence,
        poses.skeleton,
        image_ids=tuple(f"{sequence}/{frame}" for sequence, frame in frames),
        person_ids=(0,) * len(frames),
        tracked=True,
    )
    alone = Lifted(people, estimator.lift(people.keypoints_2d, people.confidence))
    if mend or body or sequence:
        alone, _ = by_track(alone, people, estimator.lift, mend, body, None, _FPS, over_time)
    return alone.result.keypoints_3d


def _parts(poses: Poses2D) -> list[slice]:
    ends = np.cumsum(poses.lengths)
    return [slice(end - length, end) for end, length in zip(ends, poses.lengths, strict=True)]


def _measured(poses: Poses2D, lifted_3d: np.ndarray, smooth: str) -> list[float]:
    columns = defaultdict(list)
    for part in _parts(poses):
        true = poses.keypoints_3d[part]
        calm = smooth_track(lifted_3d[part], MotionConfig(smooth), _FPS, poses.skeleton)[0]
        sized = jitter.match_sequence_size(calm, true)
        columns["pa"].append(joint_errors.pa_mpjpe(sized, true))
        columns["mpjpe"].append(joint_errors.mpjpe(sized, true))
        columns["mpjve"].append(jitter.mpjve(sized, true))
    return [float(np.concatenate(column).mean()) for column in columns.values()]


def _print_motions(poses: Poses2D, ways: dict[str, np.ndarray]) -> None:
    kinds = defaultdict(list)
    for part, name in zip(_parts(poses), poses.sequences, strict=True):
        kinds[re.sub(r"[\d_#]+", " ", name.split("#")[0]).strip()].append(part)
    shown = ("each pose alone", "`--mend --body=track`", "**all three**")
    print(f"| motion | frames | {' | '.join(shown)} |\n|---|---:|---:|---:|---:|")
    for kind, parts in sorted(kinds.items()):
        rows = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        errors = [
            joint_errors.pa_mpjpe(ways[name][rows], poses.keypoints_3d[rows]).mean()
            for name in shown
        ]
        print(f"| {kind} | {len(rows)} | {' | '.join(f'{e:.1f}' for e in errors)} |", flush=True)


if __name__ == "__main__":
    app.run(main)
