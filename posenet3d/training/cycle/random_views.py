"""The random views of the cycle: from where lifted poses are looked at anew."""

from __future__ import annotations

import math

import tensorflow as tf

from posenet3d.geometry import views
from posenet3d.models.lifter import Lifted
from posenet3d.training.settings.config import TrainingConfig


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
    elevation, spread = elevations(config)
    own = None if lifted.elevation is None else tf.stop_gradient(lifted.elevation)
    return views.known_views(count, seed, elevation, spread, turn_by, own)


def elevations(config: TrainingConfig) -> tuple[float, float]:
    """Mean and standard deviation of the new views' elevation in radians; even ones count as level.

    Uniform views within +-max_elevation have a third of its square as variance.
    """
    view = config.view
    if view.kind == "uniform":
        return 0.0, math.radians(view.max_elevation) / math.sqrt(3.0)
    return math.radians(config.elevation), math.radians(view.elevation_spread)
