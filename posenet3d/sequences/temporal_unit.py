"""What a frame learns of the frames before and after it."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from posenet3d.models.blocks import ACTIVATIONS


@keras.saving.register_keras_serializable("posenet3d")
class TemporalUnit(keras.layers.Layer):
    """Adds to the features of a frame what it sees in two others: `[B, T, W]` to `[B, T, W]`.

    A dilated convolution over time of three taps, inside a residual connection that is narrower
    than the features. It starts as the identity, so that a trained lifter into which it is put
    lifts as before. Frames that are absent, and those beyond the ends, count as 0.

    Args:
      width: W, the features of a frame.
      hidden: H, the features that are seen of other frames.
      dilation: How many frames the others lie before and after.
    """

    def __init__(self, width: int, hidden: int, dilation: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if min(width, hidden, dilation) < 1:
            raise ValueError(
                "width, hidden and dilation must be positive, got "
                f"{width}, {hidden} and {dilation}."
            )
        self.narrow = keras.layers.Dense(hidden)
        self.now = keras.layers.Dense(hidden)
        self.before = keras.layers.Dense(hidden, use_bias=False)
        self.after = keras.layers.Dense(hidden, use_bias=False)
        self.widen = keras.layers.Dense(width, kernel_initializer="zeros")
        self.width = width
        self.hidden = hidden
        self.dilation = dilation

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights; the last axis of the shape is that of features and clues together."""
        if self.built:
            return
        self.narrow.build((None, input_shape[-1]))
        for layer in (self.now, self.before, self.after, self.widen):
            layer.build((None, self.hidden))
        self.built = True

    def call(
        self, features: tf.Tensor, clues: tf.Tensor, present: tf.Tensor, future: tf.Tensor
    ) -> tf.Tensor:
        """Looks at whole sequences.

        Args:
          features: `[B, T, W]`.
          clues: `[B, T, K]`, what else is known of each frame.
          present: `[B, T, 1]`, 1 for frames that are there, else 0.
          future: `[B, 1, 1]`, 1 where frames may see those after them, else 0.
        """
        seen = self._seen(features, clues) * present
        frames = tf.shape(seen)[1]
        nothing = tf.zeros_like(seen[:, :1])
        nothing = tf.tile(nothing, [1, self.dilation, 1])
        padded = tf.concat([nothing, seen, nothing], axis=1)
        before = padded[:, :frames]
        after = padded[:, 2 * self.dilation : 2 * self.dilation + frames] * future
        return features + self._learned(seen, self.before(before) + self.after(after))

    def step(
        self, features: tf.Tensor, clues: tf.Tensor, present: tf.Tensor, memory: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Looks at one frame, and remembers those before it.

        Args:
          features: `[1, W]`.
          clues: `[1, K]`.
          present: `[1, 1]`.
          memory: `[dilation, H]`, what was seen of the frames before, the oldest first; 0 at first.

        Returns:
          What a call gives for the frame without a future, and the memory after it.
        """
        seen = self._seen(features, clues) * present
        result = features + self._learned(seen, self.before(memory[:1]))
        return result, tf.concat([memory[1:], seen], axis=0)

    def _seen(self, features: tf.Tensor, clues: tf.Tensor) -> tf.Tensor:
        return ACTIVATIONS["leaky_relu"](self.narrow(tf.concat([features, clues], axis=-1)))

    def _learned(self, seen: tf.Tensor, of_others: tf.Tensor) -> tf.Tensor:
        return self.widen(ACTIVATIONS["leaky_relu"](self.now(seen) + of_others))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        own = {"width": self.width, "hidden": self.hidden, "dilation": self.dilation}
        return super().get_config() | own
