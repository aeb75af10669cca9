"""The random numbers of a step: one stream each for what it draws, by the saved step counter."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.platform import randomness
from posenet3d.training.settings.config import TrainingConfig

# Their order is that of runs on disk: a run that goes on draws what it would have drawn.
(
    MIRROR, MIRROR_SOURCE, PLACE, VIEWS, DAMAGE, DAMAGE_AGAIN, LIFTED, JUDGED, VALIDATION,
    DROPOUT, DROPOUT_JUDGED, SIGNS,
) = range(12)  # fmt: skip


def step_seed(config: TrainingConfig, stream: int, step: tf.Tensor) -> tf.Tensor:
    """A seed int32 `[2]` of a stream at a step, from the run's seed and the saved counter."""
    return randomness.fold_in([config.seed, stream], tf.cast(step, tf.int32))
