"""The discriminators: of 2D poses, and of their motion from one frame to the next."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from posenet3d.models.blocks import (
    LayerOutput,
    ResidualTrunk,
    pose_features,
    recorded,
    recording_outputs,
)

MOTION_UNIT = 0.1
"""Differences of neighbouring frames are judged in tenths, being about a tenth of a pose; ours."""


@keras.saving.register_keras_serializable("posenet3d")
class PoseDiscriminator(keras.Model):
    """Tells real 2D poses from projections of lifted ones.

    Its size defaults to the paper's (Chen et al., CVPR 2019): 3 residual blocks of width 1024,
    ReLU, no batch normalisation.

    Example:

        discriminator = PoseDiscriminator(num_joints=17, width=512, num_blocks=2)
        logits = discriminator(keypoints_2d)                        # [N]

    Args:
      num_joints: J.
      width: Features between the layers.
      num_blocks: Number of residual blocks.
      activation: See `blocks.DenseUnit`.
      normalisation: See `blocks.DenseUnit`.
      dropout: See `blocks.DenseUnit`.
    """

    def __init__(
        self,
        num_joints: int = 17,
        width: int = 1024,
        num_blocks: int = 3,
        activation: str = "relu",
        normalisation: str = "none",
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(autocast=False, **kwargs)  # bfloat16 is too coarse for poses
        self.trunk = ResidualTrunk(
            width, num_blocks, activation, normalisation, dropout, dtype=self.dtype_policy
        )
        self.head = keras.layers.Dense(1, dtype="float32")
        self.num_joints = num_joints

    def build(self, input_shape: tuple[int | None, ...] | None = None) -> None:
        """Makes the weights; the shape is known from the number of joints."""
        if self.built:
            return
        self.trunk.build((None, 2 * self.num_joints))
        self.head.build((None, self.trunk.settings["width"]))
        self.built = True

    def call(self, keypoints_2d: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Judges normalised 2D poses `[N, J, 2]`: logits `[N]`, the higher the more real."""
        features = pose_features(keypoints_2d, self.num_joints)
        logits = self.head(self.trunk(features, training=training))
        return recorded(self.head, logits)[:, 0]

    @property
    def judges_each_alone(self) -> bool:
        """Whether a pose's logit depends on that pose alone, and is the same at each call."""
        settings = self.trunk.settings
        return settings["normalisation"] != "batch" and not settings["dropout"]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return super().get_config() | {"num_joints": self.num_joints} | self.trunk.settings


@keras.saving.register_keras_serializable("posenet3d")
class MotionDiscriminator(PoseDiscriminator):
    """Tells how real 2D poses move from how projections of lifted ones do.

    It sees the difference of two neighbouring frames alone (Chen et al., CVPR 2019), both
    normalised by the first one's size, in units of `MOTION_UNIT`. Arguments are those of
    `PoseDiscriminator`.
    """


class JudgedOnce:
    """Poses judged for both sides of the game with one pass forward and one back.

    How the logit of a pose depends on the pose and on each layer's output is the same for either
    side; the sides differ in one factor a pose, the slope of their loss. So the layers are gone
    back through once, with the factor 1. That saves a quarter of a discriminator's matrix products.

    Args:
      discriminator: One that `judges_each_alone`.
      keypoints_2d: `[N, J, 2]`, normalised, the synthetic poses.

    Attributes:
      logits: `[N]`, without a gradient.
    """

    def __init__(self, discriminator: PoseDiscriminator, keypoints_2d: tf.Tensor) -> None:
        self._keypoints_2d = keypoints_2d
        fixed_2d = tf.stop_gradient(keypoints_2d)
        with tf.GradientTape(persistent=True) as self._tape, recording_outputs() as outputs:
            self._tape.watch(fixed_2d)
            logits = discriminator(fixed_2d, training=True)
        self._outputs: list[LayerOutput] = outputs
        slopes = self._tape.gradient(logits, [fixed_2d, *(part.output for part in outputs)])
        self._slope_2d, *self._slopes = map(tf.stop_gradient, slopes)
        self.logits = tf.stop_gradient(logits)

    def for_the_poses(self) -> tf.Tensor:
        """The logits `[N]`, whose gradient goes to the poses and not to the weights."""
        # Not tf.custom_gradient, which keeps every graph it was ever used in.
        along = tf.reduce_sum(self._slope_2d * self._keypoints_2d, axis=[-2, -1])
        return self.logits + (along - tf.stop_gradient(along))

    def gradients(self, upstream: tf.Tensor) -> dict[int, tf.Tensor]:
        """Those of the weights by their `id`, where the `logits` have the gradient `[N]`."""
        found = {}
        for (layer, output), slope in zip(self._outputs, self._slopes, strict=True):
            weights = layer.trainable_variables
            here = tf.cast(upstream, slope.dtype)[:, tf.newaxis] * slope
            slopes = self._tape.gradient(output, weights, output_gradients=here)
            found |= {id(w): s for w, s in zip(weights, slopes, strict=True)}
        return found
