"""Scores of a whole set of predicted poses, over all and by sequence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from posenet3d.evaluation.metrics import joint_errors, mpi_inf_3dhp
from posenet3d.evaluation.metrics.checks import check_pair
from posenet3d.skeletons.skeleton import H36M_17, Skeleton

_CHUNK = 4096  # poses at a time: tens of MB whatever the number of poses


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """The scores of a set of predicted poses.

    Args:
      overall: Mean over all poses. `mpjpe`, `n_mpjpe`, `pa_mpjpe`, `pa_mpjpe_reflected` in mm;
        `pck150`, `auc`, `cps`, `depth_flip_rate` in percent, and `pck150_14`, `auc_14` where the
        skeleton has the 14 joints of MPI-INF-3DHP's protocol; `num_poses`.
      per_sequence: The same for each sequence by name; empty if no sequences were given.
      match_size: Whether each predicted pose was first given the size of the true one.
      skeleton: Name of the skeleton.
    """

    overall: dict[str, float]
    per_sequence: dict[str, dict[str, float]]
    match_size: bool
    skeleton: str

    def to_json(self) -> dict[str, object]:
        """The record as plain dicts, strings and numbers, for `json.dump`."""
        return dataclasses.asdict(self)


def evaluate(
    predicted_3d: np.ndarray,
    true_3d: np.ndarray,
    *,
    lengths: Sequence[int] | None = None,
    sequences: Sequence[str] | None = None,
    skeleton: Skeleton = H36M_17,
    root: int | None = None,
    match_size: bool = True,
) -> Evaluation:
    """Scores predicted poses against true ones.

    One view does not tell how large a person is, so a lifter's poses come in units of their own
    size. With `match_size` each predicted pose is first scaled so that the sum of its bone lengths
    equals that of the true pose: the person's size is given, nothing else. This bears on `mpjpe`,
    `pck150`, `auc` and their like of 14 joints; the other metrics find their own scale.

    Args:
      predicted_3d: `[N, J, 3]`, camera frame (x right, y down, z forward); any unit with
        `match_size`, else mm. Made root-relative here.
      true_3d: `[N, J, 3]`, camera frame, mm. Made root-relative here.
      lengths: `[S]` frames of each sequence, in the order of the rows, as in `Poses2D`.
      sequences: S names; rows of sequences that share a name are averaged together. None: numbered.
      skeleton: The skeleton whose joints the J are.
      root: Index of the root joint; None: the skeleton's.
      match_size: Whether the person's size is given, see above; False: mm are taken as they are.

    Returns:
      The means over all poses and over those of each sequence, every pose counting the same.

    Raises:
      ValueError: If there is no pose, the shapes differ or do not fit the skeleton, a value is not
        finite (named by row and joint), or the sequences do not add up to the poses.
    """
    predicted_3d, true_3d = np.asarray(predicted_3d), np.asarray(true_3d)
    root = skeleton.root if root is None else root
    check_pair(predicted_3d, true_3d, root, skeleton)
    if len(true_3d) == 0:
        raise ValueError("true_3d holds no pose at all (its first axis is 0).")
    names, numbers = _sequence_numbers(lengths, sequences, len(true_3d))

    count = np.bincount(numbers, minlength=len(names))
    totals: dict[str, np.ndarray] = {}
    for start in range(0, len(true_3d), _CHUNK):
        rows = slice(start, start + _CHUNK)
        for key, values in _score(
            predicted_3d[rows], true_3d[rows], root, skeleton, match_size
        ).items():
            part = np.bincount(numbers[rows], weights=values, minlength=len(names))
            totals[key] = totals.get(key, 0.0) + part

    def means(selection: int | slice) -> dict[str, float]:
        poses = int(count[selection].sum())
        result = {key: float(total[selection].sum() / poses) for key, total in totals.items()}
        return result | {"num_poses": poses}

    return Evaluation(
        overall=means(slice(None)),
        per_sequence={} if lengths is None else {n: means(i) for i, n in enumerate(names)},
        match_size=match_size,
        skeleton=skeleton.name,
    )


def _score(
    predicted_3d: np.ndarray,
    true_3d: np.ndarray,
    root: int,
    skeleton: Skeleton,
    match_size: bool,
) -> dict[str, np.ndarray]:
    """Every metric, `[N]` each."""
    if match_size:
        predicted_3d = joint_errors.match_size(predicted_3d, true_3d, skeleton)
    pair = (predicted_3d, true_3d, root)
    protocol = {}
    if mpi_inf_3dhp.has_joints(skeleton):
        protocol = {
            "pck150_14": mpi_inf_3dhp.pck_14(predicted_3d, true_3d, skeleton),
            "auc_14": mpi_inf_3dhp.auc_14(predicted_3d, true_3d, skeleton),
        }
    return protocol | {
        "mpjpe": joint_errors.mpjpe(*pair),
        "n_mpjpe": joint_errors.n_mpjpe(*pair),
        "pa_mpjpe": joint_errors.pa_mpjpe(*pair),
        "pa_mpjpe_reflected": joint_errors.pa_mpjpe_reflected(*pair),
        "pck150": joint_errors.pck(*pair),
        "auc": joint_errors.auc(*pair),
        "cps": joint_errors.cps(*pair),
        "depth_flip_rate": 100.0 * joint_errors.depth_flipped(*pair),
    }


def _sequence_numbers(
    lengths: Sequence[int] | None, sequences: Sequence[str] | None, rows: int
) -> tuple[list[str], np.ndarray]:
    """The distinct names in order of appearance, and for each row the number of its name."""
    if lengths is None:
        if sequences is not None:
            raise ValueError("sequences names the parts of the rows: give their lengths as well.")
        return [""], np.zeros(rows, np.intp)
    frames = np.asarray(lengths)
    if frames.ndim != 1 or frames.dtype.kind not in "iu" or (frames <= 0).any():
        raise ValueError(
            f"lengths must be positive whole numbers, the frames of each sequence, got {lengths}."
        )
    if frames.sum() != rows:
        raise ValueError(f"lengths add up to {frames.sum()} frames but there are {rows} poses.")
    labels = [str(s) for s in (range(len(frames)) if sequences is None else sequences)]
    if len(labels) != len(frames):
        raise ValueError(f"There are {len(labels)} sequence names for {len(frames)} lengths.")
    names = list(dict.fromkeys(labels))
    number = {name: i for i, name in enumerate(names)}
    return names, np.repeat([number[label] for label in labels], frames)
