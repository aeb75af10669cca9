"""What another placement of the joints costs a lifter, and what the declared map gives back.

    python benchmarks/placement.py --model=cmu17 --data=cmu17_bench.npz

The benchmark's 2D poses are given the trunk and head that Human3.6M (or the map from COCO) has,
and lifted once as they are and once mapped back. Errors are those of the limbs, whose joints mean
the same everywhere.
"""

from __future__ import annotations

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d import joint_maps
from posenet3d.data.archive import read_archive
from posenet3d.evaluation import metrics

_MODEL = flags.DEFINE_string("model", "cmu17", "Saved model of the skeleton cmu17.")
_DATA = flags.DEFINE_string("data", None, "Archive with a test split and 3D.", required=True)
_EVERY = 17  # neighbouring frames say the same


def main(_: list[str]) -> None:
    """Lifts the poses three times and prints a table."""
    estimator = posenet3d.load(_MODEL.value)
    poses = read_archive(_DATA.value, "test", placement="cmu17")
    poses = poses.select(np.arange(0, len(poses), _EVERY))
    elsewhere, _ = joint_maps.get("cmu17", "h36m17").apply(poses.keypoints_2d)
    back, _ = joint_maps.get("h36m17", "cmu17").apply(elsewhere)
    limbs = [i for i, n in enumerate(poses.skeleton.joint_names) if n.startswith(("left", "right"))]
    print("| 2D joints | limbs, PA-MPJPE mm |\n|---|---:|")
    for name, keypoints_2d in (
        ("as in the training data", poses.keypoints_2d),
        ("as in Human3.6M, not mapped", elsewhere),
        ("as in Human3.6M, mapped", back),
    ):
        lifted = estimator.lift(keypoints_2d).keypoints_3d
        error = metrics.pa_mpjpe(lifted[:, limbs], poses.keypoints_3d[:, limbs]).mean()
        print(f"| {name} | {error:.1f} |")


if __name__ == "__main__":
    app.run(main)
