"""What differs between the two stacks; the rest of the package does not know on which it runs.

Current TensorFlow with Keras 3 is the one; the other is TensorFlow 2.15 with Keras 2.15, the last
that TensorFlow Addons works with (docs/stacks.md).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from posenet3d.errors import ConfigError

KERAS_3 = int(keras.__version__.split(".")[0]) >= 3
"""Whether Keras is the present one; else it is Keras 2.15."""

NAME = f"TensorFlow {tf.__version__} with Keras {keras.__version__}"
"""What the package runs on, for messages."""


def nested_layers(
    layers: Iterable[Iterable[keras.layers.Layer]],
) -> list[keras.layers.Layer] | None:
    """What a layer with tuples of layers must hold besides, or Keras 2 leaves them out of files.

    It saves the layers of a list, and none of a list of tuples, without a warning.
    """
    return None if KERAS_3 else [layer for group in layers for layer in group]


def build_optimizer(optimizer: Any, variables: list[Any]) -> None:
    """Makes an optimizer's own variables, which a checkpoint needs before the first step."""
    if not is_legacy(optimizer):
        optimizer.build(variables)
    elif variables:
        with tf.init_scope():
            _ = optimizer.iterations  # made when first asked for
            optimizer._create_all_weights(variables)


def optimizer_variables(optimizer: Any) -> list[Any]:
    """An optimizer's own variables, the same ones in the same order in every process."""
    if is_legacy(optimizer):
        return optimizer.weights
    # Keras 2's Nadam has a variable that it does not list.
    hidden = getattr(optimizer, "_u_product", None)
    return [*optimizer.variables, *([] if KERAS_3 or hidden is None else [hidden])]


def rate_or_schedule(optimizer: Any) -> Any:
    """What an optimizer was given as its learning rate: a number or a schedule."""
    if is_legacy(optimizer):
        return getattr(optimizer, "_optimizer", optimizer)._hyper["learning_rate"]
    # One of Keras 3 says the rate of the step to come; one of Keras 2 that of the last step.
    return optimizer.learning_rate if KERAS_3 else optimizer._learning_rate


def loss_scale_optimizer(optimizer: Any) -> Any:
    """An optimizer wrapped so that it scales losses.

    Raises:
      ConfigError: If this Keras's wrapper is another.
    """
    if not KERAS_3:
        raise ConfigError(f"mixed_precision float16 needs Keras 3; this is {NAME}.")
    return keras.optimizers.LossScaleOptimizer(optimizer)


def scales_losses(optimizer: Any) -> bool:
    """Whether an optimizer takes the gradients of scaled losses."""
    return KERAS_3 and isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def is_legacy(optimizer: Any) -> bool:
    """Whether it is one of Keras 2's first kind, of which TensorFlow Addons' are."""
    return not KERAS_3 and isinstance(optimizer, keras.optimizers.legacy.Optimizer)


def addons() -> Any:
    """The module `tensorflow_addons`.

    Raises:
      ConfigError: If it is not installed or cannot run on this TensorFlow; says what to install.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it announces its own end each time
            import tensorflow_addons
    except ImportError as error:
        raise ConfigError(
            "TensorFlow Addons needs Python 3.11 and TensorFlow 2.15 (pip install "
            f"'posenet3d[addons]' into an environment of its own, docs/stacks.md); this is {NAME}."
        ) from error
    return tensorflow_addons


class OwnAverage(NamedTuple):
    """An average that an optimizer keeps."""

    value: tf.Tensor  # of the weight's shape
    begun: tf.Tensor  # bool scalar: whether it says anything yet


def own_average(optimizer: Any, weight: Any) -> OwnAverage | None:
    """The average of a weight that an optimizer of Addons (SWA, MovingAverage) keeps itself.
    None: it keeps none, or not of this weight.
    """
    if not is_legacy(optimizer) or "average" not in optimizer.get_slot_names():
        return None
    try:
        average = optimizer.get_slot(weight, "average")
    except KeyError:  # a weight that is not trained
        return None
    start = optimizer._hyper.get("start_averaging", 0)
    return OwnAverage(average, optimizer.iterations > tf.cast(start, tf.int64))
