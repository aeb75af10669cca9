"""Adam whose update of a weight is one operation, which reads and writes its memory once."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

_Numbers = dict[str, tf.Tensor]


@keras.saving.register_keras_serializable("posenet3d")
class FusedAdam(keras.optimizers.Adam):
    """Keras 3's Adam, its variables and its numbers, by TensorFlow's own kernel.

    Keras writes the update as ten operations, each of which goes through the whole weight. Sparse
    gradients, `amsgrad`, and replicas that share a batch are left to Keras.
    """

    def _backend_update_step(
        self, grads: list[Any], trainable_variables: list[Any], learning_rate: Any
    ) -> None:
        # Keras lets replicas add up their gradients even where there are none, by a function with a
        # gradient of its own: TensorFlow keeps those, and with them every graph that was traced.
        if tf.distribute.has_strategy():
            super()._backend_update_step(grads, trainable_variables, learning_rate)
            return
        numbers: dict[tf.DType, _Numbers] = {}
        for gradient, variable in zip(grads, trainable_variables, strict=True):
            self._move(gradient, variable, learning_rate, numbers)

    def _move(
        self, gradient: Any, variable: Any, rate: Any, numbers: dict[tf.DType, _Numbers]
    ) -> None:
        """Moves one weight; `numbers` are those of this step by type, so far."""
        weight = _of_tensorflow(variable)
        if self.amsgrad or not tf.is_tensor(gradient):
            self.update_step(gradient, variable, rate)  # Keras's
            return
        place, kind = self._get_variable_index(variable), weight.dtype
        if kind not in numbers:
            numbers[kind] = self._numbers(rate, kind)
        tf.raw_ops.ResourceApplyAdam(
            var=weight.handle,
            m=_of_tensorflow(self._momentums[place]).handle,
            v=_of_tensorflow(self._velocities[place]).handle,
            grad=tf.cast(gradient, kind),
            **numbers[kind],
        )

    def _numbers(self, rate: Any, kind: tf.DType) -> _Numbers:
        """What all weights of a type are moved by, but for their gradients."""
        step = tf.cast(self.iterations.value + 1, kind)
        beta1, beta2 = tf.cast(self.beta_1, kind), tf.cast(self.beta_2, kind)
        return {
            "beta1_power": tf.pow(beta1, step),
            "beta2_power": tf.pow(beta2, step),
            "lr": tf.cast(rate, kind),
            "beta1": beta1,
            "beta2": beta2,
            "epsilon": tf.cast(self.epsilon, kind),
        }


def _of_tensorflow(variable: Any) -> tf.Variable:
    return variable.value if isinstance(variable, keras.Variable) else variable
