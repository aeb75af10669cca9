"""What refining does to a teacher's lessons: errors before and after, on sequences with true 3D.

    python benchmarks/refine.py --data=cmu17_bench.npz --models=runs/full/teacher,full

Prints a Markdown table. The lifted poses are those of the test split; refining looks at the 2D
poses, at what the lifter says of them and at whose frames they are, not at the truth. *Several
cameras* lets those agree that saw a motion at once.
"""

from __future__ import annotations

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
    headings = ("PA-MPJPE", "refined", "several cameras", "N-MPJPE", "refined", "several cameras")
    print(f"| | {' | '.join(headings)} |\n|---{'|---:' * len(headings)}|")
    for name in _MODELS.value:
        lifted = posenet3d.load(name).lift(keypoints_2d, score=False).keypoints_3d
        refined = refine(keypoints_2d, lifted, poses.lengths, names, poses.skeleton)
        agreed = agree(keypoints_2d, lifted, poses.lengths, names)
        cells = [
            f"{metric(predicted, poses.keypoints_3d).mean():.1f}"
            for metric in (joint_errors.pa_mpjpe, joint_errors.n_mpjpe)
            for predicted in (lifted, refined, agreed)
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    app.run(main)
