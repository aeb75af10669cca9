"""Takes the jitter of a detector out of 2D tracks, before they are learned from."""

from __future__ import annotations

import numpy as np

from posenet3d.motion.numerics.filters import running_median, savgol_filter

LEAST_JITTER = 0.03
"""Change of a joint's velocity from frame to frame, median in sizes of a pose, from which on 2D may
be smoothed. Ours: 0.02 at most in motion capture at 30 frames a second, 0.085 and more with the
benchmark's detector noise."""

LEAST_TURNS = 1.5
"""How much that change itself changes, over the change. Noise turns back all the time and has 1.8;
motion has less than 1.5 at 15 frames a second and more, however quick it is. Ours."""

LEAST_RATIO = 0.5
"""And so much of the velocity the change must be: slower recordings of quick motion have less."""

_MEDIAN, _WINDOW, _ORDER = 7, 7, 2  # frames; of the polynomial. Ours, by the distance from true 2D


def calmed(
    keypoints_2d: np.ndarray, confidence: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, bool]:
    """Smooth 2D poses where they jitter: a running median, then a Savitzky-Golay filter.

    Frames that are far apart in time differ as much as noise makes them, but most go on in their
    direction, and noise turns back. Each joint is smoothed where it is seen in enough frames one
    after another; what is missing takes no part.

    Args:
      keypoints_2d: `[F, J, 2]`, pixels, one after another.
      confidence: `[F, J]`; 0: missing.
      size: `[F]`, of each pose in pixels.

    Returns:
      The poses, and whether they have been smoothed.
    """
    if not jitters(keypoints_2d, confidence, size):
        return keypoints_2d, False
    seen = confidence > 0
    smooth, was_smoothed = keypoints_2d.copy(), False
    for joint in range(keypoints_2d.shape[1]):
        edges = np.flatnonzero(np.diff(seen[:, joint], prepend=False, append=False))
        for start, end in edges.reshape(-1, 2):
            if end - start >= _WINDOW:
                run = keypoints_2d[start:end, joint]
                middle = running_median(run, _MEDIAN)
                smooth[start:end, joint] = savgol_filter(middle, _WINDOW, _ORDER)
                was_smoothed = True
    return smooth, was_smoothed


def jitters(keypoints_2d: np.ndarray, confidence: np.ndarray, size: np.ndarray) -> bool:
    """Whether joints tremble more than motion does; arguments as of `calmed`."""
    if len(keypoints_2d) < 4:
        return False
    seen = confidence > 0
    usual = []
    for order in (1, 2, 3):
        known = seen[order:].copy()
        for before in range(order):
            known &= seen[before : len(seen) - order + before]
        moved = np.linalg.norm(np.diff(keypoints_2d, n=order, axis=0), axis=-1)
        usual.append(np.median((moved / size[order:, None])[known]) if known.any() else 0.0)
    velocity, change, turns = usual
    return bool(
        change >= max(LEAST_JITTER, LEAST_RATIO * velocity) and turns >= LEAST_TURNS * change
    )
