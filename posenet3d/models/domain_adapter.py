"""The domain adapter: carries 2D poses of one source into another's distribution."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models.blocks import ResidualTrunk, pose_features


@keras.saving.register_keras_serializable("posenet3d")
class DomainAdapter(keras.Model):
    """Moves the joints of 2D poses a little, so that they look like those of another data set.

    x + A(x), as in Chen et al., CVPR 2019: data sets differ in where their annotators put the
    joints and in how their cameras stand. It starts as the identity.

    Example:

        adapter = DomainAdapter(num_joints=17, root=0, width=256)
        adapted_2d = adapter(source_2d)                             # [N, 17, 2]

    Args:
      num_joints: J.
      root: Index of the root joint, which stays at the origin.
      width: Features between the layers.
      num_blocks: Number of residual blocks.
      activation: See `blocks.DenseUnit`.
    """

    def __init__(
        self,
        num_joints: int = 17,
        root: int = 0,
        width: int = 256,
        num_blocks: int = 1,
        activation: str = "leaky_relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(autocast=False, **kwargs)  # bfloat16 is too coarse for poses
        self.trunk = ResidualTrunk(width, num_blocks, activation, dtype=self.dtype_policy)
        self.head = keras.layers.Dense(2 * num_joints, kernel_initializer="zeros", dtype="float32")
        self.num_joints = num_joints
        self.root = root

    def build(self, input_shape: tuple[int | None, ...] | None = None) -> None:
        """Makes the weights; the shape is known from the number of joints."""
        if self.built:
            return
        self.trunk.build((None, 2 * self.num_joints))
        self.head.build((None, self.trunk.settings["width"]))
        self.built = True

    def call(self, keypoints_2d: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Adapts normalised 2D poses `[N, J, 2]`; they stay normalised, each by its own size."""
        features = pose_features(keypoints_2d, self.num_joints)
        moved = self.head(self.trunk(features, training=training)) / camera.DISTANCE
        adapted = keypoints_2d + tf.reshape(moved, [-1, self.num_joints, 2])
        return camera.normalise(adapted, self.root).keypoints_2d

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        settings = {k: self.trunk.settings[k] for k in ("width", "num_blocks", "activation")}
        own = {"num_joints": self.num_joints, "root": self.root}
        return super().get_config() | own | settings
