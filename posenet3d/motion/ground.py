"""Feet that stay where they stand: contacts with the floor, and a way on which no foot slides.

Upright poses in the room: x right, y straight down, z away from the camera; mm.
"""

from __future__ import annotations

import numpy as np

from posenet3d.motion.smoothing import check_fps

_LOW = 0.05  # of the person's height above the lower foot: a foot that stands is lower. Ours
_SLOW = 0.25  # heights a second along the floor: a foot that stands is slower. Ours
_LEVEL = 0.3  # heights a second up or down, likewise. Ours
_SMOOTH = 0.3  # seconds over which a foot's velocity is taken
_SHORTEST = 3  # frames of a contact, and of a gap between two
_STIFF = 0.02  # weight of a change of the correction's velocity against sliding
_NEAR = 1e-3  # weight of the correction itself: in the long run, the way is that of the image


def contacts(feet_3d: np.ndarray, height_mm: float, fps: float) -> np.ndarray:
    """Which feet stand on the floor.

    Args:
      feet_3d: `[F, N, 3]`, feet in the room, frame after frame.
      height_mm: Of the person.
      fps: Frames a second.

    Returns:
      bool `[F, N]`: low, slow, and so for some frames. All False where there are fewer than 5
      frames.

    Raises:
      InputError: If `fps` is no positive number.
    """
    from scipy.ndimage import binary_closing, binary_opening
    from scipy.signal import savgol_filter  # half a second, which others need not wait for

    check_fps(fps)
    if len(feet_3d) < 5:
        return np.zeros(feet_3d.shape[:2], bool)
    window = max(5, 2 * round((_SMOOTH * fps - 1) / 2) + 1)
    window = min(window, (len(feet_3d) - 1) // 2 * 2 + 1)
    velocity = savgol_filter(feet_3d, window, 2, deriv=1, delta=1 / fps, axis=0) / height_mm
    lower = feet_3d[..., 1].max(axis=1, keepdims=True) - feet_3d[..., 1] < _LOW * height_mm
    slow = np.linalg.norm(velocity[..., [0, 2]], axis=-1) < _SLOW
    stands = lower & slow & (np.abs(velocity[..., 1]) < _LEVEL)
    run = np.ones((_SHORTEST, 1))
    return binary_opening(binary_closing(stands, run), run)


def planted(feet_3d: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """Corrections of a person's place, `[F, 3]`, with which feet that stand do not slide.

    Least squares: the way of a foot between two frames in which it stands, the change of the
    correction's velocity, and the correction itself are small. The equations have five diagonals.

    Args:
      feet_3d: `[F, N, 3]`, feet in the room, frame after frame.
      stands: bool `[F, N]`, of `contacts`.
    """
    from scipy.linalg import solveh_banded

    count = len(feet_3d)
    if count < 3 or not stands.any():
        return np.zeros((count, 3))
    both = stands[1:] & stands[:-1]
    weight = both.sum(axis=1).astype(np.float64)
    steps = (np.diff(feet_3d, axis=0) * both[..., None]).sum(axis=1)
    main, next_to, second = np.full(count, _NEAR), np.zeros(count), np.zeros(count)
    main[:-1] += weight
    main[1:] += weight
    next_to[1:] -= weight
    # Squares of c[t] - 2 c[t + 1] + c[t + 2].
    for shift, square in enumerate((1.0, 4.0, 1.0)):
        main[shift : count - 2 + shift] += _STIFF * square
    next_to[1:-1] -= 2 * _STIFF
    next_to[2:] -= 2 * _STIFF
    second[2:] += _STIFF
    right = np.zeros((count, 3))
    right[:-1] += steps
    right[1:] -= steps
    return solveh_banded(np.stack([second, next_to, main]), right)


def sliding(feet_3d: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """How far feet slide along the floor, mm a frame, between frames in which they stand.

    Arguments are those of `planted`.
    """
    both = stands[1:] & stands[:-1]
    return np.linalg.norm(np.diff(feet_3d, axis=0)[..., [0, 2]], axis=-1)[both]
