"""A fast recording as several sequences, of every second, third, ... frame."""

from __future__ import annotations

import dataclasses

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Ways:
    """One sequence as several, of every second, third, ... frame."""

    count: tf.Tensor  # [], how many

    def apart(self, tensor: tf.Tensor) -> tf.Tensor:
        """`[T, ...]` to `[count, T / count, ...]`; zeros where T is no multiple."""
        rows = tf.shape(tensor)[0]
        more = tf.math.floormod(-rows, self.count)
        rest = tensor.shape[1:].as_list()
        padded = tf.pad(tensor, [[0, more], *[[0, 0]] * len(rest)])
        parts = tf.reshape(padded, [-1, self.count, *rest])
        return tf.transpose(parts, [1, 0, *range(2, 2 + len(rest))])

    def together(self, tensor: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        """`[count * F, ...]`, sequence after sequence, to `[T, ...]`."""
        rest = tensor.shape[1:].as_list()
        parts = tf.reshape(tensor, [self.count, -1, *rest])
        parts = tf.transpose(parts, [1, 0, *range(2, 2 + len(rest))])
        return tf.reshape(parts, [-1, *rest])[:rows]
