"""What every metric asks of the two arrays it compares."""

from __future__ import annotations

import numpy as np

from posenet3d.skeletons.skeleton import Skeleton

_ROWS_A_CHECK = 1 << 16  # bounds the memory of checking a memory-mapped array


def check_pair(
    predicted_3d: np.ndarray,
    true_3d: np.ndarray,
    root: int,
    skeleton: Skeleton | None = None,
) -> None:
    """Refuses predictions and truth that cannot be compared pose by pose.

    Args:
      predicted_3d: `[N, J, 3]`.
      true_3d: `[N, J, 3]`.
      root: Index of the root joint.
      skeleton: The skeleton whose joints the J are; None: any, and messages name joints by index.

    Raises:
      ValueError: If the shapes differ or are not `[N, J, 3]` with two joints or more, J is not the
        skeleton's, the root is not one of the joints, or a value is not a finite real number (named
        by row and joint).
    """
    if predicted_3d.shape != true_3d.shape:
        raise ValueError(
            "predicted_3d and true_3d must have the same shape [N, J, 3], got "
            f"{list(predicted_3d.shape)} and {list(true_3d.shape)}."
        )
    if true_3d.ndim != 3 or true_3d.shape[1] < 2 or true_3d.shape[2] != 3:
        raise ValueError(
            "predicted_3d and true_3d must have the shape [N, J, 3] with two joints or more, got "
            f"{list(true_3d.shape)}."
        )
    joints = true_3d.shape[1]
    if skeleton is not None and joints != skeleton.num_joints:
        raise ValueError(
            f"predicted_3d and true_3d have {joints} joints but skeleton {skeleton.name} has "
            f"{skeleton.num_joints}; give the skeleton of the poses."
        )
    if not 0 <= root < joints:
        raise ValueError(f"root must be the index of one of the {joints} joints, got {root}.")
    for name, array in (("predicted_3d", predicted_3d), ("true_3d", true_3d)):
        if array.dtype.kind not in "fiu":
            raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}.")
        for start in range(0, len(array), _ROWS_A_CHECK):
            finite = np.isfinite(array[start : start + _ROWS_A_CHECK])
            if not finite.all():
                row, joint, axis = np.argwhere(~finite)[0]
                value = array[start + row, joint, axis]
                raise ValueError(
                    f"{name} holds {value} at row {start + row}, joint "
                    f"{joint if skeleton is None else skeleton.joint_names[joint]}; "
                    "leave out poses that are not known in full."
                )


def root_relative(
    predicted_3d: np.ndarray, true_3d: np.ndarray, root: int
) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64 `[N, J, 3]` from the root on, checked by `check_pair`."""
    predicted, true = np.asarray(predicted_3d), np.asarray(true_3d)
    check_pair(predicted, true, root)
    predicted, true = predicted.astype(np.float64), true.astype(np.float64)
    return predicted - predicted[:, root, None], true - true[:, root, None]
