"""Takes the jitter of a detector out of 2D tracks, before they are learned from."""

from __future__ import annotations

import numpy as np

LEAST_JITTER = 0.03
"""Change of a joint's velocity from frame to frame, median in sizes of a pose, from which on 2D is
smoothed. Ours: 0.02 at most in motion capture at 30 frames a second, 0.07 and more with the
benchmark's detector noise."""

LEAST_RATIO = 1.2
"""And so much of the velocity itself the change must be: noise that is alone has 1.7, motion at 15
frames a second and more at most 1.1. Ours."""

_MEDIAN, _WINDOW, _ORDER = 7, 7, 2  # frames; of the polynomial. Ours, by the distance from true 2D


def calmed(keypoints_2d: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, bool]:
    """Smooth 2D poses where they jitter: a running median, then a Savitzky-Golay filter.

    Frames that are far apart in time differ as much as noise makes them, but most go on in their
    direction, and noise turns back.

    Args:
      keypoints_2d: `[F, J, 2]`, pixels, one after another.
      size: `[F]`, of each pose in pixels.

    Returns:
      The poses, and whether they have been smoothed.
    """
    from scipy.ndimage import median_filter
    from scipy.signal import savgol_filter  # half a second, which others need not wait for

    if len(keypoints_2d) < max(_MEDIAN, _WINDOW):
        return keypoints_2d, False
    velocity = np.diff(keypoints_2d, axis=0) / size[1:, None, None]
    change = np.median(np.linalg.norm(np.diff(velocity, axis=0), axis=-1))
    speed = np.median(np.linalg.norm(velocity, axis=-1))
    if change < max(LEAST_JITTER, LEAST_RATIO * speed):
        return keypoints_2d, False
    middle = median_filter(keypoints_2d, size=(_MEDIAN, 1, 1), mode="nearest")
    return savgol_filter(middle, _WINDOW, _ORDER, axis=0), True
