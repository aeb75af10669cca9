"""Random numbers that last: what is wrong with a detection is often wrong for a while."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from posenet3d.platform import randomness

_LASTS = (0.0, 0.0, 1.5, 4.0, 12.0)
"""Frames after which about a third is left, a way to last each; 0: each frame is for itself. Ours,
from a detector's jitter to a limb that it takes for another's over a second."""


class Lasting:
    """Draws normal numbers for windows of T frames, alike from frame to frame.

    Each window has one of several ways to last (Ornstein and Uhlenbeck's process).

    Args:
      frames: T.
    """

    def __init__(self, frames: int) -> None:
        apart = np.abs(np.subtract.outer(np.arange(frames), np.arange(frames)))
        factors = [
            np.linalg.cholesky(np.exp(-apart / lasts) + 1e-6 * np.eye(frames))
            if lasts
            else np.eye(frames)
            for lasts in _LASTS
        ]
        self.frames = frames
        self._factors = np.stack(factors).astype(np.float32)

    def normal(self, count: int, shape: tuple[int, ...], seed: tf.Tensor) -> tf.Tensor:
        """float32 `[count, T, *shape]`, each of mean 0 and standard deviation 1."""
        way_seed, number_seed = randomness.split(seed, 2)
        way = tf.cast(randomness.uniform([count], way_seed, 0.0, float(len(_LASTS))), tf.int32)
        each = int(np.prod(shape))
        white = randomness.normal([count, self.frames, each], number_seed)
        lasting = tf.matmul(tf.gather(tf.constant(self._factors), way), white)
        return tf.reshape(lasting, [count, self.frames, *shape])

    def happens(
        self, count: int, shape: tuple[int, ...], share: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        """bool `[count, T, *shape]`: true for so large a share, over runs of frames.

        Args:
          count: Number of windows.
          shape: See above.
          share: Broadcasts to the result, below 1.
          seed: int32 `[2]`.
        """
        below = 0.5 * tf.math.erfc(-self.normal(count, shape, seed) / np.sqrt(2.0))
        return below < share
