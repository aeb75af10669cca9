"""The random views of the cycle: from where lifted poses are looked at anew."""

from __future__ import annotations

import math
from typing import NamedTuple

import tensorflow as tf

from posenet3d.geometry import views
from posenet3d.models.lifter import Lifted
from posenet3d.platform import randomness
from posenet3d.training.settings.config import TrainingConfig


def turn_share(config: TrainingConfig, step: tf.Tensor) -> float | tf.Tensor:
    """Share of the largest turn that the curriculum has come to."""
    ramp = config.view.ramp
    if not ramp:
        return 1.0
    return tf.minimum(tf.cast(step, tf.float32) / (ramp * config.steps), 1.0)


class Seen(NamedTuple):
    """N poses as cameras saw them."""

    lifted: Lifted  # what the lifter said of them
    elevation: tf.Tensor  # [N], radians, of the cameras; NaN: only the mean of all is known
    elevations: list[float] | None  # radians, quantiles of those that are known


def new_views(
    config: TrainingConfig, seen: Seen, seed: tf.Tensor, turned: float | tf.Tensor = 1.0
) -> tuple[tf.Tensor, tf.Tensor | None]:
    """From where N lifted poses are looked at anew.

    Args:
      config: The settings; the elevation is a number where the views need one.
      seen: The poses. Of a camera's elevation what is known is undone; else what the lifter says
        of it, if it does; else the mean. Poses of known cameras are seen from such cameras again.
      seed: int32 `[2]`.
      turned: Share of the largest turn; see `turn_share`.

    Returns:
      Rotations `[N, 3, 3]` and, where the cameras' elevation is known, the new one `[N]` in
      radians.
    """
    view, count = config.view, tf.shape(seen.lifted.depth_offsets)[0]
    turn_by = turned * math.radians(view.max_azimuth)
    if view.kind == "uniform":
        limit = math.radians(view.max_elevation)
        return views.uniform_views(count, seed, limit, turn_by), None
    mean, spread = map(math.radians, (config.elevation, view.elevation_spread))
    own, known = seen.lifted.elevation, tf.math.is_finite(seen.elevation)
    own = tf.fill([count], mean) if own is None else tf.stop_gradient(own)
    elevation_from = tf.where(known, seen.elevation, own)
    if seen.elevations is not None:
        seed, others_seed = randomness.split(seed, 2)
        table = tf.constant(seen.elevations, tf.float32)
        share = randomness.uniform([count], others_seed)
        others = tf.gather(table, tf.cast(share * float(len(seen.elevations)), tf.int32))
        mean, spread = tf.where(known, others, mean), tf.where(known, 0.0, spread)
    return views.known_views(count, seed, mean, spread, turn_by, elevation_from)
