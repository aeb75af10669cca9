"""The optimizers of the networks, with their learning-rate schedules."""

from __future__ import annotations

from typing import Any

import keras

from posenet3d.platform import stack
from posenet3d.platform.precision import with_loss_scale
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.settings.optimizer_names import ADDONS, WRAPPERS, accepted, optimizer_class
from posenet3d.training.settings.sequence_settings import SequenceConfig
from posenet3d.training.settings.step_settings import OptimizerConfig
from posenet3d.training.settings.student_settings import StudentConfig
from posenet3d.training.updates.fused_adam import FusedAdam

_SWA_START = 0.75
"""Share of the run after which SWA averages: Izmailov et al., "Averaging Weights Leads to Wider
Optima and Better Generalization", UAI 2018, start there in most experiments."""

_WEIGHT_DECAY = 0.004  # Keras's default; Addons has none


def make_optimizers(
    config: TrainingConfig,
) -> tuple[keras.optimizers.Optimizer, keras.optimizers.Optimizer]:
    """The lifter's and the discriminators' optimizers, as the settings say."""
    settings = config.optimizer
    rate = settings.discriminator_learning_rate or settings.learning_rate
    every = settings.discriminator_every  # its own steps are fewer, and so must be its schedule's
    steps, epoch = config.steps, config.steps_per_epoch
    made = (
        _make(settings, _schedule(settings, settings.learning_rate, steps, epoch), steps),
        _make(settings, _schedule(settings, rate, steps / every, epoch / every), steps // every),
    )
    return tuple(with_loss_scale(optimizer, config.mixed_precision) for optimizer in made)


def make_student_optimizer(
    config: TrainingConfig, stage: StudentConfig | SequenceConfig
) -> keras.optimizers.Optimizer:
    """The same kind of optimizer for a later stage, its moments' decay being Keras's own."""
    schedule = keras.optimizers.schedules.CosineDecay(stage.learning_rate, stage.steps)
    optimizer = _make(config.optimizer, schedule, stage.steps, betas={})
    return with_loss_scale(optimizer, config.mixed_precision)


def current_learning_rate(optimizer: keras.optimizers.Optimizer) -> float:
    """The learning rate of the step to come."""
    rate = stack.rate_or_schedule(optimizer)
    return float(rate(optimizer.iterations) if callable(rate) else rate)


def _make(
    settings: OptimizerConfig, schedule: Any, steps: int, betas: dict[str, float] | None = None
) -> Any:
    """An optimizer of the settings' kind, of whose other settings it gets those that it has."""
    if betas is None:
        betas = {"beta_1": settings.beta_1, "beta_2": settings.beta_2}
    fused = settings.name == "adam" and stack.KERAS_3
    kind = FusedAdam if fused else optimizer_class(settings.name)
    name = settings.name.removeprefix(ADDONS)
    if settings.name.startswith(ADDONS) and name in WRAPPERS:
        adam = keras.optimizers.legacy.Adam(schedule, **betas)
        own = {
            "Lookahead": {},
            "MovingAverage": {"average_decay": settings.average_decay},
            "SWA": {"start_averaging": int(_SWA_START * steps)},
        }[name]
        return kind(adam, **own)
    given = {"weight_decay": settings.weight_decay, "momentum": settings.momentum}
    given = {name: value for name, value in given.items() if value is not None}
    if name in ("AdamW", "SGDW"):
        given = {"weight_decay": _WEIGHT_DECAY} | given
    return kind(learning_rate=schedule, **accepted(kind, betas | given))


def _schedule(settings: OptimizerConfig, rate: float, steps: float, epoch: float) -> Any:
    schedules = keras.optimizers.schedules
    return {
        "constant": lambda: rate,
        "cosine": lambda: schedules.CosineDecay(rate, max(int(steps), 1)),
        "exponential": lambda: schedules.ExponentialDecay(
            rate, max(int(epoch), 1), settings.decay, staircase=True
        ),
    }[settings.schedule]()
