"""The lifter: depths of the joints of one normalised 2D pose."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from posenet3d.models.blocks import ResidualTrunk, pose_features


@keras.saving.register_keras_serializable("posenet3d")
class Lifter(keras.Model):
    """Predicts how far each joint lies behind the root.

    Its size defaults to the paper's (Chen et al., CVPR 2019): 4 residual blocks of width 1024,
    ReLU, batch normalisation.

    Example:

        lifter = Lifter(num_joints=17, root=0, width=512, num_blocks=2)
        depth_offsets = lifter(keypoints_2d)                        # [N, 17]
        keypoints_3d = camera.unproject(keypoints_2d, depth_offsets)

    Args:
      num_joints: J.
      root: Index of the root joint, whose depth is 0.
      width: Features between the layers.
      num_blocks: Number of residual blocks.
      activation: See `blocks.DenseUnit`.
      normalisation: See `blocks.DenseUnit`.
      dropout: See `blocks.DenseUnit`.
    """

    def __init__(
        self,
        num_joints: int = 17,
        root: int = 0,
        width: int = 1024,
        num_blocks: int = 4,
        activation: str = "relu",
        normalisation: str = "batch",
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= root < num_joints:
            raise ValueError(f"root must be one of the {num_joints} joints, got {root}.")
        self.trunk = ResidualTrunk(width, num_blocks, activation, normalisation, dropout)
        # Small weights: training starts close to the flat pose, inside the depth clamp.
        self.head = keras.layers.Dense(
            num_joints, kernel_initializer=keras.initializers.VarianceScaling(0.01), dtype="float32"
        )
        self.num_joints = num_joints
        self.root = root
        self.not_root = 1.0 - tf.one_hot(root, num_joints)

    def build(self, input_shape: tuple[int | None, ...] | None = None) -> None:
        """Makes the weights; the shape is known from the number of joints."""
        if self.built:
            return
        self.trunk.build((None, 2 * self.num_joints))
        self.head.build((None, self.trunk.settings["width"]))
        self.built = True

    def call(self, keypoints_2d: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Lifts normalised 2D poses.

        Args:
          keypoints_2d: `[N, J, 2]`, normalised (`camera.normalise`).
          training: Whether dropout and batch statistics are those of training.

        Returns:
          Depth offsets `[N, J]` in units of the pose's size, exactly 0 for the root.
        """
        features = pose_features(keypoints_2d, self.num_joints)
        return self.head(self.trunk(features, training=training)) * self.not_root

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        joints = {"num_joints": self.num_joints, "root": self.root}
        return super().get_config() | joints | self.trunk.settings
