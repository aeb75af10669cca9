"""The lifter: depths of the joints of one normalised 2D pose."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models.blocks import ACTIVATIONS, ResidualTrunk, pose_features

_SMALL = 0.01  # variance scale of heads that start close to "nothing to say"
_FIRST_ERROR = 0.1  # pose units: the estimate before training

ERROR_WIDTH = 128
"""Features between the two layers that estimate the error."""


class Lifted(NamedTuple):
    """What a lifter says of N normalised 2D poses."""

    depth_offsets: tf.Tensor  # [N, J], in units of the pose's size, exactly 0 for the root
    keypoints_2d: tf.Tensor  # [N, J, 2], normalised; the input, or what it makes of the input
    elevation: tf.Tensor | None = None  # [N], radians: how far the camera looks down
    expected_error: tf.Tensor | None = None  # [N, J], pose units, above 0; exactly 0 for the root


def unproject(lifted: Lifted) -> tf.Tensor:
    """The 3D poses `[N, J, 3]` a lifter has said: camera frame, root-relative, pose units."""
    return camera.unproject(lifted.keypoints_2d, lifted.depth_offsets)


def check_elevation(degrees: float) -> None:
    """Raises `ValueError` where no camera looks down by so many degrees, NaN included."""
    if not -90 <= degrees <= 90:
        raise ValueError(f"elevation must lie between -90 and 90 degrees, got {degrees}.")


@keras.saving.register_keras_serializable("posenet3d")
class Lifter(keras.Model):
    """Predicts how far each joint lies behind the root.

    Its size defaults to the paper's (Chen et al., CVPR 2019): 4 residual blocks of width 1024,
    ReLU, batch normalisation.

    Example:

        lifter = Lifter(num_joints=17, root=0, width=512, num_blocks=2)
        lifted = lifter(keypoints_2d)                               # [N, 17, 2]
        keypoints_3d = camera.unproject(lifted.keypoints_2d, lifted.depth_offsets)

    Args:
      num_joints: J.
      root: Index of the root joint, whose depth is 0.
      width: Features between the layers.
      num_blocks: Number of residual blocks.
      activation: See `blocks.DenseUnit`.
      normalisation: See `blocks.DenseUnit`.
      dropout: See `blocks.DenseUnit`.
      completes: Whether it looks at the joints' confidence, puts missing joints where it expects
        them and mends noisy ones. If not, the 2D pose is lifted as it is.
      elevation: Mean elevation of the cameras in degrees, about which a second output predicts
        that of each pose's camera; None: no such output.
      estimates_error: Whether a further output says how far each joint is expected to be off.
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
        completes: bool = False,
        elevation: float | None = None,
        estimates_error: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(autocast=False, **kwargs)  # bfloat16 is too coarse for poses
        if not 0 <= root < num_joints:
            raise ValueError(f"root must be one of the {num_joints} joints, got {root}.")
        if elevation is not None:
            check_elevation(elevation)
        self.trunk = ResidualTrunk(
            width, num_blocks, activation, normalisation, dropout, dtype=self.dtype_policy
        )
        # Small weights: training starts close to the flat pose, inside the depth clamp.
        self.head = _small_head(num_joints)
        self.correction_head = _small_head(2 * num_joints) if completes else None
        self.elevation_head = None if elevation is None else _small_head(1)
        self.error_hidden = self.error_head = None
        if estimates_error:
            self.error_hidden = keras.layers.Dense(ERROR_WIDTH, dtype="float32")
            start = keras.initializers.Constant(math.log(math.expm1(_FIRST_ERROR)))
            self.error_head = _small_head(num_joints, bias_initializer=start)
        self.num_joints = num_joints
        self.root = root
        self.completes = completes
        self.elevation = elevation
        self.estimates_error = estimates_error
        self.not_root = 1.0 - np.eye(num_joints, dtype=np.float32)[root]

    def build(self, input_shape: tuple[int | None, ...] | None = None) -> None:
        """Makes the weights; the shape is known from the number of joints."""
        if self.built:
            return
        num_features = (3 if self.completes else 2) * self.num_joints
        width = self.trunk.settings["width"]
        self.trunk.build((None, num_features))
        for head in (self.head, self.correction_head, self.elevation_head):
            if head is not None:
                head.build((None, width))
        if self.error_head is not None:
            self.error_hidden.build((None, width + num_features))
            self.error_head.build((None, ERROR_WIDTH))
        self.built = True

    def call(
        self,
        keypoints_2d: tf.Tensor,
        confidence: tf.Tensor | None = None,
        training: bool = False,
    ) -> Lifted:
        """Lifts normalised 2D poses.

        Args:
          keypoints_2d: `[N, J, 2]`, normalised (`camera.normalise`); a missing joint stands where
            `GapFiller` puts it.
          confidence: `[N, J]` in [0, 1], 0 for missing joints; None: all are certain. Looked at
            only by a lifter that `completes`.
          training: Whether dropout and batch statistics are those of training.

        Returns:
          The `Lifted` poses.
        """
        features = pose_features(keypoints_2d, self.num_joints)
        if self.completes:
            if confidence is None:
                confidence = tf.ones_like(keypoints_2d[..., 0])
            features = tf.concat([features, confidence], axis=-1)
        return self.read_off(keypoints_2d, self.trunk(features, training=training), features)

    def read_off(self, keypoints_2d: tf.Tensor, hidden: tf.Tensor, features: tf.Tensor) -> Lifted:
        """What the outputs say of the trunk's features.

        Args:
          keypoints_2d: `[N, J, 2]`, as in a call.
          hidden: `[N, width]`, what the trunk has found.
          features: `[N, 3J or 2J]`, what it was given: the pose, and its confidence if it looks at
            that.
        """
        elevation = None
        if self.elevation_head is not None:
            # Read off what the lifter has found, not let into it: with its gradient, lifted
            # bodies lean so as to tell their elevation (62 against 45 mm after 1500 steps).
            offset = self.elevation_head(tf.stop_gradient(hidden))[:, 0]
            elevation = math.radians(self.elevation) + offset
        return Lifted(
            depth_offsets=self.head(hidden) * self.not_root,
            keypoints_2d=self._completed(keypoints_2d, hidden),
            elevation=elevation,
            expected_error=self._expected_error(hidden, features),
        )

    def _expected_error(self, hidden: tf.Tensor, features: tf.Tensor) -> tf.Tensor | None:
        if self.error_head is None:
            return None
        # Read off as well, so that a lifter is no worse for it.
        seen = tf.concat([tf.cast(hidden, tf.float32), tf.cast(features, tf.float32)], axis=-1)
        unbounded = self.error_head(
            ACTIVATIONS["leaky_relu"](self.error_hidden(tf.stop_gradient(seen)))
        )
        # Softplus of operations that LiteRT has.
        softplus = tf.nn.relu(unbounded) + tf.math.log(1.0 + tf.exp(-tf.abs(unbounded)))
        return softplus * self.not_root

    def _completed(self, keypoints_2d: tf.Tensor, hidden: tf.Tensor) -> tf.Tensor:
        if self.correction_head is None:
            return keypoints_2d
        correction = self.correction_head(hidden) / camera.DISTANCE
        moved = keypoints_2d + tf.reshape(correction, [-1, self.num_joints, 2])
        # A missing joint spoils the size by which a pose is normalised; in its place it no longer
        # does, and the root may have been missing itself.
        return camera.normalise(moved, self.root).keypoints_2d

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        own = {
            "num_joints": self.num_joints,
            "root": self.root,
            "completes": self.completes,
            "elevation": self.elevation,
            "estimates_error": self.estimates_error,
        }
        return super().get_config() | own | self.trunk.settings


def _small_head(size: int, **settings: Any) -> keras.layers.Dense:
    initializer = keras.initializers.VarianceScaling(_SMALL)
    return keras.layers.Dense(size, kernel_initializer=initializer, dtype="float32", **settings)
