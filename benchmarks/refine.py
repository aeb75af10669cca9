"""What refining does to a teacher's lessons: errors before and after, on sequences with true 3D.

    python benchmarks/refine.py --data=cmu17_bench.npz --models=runs/full/teacher,full,full_sequence

Prints a Markdown table. The lifted poses are those of the test split; refining looks at the 2D
poses, at what the lifter says of them and at whose frames they are, not at the truth. *Several
cameras* lets those agree that saw a motion at once; *both* refines before, as lessons are made. A
lifter of sequences is given each camera's frames together.
"""

from __future__ import annotations

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.data.normalised import NormalisedPoses
from posenet3d.evaluation.metrics import joint_errors
from posenet3d.motion.refine import refine
from posenet3d.poses.archives.archive import read_archive
from posenet3d.training.student.several_cameras import agree

_DATA = flags.DEFINE_string("data", None, "Archive of the skeleton cmu17 with 3D.", required=True)
_MODELS = flags.DEFINE_list("models", ["full"], "Saved models: names, folders or files.")


def main(_: list[str]) -> None:
    """Lifts, refines, measures."""
    poses = read_archive(_DATA.value, "test", placement="cmu17")
    keypoints_2d = NormalisedPoses.of(poses).read()
    names = list(poses.sequences)
    ways = ("refined", "several cameras", "both")
    headings = ("PA-MPJPE", *ways, "N-MPJPE", *ways)
    print(f"| | {' | '.join(headings)} |\n|---{'|---:' * len(headings)}|")
    for name in _MODELS.value:
        lifted = _lifted(posenet3d.load(name), keypoints_2d, poses.lengths)
        refined = refine(keypoints_2d, lifted, poses.lengths, names, poses.skeleton)
        agreed, both = (agree(keypoints_2d, x, poses.lengths, names) for x in (lifted, refined))
        cells = [
            f"{metric(predicted, poses.keypoints_3d).mean():.1f}"
            for metric in (joint_errors.pa_mpjpe, joint_errors.n_mpjpe)
            for predicted in (lifted, refined, agreed, both)
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _lifted(
    estimator: posenet3d.PoseEstimator | posenet3d.SequenceEstimator,
    keypoints_2d: np.ndarray,
    lengths: np.ndarray,
) -> np.ndarray:
    if isinstance(estimator, posenet3d.PoseEstimator):
        return estimator.lift(keypoints_2d, score=False).keypoints_3d
    tracks = np.split(keypoints_2d, np.cumsum(lengths)[:-1])
    return np.concatenate([estimator.lift_sequence(track).keypoints_3d for track in tracks])


if __name__ == "__main__":
    app.run(main)
