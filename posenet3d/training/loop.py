"""Fitting: by Keras on one device, by a loop of our own on the devices of a team.

Keras's own loop under a strategy gathers every metric from all workers at every step, fails on
scalars there (keras issue 20585), splits data sets by itself and validates on all workers. Ours
takes the rows that each replica was given, adds up what must be added up, and leaves validation
and callbacks to the chief.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.distribution import Team
from posenet3d.errors import TrainingError

_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
)
"""What TensorFlow raises where another worker of a collective is gone."""


def fit(
    trainer: keras.Model,
    team: Team,
    batches: tf.data.Dataset,
    steps_per_epoch: int,
    epochs: int = 1,
    initial_epoch: int = 0,
    validation: tf.data.Dataset | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int | str = 0,
) -> dict[str, list[float]]:
    """Trains, as `keras.Model.fit` does.

    Args:
      trainer: A compiled trainer with `learn` and `measure` beside its steps, made in the
        team's scope.
      team: The devices.
      batches: Endless; with a team, the shares of the process's replicas, one after another.
      steps_per_epoch: Steps of an epoch.
      epochs: The epoch to stop at.
      initial_epoch: Epochs done before.
      validation: Batches to `measure`; looked at by the chief alone.
      callbacks: Called as by Keras.
      verbose: As in `fit`.

    Returns:
      The logs of each epoch, by name.
    """
    if team.strategy is None:
        history = trainer.fit(
            batches,
            steps_per_epoch=steps_per_epoch,
            epochs=epochs,
            initial_epoch=initial_epoch,
            validation_data=validation,
            callbacks=list(callbacks),
            shuffle=False,
            verbose=verbose,
        )
        return history.history
    callbacks = keras.callbacks.CallbackList(
        list(callbacks),
        add_history=True,
        add_progbar=bool(verbose),
        model=trainer,
        verbose=verbose,
        epochs=epochs,
        steps=steps_per_epoch,
    )
    measure = tf.function(trainer.measure, autograph=False)
    steps = _steps(trainer, team, iter(batches))
    callbacks.on_train_begin()
    for epoch in range(initial_epoch, epochs):
        callbacks.on_epoch_begin(epoch)
        means = _Means(trainer.loss_names)
        for number in range(steps_per_epoch):
            callbacks.on_train_batch_begin(number)
            means.add(next(steps))
            callbacks.on_train_batch_end(number, means.logs())
        logs = means.logs()
        if validation is not None and team.is_chief:
            logs |= _validated(measure, validation)
        callbacks.on_epoch_end(epoch, logs)
    callbacks.on_train_end()
    return trainer.history.history


def _steps(trainer: keras.Model, team: Team, elements: Iterator[Any]) -> Iterator[dict[str, float]]:
    """Takes a step at a time; yields its losses, means over the whole batch."""
    names: list[str] = []

    @tf.function(autograph=False)
    def step(shares: Any, due: bool) -> tf.Tensor:
        def learn(share: Any) -> tf.Tensor:
            losses = trainer.learn(share, due)
            names[:] = losses
            return tf.stack(list(losses.values()))

        losses = team.strategy.run(learn, args=(shares,))
        return team.strategy.reduce(tf.distribute.ReduceOp.MEAN, losses, axis=None)

    number = int(trainer.step.numpy())
    while True:
        shares = team.strategy.experimental_distribute_values_from_function(
            lambda _: next(elements)
        )
        losses = step(shares, trainer.is_due(number)).numpy()
        yield dict(zip(names, losses.tolist(), strict=True))
        number += 1


@contextlib.contextmanager
def lost_workers(strategy: str) -> Iterator[None]:
    """Says in words that another worker is gone, which TensorFlow says in many ways.

    Args:
      strategy: That of the run; with one process TensorFlow's errors stay what they are.

    Raises:
      TrainingError: In place of TensorFlow's errors.
    """
    try:
        yield
    except _LOST as error:
        if strategy != "multiworker":
            raise
        lines = error.message.strip().splitlines()
        reason = next((t for t in lines if "abort" in t or "onnect" in t), lines[-1])[:200]
        raise TrainingError(
            "Another worker is gone. Start the same command again on all workers: the run goes on "
            f"from its last whole epoch. (TensorFlow: {reason})"
        ) from error


class _Means:
    """Running means of an epoch."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.sums = dict.fromkeys(self.names, 0.0)
        self.counts = dict.fromkeys(self.names, 0.0)

    def add(self, losses: dict[str, float]) -> None:
        """Adds a step; of a discriminator that did not learn in it there is nothing to add."""
        learnt = losses.get("discriminators_learnt", 1.0)
        for name in self.names:
            weight = learnt if name == "discriminator_loss" else 1.0
            self.sums[name] += weight * losses.get(name, 0.0)
            self.counts[name] += weight

    def logs(self) -> dict[str, float]:
        """The means so far."""
        return {name: self.sums[name] / max(self.counts[name], 1.0) for name in self.names}


def _validated(measure: Callable[..., Any], batches: tf.data.Dataset) -> dict[str, float]:
    """The means over what is measured, as Keras names and takes them; its own metrics would ask
    the other replicas for their part."""
    measured: dict[str, list[np.ndarray]] = {}
    for batch in batches:
        for name, values in measure(batch).items():
            measured.setdefault(f"val_{name}", []).append(np.ravel(values))
    return {name: float(np.concatenate(parts).mean()) for name, parts in measured.items()}
