"""The averaged lifter: smoother than the one that learns, and the one that is kept."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from posenet3d.models import Lifter
from posenet3d.models.weights import named_weights
from posenet3d.platform import stack


def move_average(
    average: Lifter, lifter: Lifter, step: tf.Tensor, decay: float, optimizer: Any = None
) -> None:
    """Moves the averaged lifter's weights towards the present one's, faster in the first steps.

    An optimizer that keeps averages of its own (`addons/SWA`) gives those as soon as it has them.
    """
    step = tf.cast(step, tf.float32)
    decay = tf.minimum(decay, (1.0 + step) / (10.0 + step))
    weights = named_weights(lifter)
    for name, averaged in named_weights(average).items():
        weight = weights[name]
        averaged.assign_add((1.0 - decay) * (weight - averaged))
        own = stack.own_average(optimizer, weight)
        if own is not None:
            averaged.assign(tf.where(own.begun, own.value, averaged))
