"""How well a score of poses, which needs no truth, ranks them by their true error."""

from __future__ import annotations

import numpy as np


def spearman(scores: np.ndarray, errors: np.ndarray) -> float:
    """Spearman's rank correlation; equal values share the mean of their ranks.

    Args:
      scores: `[N]`, any unit; `LiftResult.score`, say, where higher is better.
      errors: `[N]`, any unit; `pa_mpjpe` in mm, say.

    Returns:
      A number in [-1, 1]. -1: the higher the score, the smaller the error, without exception; 0:
      the score says nothing about the error.

    Raises:
      ValueError: If the arrays are not `[N]` finite numbers of equal length, or the values of one
        are all the same: they rank nothing.
    """
    scores, errors = _check(scores, errors)
    for name, values in (("scores", scores), ("errors", errors)):
        if (values == values[0]).all():
            raise ValueError(
                f"All {len(values)} {name} are {values[0]:g}: they have no order to correlate."
            )
    first, second = (_ranks(values) - (len(values) - 1) / 2 for values in (scores, errors))
    return float(np.clip(first @ second / np.sqrt((first @ first) * (second @ second)), -1.0, 1.0))


def error_of_best(scores: np.ndarray, errors: np.ndarray, share: float = 0.8) -> float:
    """Mean error of the poses with the highest scores: what is left when the rest is turned away.

    Compare it with `errors.mean()`, which a score that knows nothing gives, and with
    `error_of_best(-errors, errors, share)`, which no score can beat.

    Args:
      scores: `[N]`, any unit, higher is better.
      errors: `[N]`, any unit.
      share: Share of the poses to keep, in (0, 1]; at least one pose is kept.

    Returns:
      The mean error in the unit of `errors`. Where equal scores straddle the limit, each of them
      counts in part, so that the order of the poses has no influence.

    Raises:
      ValueError: If the arrays are not `[N]` finite numbers of equal length, or the share is
        outside (0, 1].
    """
    scores, errors = _check(scores, errors)
    if not 0 < share <= 1:
        raise ValueError(f"share must lie in (0, 1], got {share}.")
    count = max(1, round(share * len(scores)))
    limit = np.sort(scores)[-count]
    above, at_limit = scores > limit, scores == limit
    rest = count - above.sum()
    return float((errors[above].sum() + rest * errors[at_limit].mean()) / count)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks `[N]` from 0, the mean of them where values are equal."""
    _, number, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count + 1) / 2)[number]


def _check(scores: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scores, errors = np.asarray(scores), np.asarray(errors)
    if scores.ndim != 1 or scores.shape != errors.shape or len(scores) == 0:
        raise ValueError(
            "scores and errors must have the same shape [N], N at least 1, got "
            f"{list(scores.shape)} and {list(errors.shape)}."
        )
    for name, values in (("scores", scores), ("errors", errors)):
        if values.dtype.kind not in "fiub":
            raise ValueError(f"{name} must hold real numbers, got dtype {values.dtype}.")
        finite = np.isfinite(values)
        if not finite.all():
            row = np.argmin(finite)
            raise ValueError(
                f"{name} holds {values[row]} at row {row}; leave out what was not lifted."
            )
    return scores.astype(np.float64), errors.astype(np.float64)
