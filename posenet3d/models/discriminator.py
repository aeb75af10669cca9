"""The discriminators: of 2D poses, and of their motion from one frame to the next."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from posenet3d.models.blocks import ResidualTrunk, pose_features

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
        return self.head(self.trunk(features, training=training))[:, 0]

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
