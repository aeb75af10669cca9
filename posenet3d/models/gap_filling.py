"""Filling the missing joints of a 2D pose from those that are present."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.geometry import camera

_ROOT_DOUBT = 0.1  # the size of a normalised pose: where the root is missing, it may be anywhere
_NOISE = 0.003  # a thirtieth of a pose's size: what the covariance need not explain


@keras.saving.register_keras_serializable("posenet3d")
class GapFiller(keras.layers.Layer):
    """Expects missing joints where a normal distribution of complete poses puts them.

    The distribution (mean and covariance of all 2J coordinates of normalised training poses) is
    conditioned on the joints that are present. These stay exactly as they are.

    Args:
      num_joints: J.
      root: Index of the root joint.
    """

    def __init__(self, num_joints: int = 17, root: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"dtype": "float32"})  # bfloat16 is too coarse for pixels
        self.num_joints = num_joints
        self.root = root
        self.build()

    def build(self, input_shape: Any = None) -> None:
        """Makes the two statistics, empty until `adapt` or until weights are loaded."""
        if self.built:
            return
        size = 2 * self.num_joints
        self.mean = self.add_weight(
            name="mean", shape=(size,), initializer="zeros", trainable=False
        )
        self.covariance = self.add_weight(
            name="covariance", shape=(size, size), initializer="zeros", trainable=False
        )
        self.built = True

    def adapt(self, keypoints_2d: np.ndarray) -> None:
        """Takes the statistics from complete poses `[N, J, 2]` in pixels."""
        normalised = camera.normalise(np.asarray(keypoints_2d, np.float32), self.root).keypoints_2d
        flat = normalised.numpy().reshape(len(keypoints_2d), -1)
        self.mean.assign(flat.mean(axis=0))
        self.covariance.assign(np.cov(flat, rowvar=False, bias=True))

    def call(self, keypoints_2d: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
        """Fills poses.

        Args:
          keypoints_2d: `[N, J, 2]`, pixels; whatever stands at a missing joint is not looked at.
          present: bool `[N, J]`; at least two joints of each pose.

        Returns:
          `[N, J, 2]`, pixels, complete.
        """
        weight = tf.cast(present, tf.float32)[..., tf.newaxis]
        keypoints_2d = tf.where(present[..., tf.newaxis], keypoints_2d, 0.0)
        # First guess of size and place: those of the mean pose's same joints.
        typical = tf.reshape(tf.convert_to_tensor(self.mean), [1, self.num_joints, 2])
        count = tf.reduce_sum(weight, axis=1, keepdims=True)
        center = tf.reduce_sum(keypoints_2d, axis=1, keepdims=True) / count
        typical_center = tf.reduce_sum(typical * weight, axis=1, keepdims=True) / count
        spread, typical_spread = (
            tf.sqrt(tf.reduce_sum(tf.square(offset) * weight, axis=[1, 2], keepdims=True) + 1e-12)
            for offset in (keypoints_2d - center, typical - typical_center)
        )
        scale = spread / typical_spread
        root = center - typical_center * scale
        filled = self._condition((keypoints_2d - root) / scale, weight) * scale + root
        # With the gaps filled, size and place are those of a complete pose.
        filled = tf.where(present[..., tf.newaxis], keypoints_2d, filled)
        normalised = camera.normalise(filled, self.root)
        filled = camera.denormalise(
            normalised._replace(keypoints_2d=self._condition(normalised.keypoints_2d, weight))
        )
        return tf.where(present[..., tf.newaxis], keypoints_2d, filled)

    def _condition(self, keypoints_2d: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
        """The expected pose `[N, J, 2]` given the joints of weight 1, all normalised."""
        size = 2 * self.num_joints
        mask = tf.reshape(tf.tile(weight, [1, 1, 2]), [-1, size, 1])
        mean = tf.reshape(tf.convert_to_tensor(self.mean), [1, size, 1])
        same_axis = tf.tile(tf.eye(2), [self.num_joints, self.num_joints])
        covariance = tf.convert_to_tensor(self.covariance) + _ROOT_DOUBT**2 * same_axis
        # Rows and columns of missing joints are those of the identity: they drop out.
        seen = mask * covariance * tf.linalg.matrix_transpose(mask)
        seen += tf.linalg.diag(1.0 - mask[..., 0] + _NOISE**2)
        offset = (tf.reshape(keypoints_2d, [-1, size, 1]) - mean) * mask
        factor = tf.linalg.cholesky(seen)
        expected = mean + covariance @ tf.linalg.cholesky_solve(factor, offset)
        return tf.reshape(expected, [-1, self.num_joints, 2])

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        joints = {"num_joints": self.num_joints, "root": self.root}
        return super().get_config() | joints
