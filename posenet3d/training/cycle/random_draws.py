"""What a training step draws, and how far its ramps have come: functions of settings and step."""

from __future__ import annotations

import math

import tensorflow as tf

from posenet3d.geometry import views
from posenet3d.models.lifter import Lifted
from posenet3d.platform import randomness
from posenet3d.training.settings.config import TrainingConfig

# One stream of random numbers each.
(
    MIRROR, MIRROR_SOURCE, PLACE, VIEWS, DAMAGE, DAMAGE_AGAIN, LIFTED, JUDGED, VALIDATION,
) = range(9)  # fmt: skip


def step_seed(config: TrainingConfig, stream: int, step: tf.Tensor) -> tf.Tensor:
    """A seed int32 `[2]` of a stream at a step, from the run's seed and the saved counter."""
    return randomness.fold_in([config.seed, stream], tf.cast(step, tf.int32))


def bone_weight(config: TrainingConfig, step: tf.Tensor) -> tf.Tensor:
    """Rises linearly: held to its end weight at once, the lifter settles in wrong signs."""
    loss, steps = config.loss, config.loss.bone_ramp * config.steps
    progress = tf.minimum(tf.cast(step, tf.float32) / max(steps, 1.0), 1.0)
    return loss.bone_start + (loss.bone - loss.bone_start) * progress


def turn_share(config: TrainingConfig, step: tf.Tensor) -> float | tf.Tensor:
    """Share of the largest turn that the curriculum has come to."""
    ramp = config.view.ramp
    if not ramp:
        return 1.0
    return tf.minimum(tf.cast(step, tf.float32) / (ramp * config.steps), 1.0)


def new_views(
    config: TrainingConfig, lifted: Lifted, seed: tf.Tensor, turned: float | tf.Tensor = 1.0
) -> tuple[tf.Tensor, tf.Tensor | None]:
    """From where N lifted poses are looked at anew.

    Args:
      config: The settings; the elevation is a number where the views need one.
      lifted: What the lifter said of the poses; its elevation is undone where it says one.
      seed: int32 `[2]`.
      turned: Share of the largest turn; see `turn_share`.

    Returns:
      Rotations `[N, 3, 3]` and, where the cameras' elevation is known, the new one `[N]` in
      radians.
    """
    view, count = config.view, tf.shape(lifted.depth_offsets)[0]
    turn_by = turned * math.radians(view.max_azimuth)
    if view.kind == "uniform":
        limit = math.radians(view.max_elevation)
        return views.uniform_views(count, seed, limit, turn_by), None
    elevation, spread = map(math.radians, (config.elevation, view.elevation_spread))
    own = None if lifted.elevation is None else tf.stop_gradient(lifted.elevation)
    return views.known_views(count, seed, elevation, spread, turn_by, own)
