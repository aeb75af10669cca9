"""Pictures of lifted people from the best-scored to the worst, with the truth where it is known.

    python benchmarks/pictures/contact_sheet.py --data=mpii17.npz --output=docs/images/mpii17.png

Nobody picks the people: they stand at even steps of the score's ranking, the last ones in the worst
percent, where a lifter's failures are.
"""

from __future__ import annotations

import numpy as np
from absl import app, flags

import posenet3d
from posenet3d.models.loading import DEFAULT_MODEL
from posenet3d.poses.archives.archive import archive_splits, read_archive
from posenet3d.viz import figures

_DATA = flags.DEFINE_string("data", None, "Pose archive.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "The picture.", required=True)
_MODEL = flags.DEFINE_string("model", DEFAULT_MODEL, "Pretrained model's name, or a path.")
_RANKS = flags.DEFINE_list(
    "ranks", ["5", "20", "35", "50", "65", "80", "99", "99.5"], "Places in the ranking, percent."
)
_MOST = 20_000  # people that are lifted


def main(_: list[str]) -> None:
    """Archive to scores, scores to people, people to a picture."""
    estimator = posenet3d.load(_MODEL.value)
    split = "test" if "test" in archive_splits(_DATA.value) else None
    poses = read_archive(_DATA.value, split, placement=estimator.skeleton.name)
    poses = poses.select(np.arange(0, len(poses), -(-len(poses) // _MOST)))
    result = estimator.lift(poses.keypoints_2d, poses.confidence)
    order = np.argsort(-np.nan_to_num(result.score, nan=-np.inf), kind="stable")
    shares = [float(rank) / 100 for rank in _RANKS.value]
    rows = order[[min(int(share * len(order)), len(order) - 1) for share in shares]]
    sheet = figures.lifted_sheet(
        poses.keypoints_2d[rows],
        result.keypoints_3d[rows],
        poses.skeleton,
        filled=result.filled[rows],
        true_3d=None if poses.keypoints_3d is None else poses.keypoints_3d[rows],
        titles=[
            f"{rank} % are scored better ({score:.2f})"
            for rank, score in zip(_RANKS.value, result.score[rows], strict=True)
        ],
    )
    figures.save_figure(sheet, _OUTPUT.value, dpi=90)


if __name__ == "__main__":
    app.run(main)
