"""Filling the missing joints of a 2D pose from those that are present."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.poses.lift_checks import needed_joints
from posenet3d.poses.records import LARGEST

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
        missing = tf.repeat(1.0 - tf.cast(present, tf.float32), 2, axis=1)[..., tf.newaxis]
        precision = self.precision()
        # Rows and columns of present joints are those of the identity: they drop out.
        among = missing * precision * tf.linalg.matrix_transpose(missing)
        factor = tf.linalg.cholesky(among + tf.linalg.diag(1.0 - missing[..., 0]))

        def expect(offset: tf.Tensor) -> tf.Tensor:
            return -tf.linalg.cholesky_solve(factor, missing * (precision @ offset))

        return self.fill(keypoints_2d, present, expect)

    def fill(
        self,
        keypoints_2d: tf.Tensor,
        present: tf.Tensor,
        expect: Callable[[tf.Tensor], tf.Tensor],
    ) -> tf.Tensor:
        """Fills poses by a solver of one's own; other args and the result are those of a call.

        Args:
          keypoints_2d: As in a call.
          present: As in a call.
          expect: From how far the present joints' coordinates are from the mean, `[N, 2J, 1]`, 0
            at missing ones, to how far the missing ones are expected from it, of the same shape;
            what it says of present ones is not looked at.
        """
        weight = tf.cast(present, tf.float32)[..., tf.newaxis]
        keypoints_2d = tf.where(present[..., tf.newaxis], keypoints_2d, 0.0)
        typical = tf.reshape(tf.convert_to_tensor(self.mean), [1, self.num_joints, 2])

        def condition(normalised_2d: tf.Tensor) -> tf.Tensor:
            offset = tf.reshape((normalised_2d - typical) * weight, [-1, 2 * self.num_joints, 1])
            return typical + tf.reshape(expect(offset), [-1, self.num_joints, 2])

        # First guess of size and place: those of the mean pose's same joints.
        count = tf.reduce_sum(weight, axis=1, keepdims=True)
        center = tf.reduce_sum(keypoints_2d, axis=1, keepdims=True) / count
        typical_center = tf.reduce_sum(typical * weight, axis=1, keepdims=True) / count
        spread, typical_spread = (
            tf.sqrt(tf.reduce_sum(tf.square(offset) * weight, axis=[1, 2], keepdims=True) + 1e-12)
            for offset in (keypoints_2d - center, typical - typical_center)
        )
        scale = spread / typical_spread
        root = center - typical_center * scale
        filled = condition((keypoints_2d - root) / scale) * scale + root
        # With the gaps filled, size and place are those of a complete pose.
        filled = tf.where(present[..., tf.newaxis], keypoints_2d, filled)
        normalised = camera.normalise(filled, self.root)
        filled = camera.denormalise(
            normalised._replace(keypoints_2d=condition(normalised.keypoints_2d))
        )
        return tf.where(present[..., tf.newaxis], keypoints_2d, filled)

    def precision(self) -> tf.Tensor:
        """The inverse `[2J, 2J]` of what coordinates of normalised poses vary by.

        The covariance, the root's doubt and noise. With the inverse, a system is one of the missing
        joints alone; in float32 that is 30 times more exact than one of the present ones. The
        inverse itself is taken in float64.
        """
        covariance = tf.cast(tf.convert_to_tensor(self.covariance), tf.float64) + self._known()
        inverse = tf.linalg.cholesky_solve(
            tf.linalg.cholesky(covariance), tf.eye(2 * self.num_joints, dtype=tf.float64)
        )
        return tf.cast(inverse, tf.float32)

    def check(self) -> None:
        """Refuses statistics by which no gap can be filled.

        Raises:
          ValueError: If the covariance is that of no distribution.
        """
        try:
            np.linalg.cholesky(np.asarray(self.covariance, np.float64) + self._known())
        except np.linalg.LinAlgError as error:
            raise ValueError("gap_filler/covariance is not positive") from error

    def _known(self) -> np.ndarray:
        """What coordinates `[2J, 2J]` vary by besides: the root's doubt, and noise."""
        same_axis = np.tile(np.eye(2), (self.num_joints, self.num_joints))
        return _ROOT_DOUBT**2 * same_axis + _NOISE**2 * np.eye(2 * self.num_joints)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        joints = {"num_joints": self.num_joints, "root": self.root}
        return super().get_config() | joints


def liftable(keypoints_2d: tf.Tensor, confidence: tf.Tensor) -> tf.Tensor:
    """Bool `[N]`: whether `PoseEstimator.lift` would lift the person.

    Enough joints are present, and they are not all at one place.
    """
    present = confidence > 0
    count = tf.reduce_sum(tf.cast(present, tf.int32), axis=1)
    there = present[..., tf.newaxis]
    low = tf.reduce_min(tf.where(there, keypoints_2d, LARGEST), axis=1)
    high = tf.reduce_max(tf.where(there, keypoints_2d, -LARGEST), axis=1)
    enough = count >= needed_joints(confidence.shape[1])
    return enough & tf.reduce_any(low < high, axis=-1)
