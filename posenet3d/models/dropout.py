"""Dropout whose random numbers are those of the training step, so that a resumed run is exact."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import keras
import tensorflow as tf

from posenet3d.platform import randomness

_seeds: ContextVar[Iterator[randomness.Seed] | None] = ContextVar("dropout_seeds", default=None)


@contextlib.contextmanager
def seeded_dropout(seed: Callable[[], randomness.Seed]) -> Iterator[None]:
    """Within the block, what networks drop is a function of this seed alone.

    Each call of a layer takes the next seed of those that are folded out of it. The first axis of
    what is dropped are a replica's rows where the seed says so.

    Args:
      seed: Gives int32 `[2]`, or that with a replica's rows; called if anything is dropped at all.
    """
    token = _seeds.set(_folded_out(seed))
    try:
        yield
    finally:
        _seeds.reset(token)


def _folded_out(seed: Callable[[], randomness.Seed]) -> Iterator[randomness.Seed]:
    first = seed()
    for number in itertools.count():
        yield randomness.fold_in(first, number)


class Dropout(keras.layers.Dropout):
    """Keras's dropout, which draws from its own generator outside of `seeded_dropout`.

    That generator's state is in no checkpoint, and each replica has the same one.
    """

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Sets a share of the features `[N, F]` to 0 and scales up the others."""
        seeds = _seeds.get()
        if not training or seeds is None:
            return super().call(inputs, training=training)
        kept = randomness.uniform(tf.shape(inputs), next(seeds)) >= self.rate
        return tf.where(kept, inputs / (1.0 - self.rate), tf.zeros_like(inputs))
