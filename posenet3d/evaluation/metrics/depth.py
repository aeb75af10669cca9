"""How much of the true depth lifted poses have: a lifter that is unsure gives too little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from posenet3d.evaluation.metrics.checks import root_relative


def depth_amplitude(
    predicted_3d: np.ndarray,
    true_3d: np.ndarray,
    root: int = 0,
    joints: Sequence[int] | None = None,
) -> float:
    """Root mean square of the lifted depths over that of the true ones.

    Each pose is first scaled so that its x and y fit best: depth is compared where width and
    height agree.

    Args:
      predicted_3d: `[N, J, 3]`, camera frame, any unit.
      true_3d: `[N, J, 3]`, camera frame, mm.
      root: Index of the root joint.
      joints: The joints whose depths count; None: all.

    Returns:
      1: as deep as the truth, whether right or wrong; 0: flat. NaN if the truth is flat.

    Raises:
      ValueError: As `check_pair` does.
    """
    predicted, true = root_relative(predicted_3d, true_3d, root)
    product = (predicted[..., :2] * true[..., :2]).sum(axis=(-2, -1))
    squared = (predicted[..., :2] ** 2).sum(axis=(-2, -1))
    scale = np.divide(product, squared, out=np.zeros_like(product), where=squared > 0)
    counted = slice(None) if joints is None else list(joints)
    lifted = (scale[:, None] * predicted[:, counted, 2]) ** 2
    truth = (true[:, counted, 2] ** 2).mean()
    return float(np.sqrt(lifted.mean() / truth)) if truth > 0 else float("nan")
