"""Where each joint is, told by where it was seen in the frames around: noise, gaps, outliers."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models.blocks import ACTIVATIONS

_FARTHEST = 3.0  # sizes of a pose; joints that seem farther away between two frames are not
_MOST_CHANGE = 2.0  # of the logarithm of a pose's size between two frames
_DOUBT = 3.0  # a joint that is not seen starts with a confidence of 1 / (1 + e^3)


@keras.saving.register_keras_serializable("posenet3d")
class KeypointFilter(keras.layers.Layer):
    """Moves each joint to where it and its neighbours in time say that it is.

    One small network for all joints: it sees by how much the joint moves between this frame and the
    `frames` before and after it, with the confidence there, and gives a correction, and a
    confidence for a joint that is missing here but not there. It starts as the identity.

    Poses are compared about the middle of their joints, at the size of the frame that is filtered,
    so neither a person who walks through the image nor one who comes nearer seems to wobble.

    Args:
      num_joints: J.
      frames: K, how many frames are seen before each, and after it.
      width: Features of the two hidden layers.
    """

    def __init__(
        self, num_joints: int = 17, frames: int = 8, width: int = 96, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs | {"dtype": "float32"})
        if min(num_joints, frames, width) < 1:
            raise ValueError(
                "num_joints, frames and width must be positive, got "
                f"{num_joints}, {frames} and {width}."
            )
        self.first = keras.layers.Dense(width)
        self.second = keras.layers.Dense(width)
        self.out = keras.layers.Dense(3, kernel_initializer="zeros")
        self.linear = keras.layers.Dense(3, kernel_initializer="zeros", use_bias=False)
        self.num_joints = num_joints
        self.frames = frames
        self.width = width
        self.build()

    @property
    def num_features(self) -> int:
        """What is seen of a joint: four numbers a frame, which joint it is, and two clues."""
        return 4 * (2 * self.frames + 1) + self.num_joints + 2

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights."""
        if self.built:
            return
        self.first.build((None, self.num_features))
        self.second.build((None, self.width))
        self.out.build((None, self.width))
        self.linear.build((None, self.num_features))
        self.built = True

    def call(
        self,
        keypoints_2d: tf.Tensor,
        confidence: tf.Tensor,
        log_size: tf.Tensor,
        present: tf.Tensor,
        slowness: tf.Tensor,
        future: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Filters whole sequences.

        Args:
          keypoints_2d: `[B, T, J, 2]`, each pose normalised, gaps filled.
          confidence: `[B, T, J]`, 0 for missing joints.
          log_size: `[B, T]`, logarithm of the size of each pose in the image.
          present: `[B, T]`, 1 for frames that are there, else 0.
          slowness: `[B, T]`, logarithm of the time from frame to frame.
          future: `[B, T]`, 1 where frames may see those after them, else 0.

        Returns:
          Poses `[B, T, J, 2]`, not normalised anew, and confidence `[B, T, J]`.
        """
        frames = tf.shape(log_size)[1]
        rows = _rows(keypoints_2d, confidence, log_size, present)
        padded = tf.pad(rows, [[0, 0], [self.frames, self.frames], [0, 0], [0, 0]])
        seen = []
        for start in range(2 * self.frames + 1):
            may = future if start > self.frames else tf.ones_like(future)
            seen.append(_seen(padded[:, start : start + frames], rows, may))
        return self._filtered(keypoints_2d, confidence, seen, slowness, future)

    def step(
        self,
        keypoints_2d: tf.Tensor,
        confidence: tf.Tensor,
        log_size: tf.Tensor,
        present: tf.Tensor,
        slowness: tf.Tensor,
        memory: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Filters the next frame of one sequence, as a call without a future does.

        Args:
          keypoints_2d: `[1, J, 2]`.
          confidence: `[1, J]`.
          log_size: `[1]`.
          present: `[1]`.
          slowness: `[1]`.
          memory: `[K, J, 5]`, what was seen of the frames before, the oldest first; 0 at first.

        Returns:
          Pose `[1, J, 2]`, confidence `[1, J]`, and the memory after the frame.
        """
        row = _rows(keypoints_2d, confidence, log_size, present)
        known = tf.concat([memory, row], axis=0)
        may = tf.ones_like(slowness)
        seen = [_seen(known[frame, tf.newaxis], row, may) for frame in range(self.frames + 1)]
        seen += [tf.zeros_like(seen[0])] * self.frames
        pose, told = self._filtered(keypoints_2d, confidence, seen, slowness, 0.0 * may)
        return pose, told, known[1:]

    def _filtered(
        self,
        keypoints_2d: tf.Tensor,
        confidence: tf.Tensor,
        seen: list[tf.Tensor],
        slowness: tf.Tensor,
        future: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        each = tf.zeros_like(confidence)[..., tf.newaxis]
        which = tf.eye(self.num_joints) + each
        clues = tf.stack([slowness, future], axis=-1)[..., tf.newaxis, :] + each
        features = tf.concat([*seen, which, clues], axis=-1)
        hidden = ACTIVATIONS["leaky_relu"](self.first(features))
        hidden = ACTIVATIONS["leaky_relu"](self.second(hidden))
        said = self.out(hidden) + self.linear(features)
        pose = keypoints_2d + said[..., :2] / camera.DISTANCE
        told = confidence + (1.0 - confidence) * tf.sigmoid(said[..., 2] - _DOUBT)
        return pose, told

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        own = {"num_joints": self.num_joints, "frames": self.frames, "width": self.width}
        return super().get_config() | own


def _rows(
    keypoints_2d: tf.Tensor, confidence: tf.Tensor, log_size: tf.Tensor, present: tf.Tensor
) -> tf.Tensor:
    """What is kept of frames, `[..., J, 5]`: the joints from their middle, their confidence, and of
    the frame the size and whether it is there."""
    centred = keypoints_2d - tf.reduce_mean(keypoints_2d, axis=-2, keepdims=True)
    of_frame = tf.stack([log_size * present, present], axis=-1)[..., tf.newaxis, :]
    of_frame += tf.zeros_like(confidence)[..., tf.newaxis]
    return tf.concat([centred, confidence[..., tf.newaxis], of_frame], axis=-1)


def _seen(other: tf.Tensor, own: tf.Tensor, may: tf.Tensor) -> tf.Tensor:
    """What joints `[..., J, 5]` see of themselves in another frame, `[..., J, 4]`.

    By how much they have moved, in sizes of a pose, the confidence there, and whether there is
    anything to be seen; 0 where there is not, or it `may` `[...]` not be looked at.
    """
    change = tf.clip_by_value(other[..., 3:4] - own[..., 3:4], -_MOST_CHANGE, _MOST_CHANGE)
    moved = (other[..., :2] * tf.exp(change) - own[..., :2]) * camera.DISTANCE
    moved = tf.clip_by_value(moved, -_FARTHEST, _FARTHEST)
    confidence = other[..., 2:3]
    there = tf.cast(confidence > 0, tf.float32) * other[..., 4:] * own[..., 4:]
    there *= may[..., tf.newaxis, tf.newaxis]
    return tf.concat([moved * there, confidence * there, there], axis=-1)
