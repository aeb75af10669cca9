"""Filters along the first axis."""

from __future__ import annotations

import numpy as np


def savgol_filter(values: np.ndarray, window: int, order: int) -> np.ndarray:
    """Each value is that of a polynomial fitted to the window around it.

    Savitzky and Golay, Analytical Chemistry 1964. At the ends the polynomials of the first and the
    last window are used.

    Args:
      values: `[F, ...]`, evenly spaced, finite, at least a window of them.
      window: Values a window, odd, more than `order`.
      order: Of the polynomial.

    Returns:
      float64 `[F, ...]`.
    """
    values = np.asarray(values, np.float64)
    half = window // 2
    powers = np.vander(np.arange(-half, half + 1) / max(half, 1), order + 1, increasing=True)
    fit = powers @ np.linalg.pinv(powers)  # [window, window]: the polynomial's values at each place
    smooth = np.empty_like(values)
    inner = len(values) - window + 1
    smooth[half : half + inner] = sum(
        weight * values[place : place + inner] for place, weight in enumerate(fit[half])
    )
    smooth[:half] = np.tensordot(fit[:half], values[:window], 1)
    smooth[len(values) - half :] = np.tensordot(fit[half + 1 :], values[-window:], 1)
    return smooth


def running_median(values: np.ndarray, window: int) -> np.ndarray:
    """The median `[F, ...]` of the window around each value; the outermost count on beyond the
    ends.

    Args:
      values: `[F, ...]`.
      window: Values a window, odd.
    """
    half = window // 2
    padded = np.pad(values, [(half, half), *[(0, 0)] * (values.ndim - 1)], mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, window, axis=0), axis=-1)
