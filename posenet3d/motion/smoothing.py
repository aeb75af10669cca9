"""Filters that take the jitter out of poses over time.

Both treat all joints alike and commute with moving, turning and resizing the poses. Frames without
a pose (NaN) stay so, and what lies between two of them is filtered apart from the rest.
"""

from __future__ import annotations

import math

import numpy as np

from posenet3d.errors import InputError
from posenet3d.motion.config import OneEuroConfig, SavgolConfig
from posenet3d.motion.numerics.filters import savgol_filter


class OneEuro:
    """The One Euro filter (Casiez, Roussel and Vogel, CHI 2012) of a pose, frame by frame.

    A first-order low-pass filter whose cutoff rises with the speed: what rests is calmed, what
    moves is not held back much. It looks at the past alone, so that it can be used live. The paper
    filters one number; here the speed of a joint is the length of its velocity, so that the axes
    do not matter, and it counts in sizes of the pose a second, so that the unit does not.

    Example:

        one_euro = OneEuro(OneEuroConfig())
        smooth_3d = one_euro.step(result.keypoints_3d[0], time)   # a frame at a time
    """

    def __init__(self, config: OneEuroConfig | None = None) -> None:
        self.config = config or OneEuroConfig()
        self.reset()

    def reset(self) -> None:
        """Forgets the past; the next pose is the first."""
        self._time = self._pose = None

    def step(self, pose: np.ndarray, time: float) -> np.ndarray:
        """The filtered pose of this moment.

        Args:
          pose: `[J, 3]` (or `[J, D]`), any frame and unit; with a NaN in it there is no pose, and
            the next one begins anew.
          time: Seconds, rising from call to call, at any rate.

        Returns:
          float64, the shape of `pose`.

        Raises:
          ValueError: If the time has not risen.
        """
        pose = np.array(pose, np.float64)
        if not np.isfinite(pose).all():
            self.reset()
            return np.full_like(pose, np.nan)
        if self._pose is None:
            self._pose, self._velocity, self._size = pose, np.zeros_like(pose), _size(pose)
        else:
            passed = time - self._time
            if not passed > 0:
                raise ValueError(f"Time must rise, got {time} s after {self._time} s.")
            slow = _share(self.config.d_cutoff, passed)
            self._velocity += slow * ((pose - self._pose) / passed - self._velocity)
            self._size += slow * (_size(pose) - self._size)
            speed = np.linalg.norm(self._velocity, axis=-1, keepdims=True)
            speed = np.divide(speed, self._size, out=np.zeros_like(speed), where=self._size > 0)
            cutoff = self.config.min_cutoff + self.config.beta * speed
            self._pose = self._pose + _share(cutoff, passed) * (pose - self._pose)
        self._time = time
        return self._pose.copy()


def one_euro(
    keypoints_3d: np.ndarray, fps: float, config: OneEuroConfig | None = None
) -> np.ndarray:
    """Poses `[F, J, 3]` of a track through `OneEuro`; NaN where there is none.

    Raises:
      InputError: If `fps` is no positive number.
    """
    check_fps(fps)
    running = OneEuro(config)
    poses = np.asarray(keypoints_3d, np.float64)
    smooth = [running.step(pose, frame / fps) for frame, pose in enumerate(poses)]
    return np.array(smooth).reshape(poses.shape)


def savgol(keypoints_3d: np.ndarray, fps: float, config: SavgolConfig | None = None) -> np.ndarray:
    """Poses `[F, J, 3]` of a track, each the middle of a polynomial fitted to those around it.

    Savitzky and Golay, Analytical Chemistry 1964. There is no lag: past and future count alike.
    At the ends of a segment the polynomial of the outermost window is used. A segment shorter than
    the window is its own window, and stays as it is where the polynomial would go through all
    of its poses anyway.

    Args:
      keypoints_3d: `[F, J, 3]`, any frame and unit; NaN where there is no pose.
      fps: Frames a second.
      config: The settings.

    Returns:
      float64 `[F, J, 3]`.

    Raises:
      InputError: If `fps` is no positive number.
    """
    check_fps(fps)
    config = config or SavgolConfig()
    smooth = np.array(keypoints_3d, np.float64)
    whole = 2 * round((config.window * fps - 1) / 2) + 1
    for start, end in segments(smooth):
        window = min(whole, (end - start - 1) // 2 * 2 + 1)  # the largest odd number that fits
        if window > config.order:
            smooth[start:end] = savgol_filter(smooth[start:end], window, config.order)
    return smooth


def segments(keypoints_3d: np.ndarray) -> list[tuple[int, int]]:
    """(first, one past the last) of each run of frames of `[F, J, 3]` that have a pose."""
    there = np.isfinite(keypoints_3d).all(axis=(1, 2))
    edges = np.flatnonzero(np.diff(there, prepend=False, append=False))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def check_fps(fps: float) -> None:
    """Refuses what is no rate of frames.

    Raises:
      InputError: If it is not a positive, finite number.
    """
    if not 0 < fps < math.inf:
        raise InputError(f"fps must be a positive number of frames a second, got {fps}.")


def _share(cutoff: float | np.ndarray, passed: float) -> float | np.ndarray:
    """How much of the new value a low-pass filter takes, after so many seconds."""
    return 1.0 / (1.0 + 1.0 / (2.0 * math.pi * cutoff * passed))


def _size(pose: np.ndarray) -> float:
    return math.sqrt(((pose - pose.mean(axis=0)) ** 2).sum(axis=-1).mean())
