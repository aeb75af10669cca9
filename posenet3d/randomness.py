"""Random numbers that are a function of their seed alone.

TensorFlow's stateless functions pick their generator by device, and XLA turns the same random bits
into other floating-point numbers. Here the generator is named and the bits are turned by hand, so
that the numbers are equal eager, in a `tf.function`, in `tf.data` and under XLA.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import tensorflow as tf

_GENERATOR = "philox"


def fold_in(seed: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
    """A new seed int32 `[2]` from a seed and a number."""
    return tf.random.experimental.stateless_fold_in(seed, number, alg=_GENERATOR)


def split(seed: tf.Tensor, count: int) -> list[tf.Tensor]:
    """`count` new seeds int32 `[2]` from a seed."""
    return tf.unstack(tf.random.experimental.stateless_split(seed, count, alg=_GENERATOR))


def uniform(
    shape: Sequence[int], seed: tf.Tensor, low: float = 0.0, high: float = 1.0
) -> tf.Tensor:
    """Uniform numbers float32 in [low, high)."""
    bits = tf.random.stateless_uniform(shape, seed, None, None, tf.int32, alg=_GENERATOR)
    # A float32 holds 24 bits exactly.
    fraction = tf.cast(tf.bitwise.bitwise_and(bits, 0xFFFFFF), tf.float32) * 2.0**-24
    return low + (high - low) * fraction


def normal(shape: Sequence[int], seed: tf.Tensor) -> tf.Tensor:
    """Normal numbers float32, mean 0, standard deviation 1 (Box and Muller, 1958)."""
    radius, turn = (uniform(shape, part) for part in split(seed, 2))
    return tf.sqrt(-2.0 * tf.math.log(1.0 - radius)) * tf.cos(2.0 * math.pi * turn)
