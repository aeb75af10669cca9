"""Turns a public data set into a pose archive to train and evaluate on.

python scripts/prepare_data.py --dataset=human36m --keypoints_2d=data_2d_h36m_gt.npz \
  --positions_3d=data_3d_h36m.npz --output=h36m_gt.npz
"""

from pathlib import Path

import _flags
from absl import flags

from posenet3d.data.archive_writer import write_splits
from posenet3d.data.datasets import human36m
from posenet3d.errors import ConfigError

_DATASET = flags.DEFINE_enum("dataset", None, ("human36m",), "The data set.", required=True)
_KEYPOINTS_2D = flags.DEFINE_string(
    "keypoints_2d", None, "VideoPose3D's data_2d_h36m_*.npz, true or detected.", required=True
)
_POSITIONS_3D = flags.DEFINE_string(
    "positions_3d", None, "VideoPose3D's data_3d_h36m.npz; evaluation needs it, training does not."
)
_TRUE_2D = flags.DEFINE_string(
    "true_2d",
    None,
    "VideoPose3D's data_2d_h36m_gt.npz; with positions_3d, where keypoints_2d is detected.",
)
_OUTPUT = flags.DEFINE_string("output", None, "The pose archive (.npz) to write.", required=True)


def main() -> None:
    """Files of the data set to one archive, and what is in it to the terminal."""
    inputs = (_KEYPOINTS_2D.value, _POSITIONS_3D.value, _TRUE_2D.value)
    if Path(_OUTPUT.value).resolve() in {Path(i).resolve() for i in inputs if i}:
        raise ConfigError(f"output is one of the files to read, {_OUTPUT.value}; name another.")
    data = human36m.read(*inputs)
    labels = {f"{split}_cameras": numbers for split, numbers in data.cameras.items()}
    write_splits(_OUTPUT.value, data.splits, labels)
    for split, poses in data.splits.items():
        truth = "2D only" if poses.keypoints_3d is None else "2D and 3D"
        recordings = len(set(poses.sequences))
        print(
            f"{split}: {len(poses)} poses, {len(poses.lengths)} views of {recordings} recordings, "
            f"{truth}."
        )
    if data.left_out:
        print(f"Left out, because they have no 3D: {', '.join(data.left_out)}.")
    print(f"Wrote {_OUTPUT.value}.")


if __name__ == "__main__":
    _flags.run(main)
