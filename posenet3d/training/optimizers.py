"""The optimizers of the two networks, with their learning-rate schedules."""

from __future__ import annotations

from typing import Any

import keras

from posenet3d.training.config import TrainingConfig
from posenet3d.training.precision import with_loss_scale


def make_optimizers(
    config: TrainingConfig,
) -> tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer]:
    """Adam for the lifter and for the discriminator, as the settings say."""
    settings = config.optimizer
    rate = settings.discriminator_learning_rate or settings.learning_rate
    every = settings.discriminator_every  # its own steps are fewer, and so must be its schedule's
    return (
        _adam(config, settings.learning_rate, config.steps, config.steps_per_epoch),
        _adam(config, rate, config.steps / every, config.steps_per_epoch / every),
    )


def current_learning_rate(optimizer: keras.optimizers.Optimizer) -> float:
    """The learning rate of the step to come."""
    rate = optimizer.learning_rate
    return float(rate(optimizer.iterations) if callable(rate) else rate)


def _adam(config: TrainingConfig, rate: float, steps: float, epoch: float) -> Any:
    schedules = keras.optimizers.schedules
    schedule = {
        "constant": lambda: rate,
        "cosine": lambda: schedules.CosineDecay(rate, max(int(steps), 1)),
        "exponential": lambda: schedules.ExponentialDecay(
            rate, max(int(epoch), 1), config.optimizer.decay, staircase=True
        ),
    }[config.optimizer.schedule]()
    adam = keras.optimizers.Adam(
        schedule, beta_1=config.optimizer.beta_1, beta_2=config.optimizer.beta_2
    )
    return with_loss_scale(adam, config.mixed_precision)
