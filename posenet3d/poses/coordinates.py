"""What coordinates tell by themselves: joints that are missing, and parts of the image's size."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

MOST_OF_SIZE = 1.5
"""Greatest coordinate that is taken for a part of the image's size: people stand half outside of a
picture, while nobody is a pixel tall. Ours."""

_CENTRED = -0.5  # a least coordinate below it: 0 is the middle of the picture, not its corner
_UPRIGHT = 0.4  # width of a standing person's joints in parts of the height, about
_ROWS = 65536  # looked at together: archives may be larger than memory


def in_corner(keypoints_2d: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Which joints are missing though they have a confidence, because they lie at exactly (0, 0).

    No joint is measured in the very corner of a picture, but detectors and programs that cut off
    by confidence leave such joints. Poses whose other joints lie on all sides of (0, 0) are
    centred there, and have joints in the middle by right.

    Args:
      keypoints_2d: `[N, J, 2]`.
      confidence: `[N, J]`; 0 marks joints that are known to be missing.

    Returns:
      bool `[N, J]`.
    """
    corner = ~keypoints_2d.any(axis=-1) & (confidence > 0)
    rows = np.flatnonzero(corner.any(axis=1))
    if len(rows):
        some = keypoints_2d[rows]
        others = ((confidence[rows] > 0) & ~corner[rows])[..., None]
        below = (some < 0) & others
        above = (some > 0) & others
        is_around = (below.any(axis=1) & above.any(axis=1)).all(axis=-1)
        corner[rows] &= ~is_around[:, None]
    return corner


def outside_image(
    keypoints_2d: np.ndarray,
    confidence: np.ndarray,
    image_sizes: Sequence[tuple[int, int] | None] | None,
) -> np.ndarray:
    """Which joints lie outside of their image though they have a confidence.

    Args:
      keypoints_2d: `[N, J, 2]`, pixels, from the image's upper left corner.
      confidence: `[N, J]`; 0 marks joints that are known to be missing.
      image_sizes: For each of the N (width, height) of its image, or None; None: unknown.

    Returns:
      bool `[N, J]`; False where the size is not known.
    """
    sizes = [size or (math.inf, math.inf) for size in image_sizes or (None,) * len(keypoints_2d)]
    most = np.array(sizes, np.float32).reshape(-1, 1, 2)
    beyond = (keypoints_2d > most) | ((keypoints_2d < 0) & np.isfinite(most))
    return beyond.any(axis=-1) & (confidence > 0)


def without_corner(keypoints_2d: np.ndarray, confidence: np.ndarray | None) -> np.ndarray | None:
    """The confidence of poses, 0 where a joint lies at exactly (0, 0); see `in_corner`.

    Args:
      keypoints_2d: `[N, J, 2]`.
      confidence: `[N, J]`; None: every joint is present.

    Returns:
      `[N, J]`; what was given where there is no such joint.
    """
    known = confidence
    for first in range(0, len(keypoints_2d), _ROWS):
        rows = slice(first, first + _ROWS)
        some = keypoints_2d[rows]
        given = np.ones(some.shape[:2], np.float32) if known is None else known[rows]
        corner = in_corner(some, given)
        if corner.any():
            if confidence is known:  # before the first change: the caller's stay as they are
                shape = keypoints_2d.shape[:2]
                confidence = np.ones(shape, np.float32) if known is None else np.array(known)
            confidence[rows][corner] = 0
    return confidence


def are_parts_of_size(least: float, most: float) -> bool:
    """Whether all coordinates between these two are parts of an image's size, from its corner."""
    return least >= _CENTRED and most <= MOST_OF_SIZE


def size_advice(keypoints_2d: np.ndarray, confidence: np.ndarray | None) -> str:
    """What a user should give whose coordinates are parts of an unknown size."""
    width, height = size_example(keypoints_2d, confidence)
    return (
        f"give its size, for example --image_size={width}x{height} for posenet3d lift (or the "
        f"images or the video: --images=PATH), image_size=({width}, {height}) in Python."
    )


def size_example(keypoints_2d: np.ndarray, confidence: np.ndarray | None) -> tuple[int, int]:
    """A common size of images, landscape or portrait, whichever suits people who stand.

    Args:
      keypoints_2d: `[N, J, 2]`, parts of the image's size.
      confidence: `[N, J]`; 0 marks missing joints; None: there are none.
    """
    present = np.ones(keypoints_2d.shape[:2], bool) if confidence is None else confidence > 0
    there = present.any(axis=1)
    sizes = ((1920, 1080), (1080, 1920))
    if not there.any():
        return sizes[0]
    joints = np.where(present[there][..., None], keypoints_2d[there], np.nan)
    width, height = np.median(np.nanmax(joints, axis=1) - np.nanmin(joints, axis=1), axis=0)
    if not (width > 0 and height > 0):
        return sizes[0]
    return min(sizes, key=lambda s: abs(math.log(width * s[0] / (height * s[1]) / _UPRIGHT)))
