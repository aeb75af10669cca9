"""How calm and how true a motion is, in mm a frame: of sequences, in NumPy.

As the metrics of single poses these take `[F, J, 3]` in mm (camera frame: x right, y down, z
forward) and make them root-relative; the frames are those of one sequence, in order.
"""

from __future__ import annotations

import numpy as np

from posenet3d.evaluation.metrics.checks import root_relative


def mpjve(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """Mean per-joint velocity error in mm a frame, `[F - 1]` (Pavllo et al., CVPR 2019).

    The mean length of the difference between both velocities, where a velocity is what changes
    from a frame to the next. Scale the prediction to mm as a whole, not pose by pose: that would
    take away the flicker of sizes.

    Raises:
      ValueError: As `check_pair` does.
    """
    return _errors(predicted_3d, true_3d, root, 1)


def acceleration_error(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """The same of accelerations, in mm a frame squared, `[F - 2]` (Kanazawa et al., CVPR 2019)."""
    return _errors(predicted_3d, true_3d, root, 2)


def acceleration(keypoints_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """Mean length of the joints' accelerations, `[F - 2]`, in the poses' unit a frame squared.

    It needs no truth. Motion has some of its own, so that less is calmer, but not always better.
    """
    points = np.asarray(keypoints_3d, np.float64)
    return _changes(points - points[:, root, None], 2)


def match_sequence_size(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int = 0) -> np.ndarray:
    """The poses `[F, J, 3]` in mm, float64: with one factor for all, the least-squares one.

    Raises:
      ValueError: As `check_pair` does.
    """
    predicted, true = root_relative(predicted_3d, true_3d, root)
    norm = (predicted**2).sum()
    return predicted * (max((predicted * true).sum(), 0.0) / norm if norm > 0 else 0.0)


def _errors(predicted_3d: np.ndarray, true_3d: np.ndarray, root: int, order: int) -> np.ndarray:
    predicted, true = root_relative(predicted_3d, true_3d, root)
    return _changes(predicted - true, order)


def _changes(points: np.ndarray, order: int) -> np.ndarray:
    """Mean lengths of the differences of this order between frames `[F, J, 3]`."""
    return np.linalg.norm(np.diff(points, n=order, axis=0), axis=-1).mean(axis=-1)
