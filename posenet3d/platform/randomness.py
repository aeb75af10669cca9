"""Random numbers that are a function of their seed alone.

TensorFlow's stateless functions pick their generator by device, and XLA turns the same random bits
into other floating-point numbers. Here the generator is named and the bits are turned by hand, so
that the numbers are equal eager, in a `tf.function`, in `tf.data` and under XLA. They are those of
`tf.random.stateless_uniform` and its kind with `alg="philox"`, whose seed takes a third of the
operations here: they had been nearly half of a training step's.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import NamedTuple

import numpy as np
import tensorflow as tf

_PHILOX = 1  # TensorFlow's number of the generator
_SCRAMBLING_KEY = np.array([0x02461E293EC8F720], np.uint64)  # of TensorFlow's stateless functions
_ZERO = np.zeros(1, np.uint64)


class RowsSeed(NamedTuple):
    """A seed for a replica that has some rows of a batch: it gets the numbers of just these rows.

    Wherever a seed int32 `[2]` is taken this can stand in its place. The first axis of what is
    drawn are rows then, and all replicas together draw what one device draws for the whole batch.
    The batch may have a second section behind the first; each replica has its share of either.
    """

    seed: tf.Tensor  # int32 [2], the same for all replicas
    replica: tf.Tensor | int  # which one this is
    replicas: int  # how many there are
    first: int  # rows of a replica in the first section; more than that are of the second


Seed = tf.Tensor | RowsSeed
"""int32 `[2]`, or that with the rows of a replica."""

_of_layers: ContextVar[Iterator[Seed] | None] = ContextVar("seeds_of_layers", default=None)


@contextlib.contextmanager
def seeding_layers(seed: Callable[[], Seed]) -> Iterator[None]:
    """Within the block, what layers draw is a function of this seed alone; see `seed_of_layer`.

    Args:
      seed: Gives the seed; called if a layer draws anything at all.
    """
    token = _of_layers.set(_folded_out(seed))
    try:
        yield
    finally:
        _of_layers.reset(token)


def seed_of_layer() -> Seed | None:
    """The seed for a call of a layer, another one each time; None outside of `seeding_layers`."""
    seeds = _of_layers.get()
    return None if seeds is None else next(seeds)


def _folded_out(seed: Callable[[], Seed]) -> Iterator[Seed]:
    first = seed()
    for number in itertools.count():
        yield fold_in(first, number)


def fold_in(seed: Seed, number: tf.Tensor) -> Seed:
    """A new seed int32 `[2]` from a seed and a number."""
    if isinstance(seed, RowsSeed):
        return seed._replace(seed=fold_in(seed.seed, number))
    number = tf.convert_to_tensor(number)
    return tf.stack([_bits([], seed, number.dtype), number])


def split(seed: Seed, count: int) -> list[Seed]:
    """`count` new seeds int32 `[2]` from a seed."""
    if isinstance(seed, RowsSeed):
        return [seed._replace(seed=part) for part in split(seed.seed, count)]
    return tf.unstack(_bits([count, 2], seed))


def uniform(shape: Sequence[int], seed: Seed, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
    """Uniform numbers float32 in [low, high)."""
    if isinstance(seed, RowsSeed):
        return _rows_of(uniform(_whole(shape, seed), seed.seed, low, high), seed)
    # A float32 holds 24 bits exactly.
    bits = tf.bitwise.bitwise_and(_bits(shape, seed), 0xFFFFFF)
    fraction = tf.cast(bits, tf.float32) * 2.0**-24
    in_unit = isinstance(low, float) and isinstance(high, float) and (low, high) == (0.0, 1.0)
    return fraction if in_unit else low + (high - low) * fraction


def normal(shape: Sequence[int], seed: Seed) -> tf.Tensor:
    """Normal numbers float32, mean 0, standard deviation 1 (Box and Muller, 1958)."""
    radius, turn = (uniform(shape, part) for part in split(seed, 2))
    return tf.sqrt(-2.0 * tf.math.log(1.0 - radius)) * tf.cos(2.0 * math.pi * turn)


def _bits(
    shape: Sequence[int] | tf.Tensor, seed: tf.Tensor, kind: tf.DType = tf.int32
) -> tf.Tensor:
    """Random integers, any that the type has."""
    scrambled = tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=[2],
        key=_SCRAMBLING_KEY,
        counter=tf.cast(seed, tf.uint64),
        dtype=tf.uint64,
        alg=_PHILOX,
    )
    key, upper = tf.split(scrambled, 2)
    return tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=tf.convert_to_tensor(shape, tf.int32),
        key=key,
        counter=tf.concat([_ZERO, upper], axis=0),
        dtype=kind,
        alg=_PHILOX,
    )


def _whole(shape: Sequence[int] | tf.Tensor, seed: RowsSeed) -> list[tf.Tensor]:
    """The shape of what one device draws."""
    rows, *rest = tf.unstack(shape) if tf.is_tensor(shape) else shape
    return [seed.replicas * rows, *rest]


def _rows_of(whole: tf.Tensor, seed: RowsSeed) -> tf.Tensor:
    """A replica's rows of what one device draws.

    Drawing the others too costs little beside a network, and any shape can be cut so; starting
    the generator at a row would need rows of a multiple of four numbers.
    """
    rows = tf.shape(whole)[0] // seed.replicas
    first = tf.minimum(rows, seed.first)
    second = rows - first
    start = seed.replicas * first + seed.replica * second
    return tf.concat(
        [
            whole[seed.replica * first : (seed.replica + 1) * first],
            whole[start : start + second],
        ],
        axis=0,
    )
