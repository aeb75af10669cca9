"""The devices that train one model together, whichever process they are of."""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from posenet3d.distribution.cluster import Cluster, read_cluster, wait_for_workers
from posenet3d.errors import ConfigError

Strategy = Literal["none", "mirrored", "multiworker"]

_LARGEST_PART = 1 << 22  # pairs of bytes that are shared at a time


class Team:
    """What a process has to know of the devices it trains with.

    Replicas are counted through all processes. Without a strategy there is one replica, and
    nothing of `tf.distribute` is used.

    Args:
      strategy: The strategy; None: one device.
      cluster: The processes, where there are several.
    """

    def __init__(
        self, strategy: tf.distribute.Strategy | None = None, cluster: Cluster | None = None
    ) -> None:
        self.strategy = strategy
        self.cluster = cluster
        self.is_chief = cluster is None or cluster.is_chief
        self.replicas = 1 if strategy is None else strategy.num_replicas_in_sync
        self.workers = 1 if cluster is None else len(cluster.addresses)
        self.local = self.replicas // self.workers
        self.first = 0 if cluster is None else cluster.own * self.local

    def __str__(self) -> str:
        devices = "1 device" if self.replicas == 1 else f"{self.replicas} devices"
        if self.workers > 1:
            devices += f" of {self.workers} workers"
        return devices

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Variables that are made within are the same on all replicas."""
        if self.strategy is None:
            yield
        else:
            with self.strategy.scope():
                yield

    def check_shares(self, **rows: int) -> None:
        """Raises `ConfigError` where that many rows, by a setting's name, have no equal shares."""
        for name, count in rows.items():
            if count % self.replicas:
                nearest = max(1, round(count / self.replicas)) * self.replicas
                raise ConfigError(
                    f"{name} is {count}, which {self} cannot share equally; take {nearest}."
                )

    def share_value(self, value: Any) -> Any:
        """The chief's value, plain data, in every process."""
        if self.workers == 1:
            return value
        return json.loads(self.share(json.dumps(value).encode()))

    def share(self, data: bytes) -> bytes:
        """The chief's bytes, in every process; what the others give is not looked at."""
        if self.workers == 1:
            return data
        size = self._from_chief(np.array([len(data) >> 24, len(data) & 0xFFFFFF], np.float32))
        length = (int(size[0]) << 24) + int(size[1])
        pairs = np.zeros(-(-length // 2), np.uint16)
        if self.is_chief:
            pairs.view(np.uint8)[:length] = np.frombuffer(data, np.uint8)
        for start in range(0, len(pairs), _LARGEST_PART):
            part = slice(start, start + _LARGEST_PART)
            pairs[part] = self._from_chief(pairs[part].astype(np.float32))
        return pairs.tobytes()[:length]

    def _from_chief(self, numbers: np.ndarray) -> np.ndarray:
        """The chief's whole numbers, as float32, which every collective takes and holds exactly."""

        def given(context: tf.distribute.ReplicaContext) -> tf.Tensor:
            own = context.replica_id_in_sync_group == 0
            return tf.constant(numbers if own else np.zeros_like(numbers))

        return self.sum(given).numpy()

    def sum(self, given: Callable[[Any], tf.Tensor]) -> tf.Tensor:
        """The sum of what each replica gives, a function of its context."""
        values = self.strategy.experimental_distribute_values_from_function(given)
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, values, axis=None)


ALONE = Team()
"""One device."""


def make_team(strategy: Strategy, wait_seconds: float = 300.0) -> Team:
    """The devices of a run. To be called before TensorFlow has done anything else.

    Args:
      strategy: none: one device; mirrored: all GPUs of this machine, or all CPU devices;
        multiworker: all devices of the processes that `TF_CONFIG` names.
      wait_seconds: How long to wait for the other processes.

    Raises:
      ConfigError: If `TF_CONFIG` is missing or wrong.
      TrainingError: If a process cannot be reached.
    """
    if strategy == "none":
        return ALONE
    cluster = read_cluster(os.environ) if strategy == "multiworker" else None
    return _team(cluster, wait_seconds)


# A second strategy in a process would take the collectives of the first for its own.
@functools.cache
def _team(cluster: Cluster | None, wait_seconds: float) -> Team:
    if cluster is None:
        kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        devices = [device.name for device in tf.config.list_logical_devices(kind)]
        return Team(tf.distribute.MirroredStrategy(devices))
    wait_for_workers(cluster, wait_seconds)
    try:
        return Team(tf.distribute.MultiWorkerMirroredStrategy(), cluster)
    except RuntimeError as error:
        if "program startup" not in str(error):
            raise
        raise ConfigError(
            "strategy=multiworker must be set up before TensorFlow is used; train first thing in "
            "a process of its own, as scripts/train.py does."
        ) from error
