"""What a step has to know of the replicas that share its batch."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.platform import randomness


def in_sync() -> int:
    """How many replicas take this step together; 1 without a distribution strategy."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def own() -> tf.Tensor | int:
    """Which of them this is."""
    return tf.distribute.get_replica_context().replica_id_in_sync_group


def seed_of_rows(seed: tf.Tensor, batch_size: int) -> randomness.Seed:
    """The seed int32 `[2]`; in a replica, for its rows of the whole batch."""
    if in_sync() == 1 or tf.distribute.in_cross_replica_context():
        return seed
    return randomness.RowsSeed(seed, own(), in_sync(), batch_size // in_sync())


def mean(tensors: list[tf.Tensor | None]) -> list[tf.Tensor | None]:
    """Their means over the replicas, the same in each."""
    there = [t for t in tensors if t is not None]
    means = iter(tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, there))
    return [None if t is None else next(means) for t in tensors]


def rows(tensor: tf.Tensor) -> tf.Tensor:
    """A replica's rows of a batch that each has whole."""
    count = in_sync()
    if count == 1:
        return tensor
    share = tensor.shape[0] // count
    return tensor[own() * share : (own() + 1) * share]
