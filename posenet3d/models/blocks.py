"""Residual fully connected blocks, of which lifter and discriminator are made.

The block is that of Martinez et al., "A simple yet effective baseline for 3d human pose
estimation", ICCV 2017, section 3.2: twice (linear, normalisation, activation, dropout), and a
connection around them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.platform import randomness, stack

ACTIVATIONS = {
    "relu": tf.nn.relu,
    "leaky_relu": lambda features: tf.nn.leaky_relu(features, alpha=0.01),
    "gelu": tf.nn.gelu,
    # Not tf.nn.silu: its gradient is one of its own. TensorFlow's registry keeps those, and
    # with each the graph of a training step.
    "silu": lambda features: features * tf.sigmoid(features),
}
NORMALISATIONS = ("none", "batch", "layer")


class LayerOutput(NamedTuple):
    """A layer that has weights of its own, and what it gave in one call."""

    layer: keras.layers.Layer
    output: tf.Tensor  # [N, F]


_recorded: ContextVar[list[LayerOutput] | None] = ContextVar("recorded_outputs", default=None)


@contextlib.contextmanager
def recording_outputs() -> Iterator[list[LayerOutput]]:
    """Within the block, what layers with weights give is added to the list that it yields."""
    outputs: list[LayerOutput] = []
    token = _recorded.set(outputs)
    try:
        yield outputs
    finally:
        _recorded.reset(token)


def recorded(layer: keras.layers.Layer, output: tf.Tensor) -> tf.Tensor:
    """The output `[N, F]` of a layer, kept where somebody is `recording_outputs`."""
    outputs = _recorded.get()
    if outputs is not None:
        outputs.append(LayerOutput(layer, output))
    return output


def pose_features(keypoints_2d: tf.Tensor, num_joints: int) -> tf.Tensor:
    """What networks see of normalised poses `[N, J, 2]`: features `[N, 2J]` of about size 1.

    Raises:
      ValueError: If the poses have another number of joints.
    """
    shape = keypoints_2d.shape
    if len(shape) != 3 or shape[1] not in (None, num_joints) or shape[2] not in (None, 2):
        raise ValueError(f"keypoints_2d must have the shape [N, {num_joints}, 2], got {shape}.")
    # A normalised pose has the size 1 / c; networks like inputs of size 1.
    return tf.reshape(keypoints_2d, [-1, 2 * num_joints]) * camera.DISTANCE


class Dropout(keras.layers.Dropout):
    """Keras's dropout, which draws from its own generator outside of `randomness.seeding_layers`.

    That generator's state is in no checkpoint, and each replica has the same one.
    """

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Sets a share of the features `[N, F]` to 0 and scales up the others."""
        seed = randomness.seed_of_layer() if training else None
        if seed is None:
            return super().call(inputs, training=training)
        kept = randomness.uniform(tf.shape(inputs), seed) >= self.rate
        return tf.where(kept, inputs / (1.0 - self.rate), tf.zeros_like(inputs))


@keras.saving.register_keras_serializable("posenet3d")
class DenseUnit(keras.layers.Layer):
    """Linear, normalisation, activation, dropout: `[N, anything]` to `[N, width]`.

    Args:
      width: Number of features that come out.
      activation: One of `ACTIVATIONS`.
      normalisation: One of `NORMALISATIONS`.
      dropout: Share of features dropped while training, below 1.

    Raises:
      ValueError: If an argument is none of these.
    """

    def __init__(
        self,
        width: int,
        activation: str = "relu",
        normalisation: str = "none",
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {list(ACTIVATIONS)}, got {activation!r}.")
        if normalisation not in NORMALISATIONS:
            raise ValueError(
                f"normalisation must be one of {list(NORMALISATIONS)}, got {normalisation!r}."
            )
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be at least 0 and below 1, got {dropout}.")
        # Smaller than He's for rectifiers, on purpose: residual blocks add up, and lifters that
        # start small learn faster (54 against 64 mm after 500 steps on cmu17_bench).
        self.dense = keras.layers.Dense(
            width, kernel_initializer="glorot_uniform", dtype=self.dtype_policy
        )
        self.norm = {
            "none": lambda: None,
            "batch": lambda: keras.layers.BatchNormalization(
                dtype=self.dtype_policy, synchronized=_several_replicas()
            ),
            "layer": lambda: keras.layers.LayerNormalization(dtype=self.dtype_policy),
        }[normalisation]()
        self.drop = Dropout(dropout, dtype=self.dtype_policy) if dropout else None
        self.width = width
        self.activation = activation
        self.normalisation = normalisation
        self.dropout = dropout

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs of this shape."""
        if self.built:
            return
        self.dense.build(input_shape)
        if self.norm is not None:
            self.norm.build((*input_shape[:-1], self.width))
        self.built = True

    def call(self, features: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Applies the four steps."""
        features = recorded(self.dense, self.dense(features))
        if self.normalisation == "batch":
            features = recorded(self.norm, self.norm(features, training=training))
        elif self.norm is not None:
            features = recorded(self.norm, self.norm(features))
        features = ACTIVATIONS[self.activation](features)
        return features if self.drop is None else self.drop(features, training=training)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return super().get_config() | {
            "width": self.width,
            "activation": self.activation,
            "normalisation": self.normalisation,
            "dropout": self.dropout,
        }


def _several_replicas() -> bool:
    """Whether replicas share each batch, so that its statistics must be taken over all of them."""
    return tf.distribute.get_strategy().num_replicas_in_sync > 1


@keras.saving.register_keras_serializable("posenet3d")
class ResidualTrunk(keras.layers.Layer):
    """A unit that widens the input, then residual blocks of two units: `[N, F]` to `[N, width]`.

    Args:
      width: Features between the layers.
      num_blocks: Number of residual blocks.
      activation: See `DenseUnit`.
      normalisation: See `DenseUnit`.
      dropout: See `DenseUnit`.
    """

    def __init__(
        self,
        width: int,
        num_blocks: int,
        activation: str = "relu",
        normalisation: str = "none",
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if width < 1 or num_blocks < 0:
            raise ValueError(
                f"width must be positive and num_blocks not negative, got {width} and {num_blocks}."
            )
        unit = {
            "width": width,
            "activation": activation,
            "normalisation": normalisation,
            "dropout": dropout,
        }
        policy = self.dtype_policy
        self.widen = DenseUnit(**unit, dtype=policy)
        self.blocks = [
            (DenseUnit(**unit, dtype=policy), DenseUnit(**unit, dtype=policy))
            for _ in range(num_blocks)
        ]
        self._units = stack.nested_layers(self.blocks)
        self.settings = unit | {"num_blocks": num_blocks}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs of this shape."""
        if self.built:
            return
        self.widen.build(input_shape)
        for units in self.blocks:
            for unit in units:
                unit.build((*input_shape[:-1], self.settings["width"]))
        self.built = True

    def call(self, features: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Applies the units."""
        features = self.widen(features, training=training)
        for first, second in self.blocks:
            features += second(first(features, training=training), training=training)
        return features

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return super().get_config() | self.settings
