"""Turns a public data set into a pose archive to train and evaluate on.

python scripts/prepare_data.py --dataset=human36m --keypoints_2d=data_2d_h36m_gt.npz \
  --positions_3d=data_3d_h36m.npz --output=h36m_gt.npz
python scripts/prepare_data.py --dataset=mpi_inf_3dhp --input=mpi_inf_3dhp --output=mpi.npz

A killed run goes on where it stopped: give the same command again.
"""

import functools

import _flags
from absl import flags
from tqdm import tqdm

from posenet3d.data.datasets.prepare import SOURCES, Request, prepare, summary

_DATASET = flags.DEFINE_enum("dataset", None, list(SOURCES), "The data set.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "The pose archive (.npz) to write.", required=True)
_INPUT = flags.DEFINE_string(
    "input", None, "Folder or file of the data set; of all but human36m, see docs/datasets.md."
)
_KEYPOINTS_2D = flags.DEFINE_string(
    "keypoints_2d", None, "human36m: VideoPose3D's data_2d_h36m_*.npz, true or detected."
)
_POSITIONS_3D = flags.DEFINE_string(
    "positions_3d",
    None,
    "human36m: VideoPose3D's data_3d_h36m.npz; evaluation needs it, training does not.",
)
_TRUE_2D = flags.DEFINE_string(
    "true_2d",
    None,
    "human36m: VideoPose3D's data_2d_h36m_gt.npz; with positions_3d, where keypoints_2d is "
    "detected.",
)
_MIN_JOINTS = flags.DEFINE_integer(
    "min_joints", None, "mpii, coco: leave out persons with fewer joints; by default 1."
)


def main() -> None:
    """Files of the data set to one archive, and what is in it to the terminal."""
    request = Request(
        dataset=_DATASET.value,
        output=_OUTPUT.value,
        input=_INPUT.value,
        keypoints_2d=_KEYPOINTS_2D.value,
        positions_3d=_POSITIONS_3D.value,
        true_2d=_TRUE_2D.value,
        min_joints=_MIN_JOINTS.value,
    )
    data = prepare(request, functools.partial(tqdm, unit="file", disable=None))
    print("\n".join(summary(data)))
    print(f"Wrote {_OUTPUT.value}.")


if __name__ == "__main__":
    _flags.run(main)
