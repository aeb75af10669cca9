"""The lifter of sequences: a lifter of single frames that also sees the frames around each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models.blocks import pose_features
from posenet3d.models.lifter import Lifted, Lifter
from posenet3d.poses.frame_rates import RATE
from posenet3d.sequences.keypoint_filter import KeypointFilter
from posenet3d.sequences.temporal_unit import TemporalUnit

_MIDDLE, _LAST = (2, 6), (1, 3)  # dilations behind the middle block and behind the last; ours

_MOST_CHANGE = 1.0  # of the logarithm of a pose's size between two frames; more is another one
_STRESS = 3.0  # what the change of the size is multiplied by, to be of the size of other clues
_NUM_CLUES = 3  # beside the confidence of each joint


@keras.saving.register_keras_serializable("posenet3d")
class SequenceLifter(keras.Model):
    """Lifts the frames of a sequence, each with those before and, where they are known, after it.

    A filter first puts the joints of each frame right by where they are in the frames around. Then
    the frame goes through the blocks of a lifter; between them, temporal units (dilated
    convolutions, as in Pavllo et al., "3D human pose estimation in video with temporal convolutions
    and semi-supervised training", CVPR 2019) bring in what the lifter has found of other frames.
    The same weights serve whole recordings and live use, in which there is no future (Yu et al.,
    "Dual-mode ASR", ICLR 2021).

    Args:
      lifter: A lifter that `completes` and has all outputs; its weights are used, not copied.
      hidden: Features that temporal units see of other frames.
      filtered: Frames before each, and after it, by which the filter puts its joints right.
      dilations: How far temporal units look, in frames: those before the lifter's first block, and
        those behind each block. None: 12 frames together, either way.

    Raises:
      ValueError: If the lifter lacks an output, or there are too many or too few dilations.
    """

    def __init__(
        self,
        lifter: Lifter,
        hidden: int = 192,
        filtered: int = 8,
        dilations: Sequence[Sequence[int]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs | {"dtype": "float32"})
        blocks = lifter.trunk.settings["num_blocks"]
        if not (lifter.completes and lifter.estimates_error and lifter.elevation is not None):
            raise ValueError(
                "A lifter of sequences starts from one that completes poses and estimates its "
                "error and the elevation, as a second stage with lifter_completes makes."
            )
        if dilations is None:
            dilations = _usual_dilations(blocks)
        if len(dilations) != blocks + 1:
            raise ValueError(
                f"A lifter of {blocks} blocks needs {blocks + 1} groups of dilations, got "
                f"{list(dilations)}."
            )
        self.lifter = lifter
        width = lifter.trunk.settings["width"]
        self.temporal = [TemporalUnit(width, hidden, d) for group in dilations for d in group]
        self.keypoint_filter = KeypointFilter(lifter.num_joints, filtered)
        self.hidden = hidden
        self.filtered = filtered
        self.dilations = tuple(tuple(int(d) for d in group) for group in dilations)
        self.build()

    @property
    def reach(self) -> int:
        """How many frames before a frame have a part in its pose, and how many after it."""
        return self.filtered + self.remembered

    @property
    def remembered(self) -> int:
        """How many frames temporal units look back, and ahead, all together."""
        return sum(unit.dilation for unit in self.temporal)

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights."""
        if self.built:
            return
        self.lifter.build()
        width = self.lifter.trunk.settings["width"]
        for unit in self.temporal:
            unit.build((None, None, width + self.lifter.num_joints + _NUM_CLUES))
        self.built = True

    def call(
        self,
        keypoints_2d: tf.Tensor,
        confidence: tf.Tensor,
        log_size: tf.Tensor,
        present: tf.Tensor,
        interval: tf.Tensor,
        future: tf.Tensor,
        training: bool = False,
    ) -> tuple[Lifted, tf.Tensor]:
        """Lifts B sequences of T frames.

        Args:
          keypoints_2d: `[B, T, J, 2]`, each pose normalised (`camera.normalise`), gaps filled.
          confidence: `[B, T, J]` in [0, 1], 0 for missing joints.
          log_size: `[B, T]`, logarithm of the size that each pose had in the image, in any unit.
          present: `[B, T]`, 1 for frames in which somebody is, else 0.
          interval: `[B]`, seconds from frame to frame.
          future: `[B]`, 1 where frames may see those after them, else 0.
          training: As in a lifter.

        Returns:
          The `Lifted` poses, `B * T` of them, sequence after sequence; and the filtered 2D poses
          `[B, T, J, 2]`, in the units of those that were given.
        """
        joints = self.lifter.num_joints
        batch, frames = tf.unstack(tf.shape(log_size))
        slowness = tf.repeat(_slowness(interval)[:, tf.newaxis], frames, axis=1)
        may = tf.repeat(future[:, tf.newaxis], frames, axis=1)
        keypoints_2d, confidence = self.keypoint_filter(
            keypoints_2d,
            confidence=confidence,
            log_size=log_size,
            present=present,
            slowness=slowness,
            future=may,
        )
        poses_2d = tf.reshape(keypoints_2d, [-1, joints, 2])
        poses_2d = camera.normalise(poses_2d, self.lifter.root).keypoints_2d
        features = tf.concat(
            [pose_features(poses_2d, joints), tf.reshape(confidence, [-1, joints])], axis=-1
        )
        change = log_size[:, 1:] - log_size[:, :-1]
        change *= present[:, 1:] * present[:, :-1]
        change = tf.concat([tf.zeros_like(log_size[:, :1]), change], axis=1)
        clues = _clues(confidence, change, slowness, may)
        there, future = present[..., tf.newaxis], future[:, tf.newaxis, tf.newaxis]
        width = self.lifter.trunk.settings["width"]

        def over_time(unit: TemporalUnit, hidden: tf.Tensor) -> tf.Tensor:
            hidden = tf.reshape(hidden, [batch, frames, width])
            seen = unit(hidden, clues=clues, present=there, future=future)
            return tf.reshape(seen, [-1, width])

        hidden = self._through_blocks(features, over_time, training)
        return self.lifter.read_off(poses_2d, hidden, features), keypoints_2d

    def step(
        self,
        keypoints_2d: tf.Tensor,
        confidence: tf.Tensor,
        log_size: tf.Tensor,
        present: tf.Tensor,
        interval: tf.Tensor,
        memory: tf.Tensor,
    ) -> tuple[Lifted, tf.Tensor]:
        """Lifts the next frame of one sequence, as a call without a future does.

        Args:
          keypoints_2d: `[1, J, 2]`, normalised, gaps filled.
          confidence: `[1, J]`.
          log_size: `[1]`.
          present: `[1]`.
          interval: `[1]`, seconds since the frame before.
          memory: `[memory_size]`, as the last step gave it; 0 at first.
        """
        joints, seen = self.lifter.num_joints, self._filter_memory
        before = tf.reshape(memory[:seen], [self.filtered, joints, 5])
        remembered = tf.reshape(memory[seen:], [self.remembered, self.hidden])
        slowness = _slowness(interval)
        # The last row tells the size of the frame before, and whether it was there.
        size_before, was_there = before[-1, 0, 3], before[-1, 0, 4]
        change = (log_size - size_before) * present * was_there
        keypoints_2d, confidence, before = self.keypoint_filter.step(
            keypoints_2d, confidence, log_size, present, slowness, before
        )
        keypoints_2d = camera.normalise(keypoints_2d, self.lifter.root).keypoints_2d
        features = tf.concat([pose_features(keypoints_2d, joints), confidence], axis=-1)
        clues = _clues(confidence, change, slowness, tf.zeros_like(slowness))
        memories = iter(tf.split(remembered, [unit.dilation for unit in self.temporal]))
        after = []

        def next_frame(unit: TemporalUnit, hidden: tf.Tensor) -> tf.Tensor:
            hidden, kept = unit.step(hidden, clues, present[:, tf.newaxis], next(memories))
            after.append(kept)
            return hidden

        hidden = self._through_blocks(features, next_frame)
        memory = tf.concat([tf.reshape(part, [-1]) for part in (before, *after)], axis=0)
        return self.lifter.read_off(keypoints_2d, hidden, features), memory

    @property
    def memory_size(self) -> int:
        """Numbers that are remembered from frame to frame in live use."""
        return self._filter_memory + self.remembered * self.hidden

    @property
    def _filter_memory(self) -> int:
        return self.filtered * self.lifter.num_joints * 5

    def _through_blocks(
        self,
        features: tf.Tensor,
        look: Callable[[TemporalUnit, tf.Tensor], tf.Tensor],
        training: bool = False,
    ) -> tf.Tensor:
        """What the lifter's blocks find `[N, width]`, with what temporal units see in between."""
        trunk, units = self.lifter.trunk, iter(self.temporal)
        hidden = trunk.widen(features, training=training)
        for number, group in enumerate(self.dilations):
            if number:
                first, second = trunk.blocks[number - 1]
                hidden += second(first(hidden, training=training), training=training)
            for _ in group:
                hidden = look(next(units), hidden)
        return hidden

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "lifter": keras.saving.serialize_keras_object(self.lifter),
            "hidden": self.hidden,
            "filtered": self.filtered,
            "dilations": [list(group) for group in self.dilations],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SequenceLifter:
        """Rebuilds the lifter from `get_config`."""
        lifter = keras.saving.deserialize_keras_object(config["lifter"])
        return cls(lifter, config["hidden"], config["filtered"], config["dilations"])


def _usual_dilations(blocks: int) -> list[list[int]]:
    dilations: list[list[int]] = [[] for _ in range(blocks + 1)]
    dilations[(blocks + 1) // 2] += _MIDDLE
    dilations[blocks] += _LAST
    return dilations


def _slowness(interval: tf.Tensor) -> tf.Tensor:
    """The logarithm of seconds from frame to frame: 0 at the usual rate, 1 at half of it."""
    return tf.math.log(interval * RATE) / math.log(2.0)


def _clues(
    confidence: tf.Tensor, change: tf.Tensor, slowness: tf.Tensor, future: tf.Tensor
) -> tf.Tensor:
    """What is known of frames beside their poses, `[..., J + 3]`."""
    change = _STRESS * tf.clip_by_value(change, -_MOST_CHANGE, _MOST_CHANGE)
    return tf.concat([confidence, tf.stack([change, slowness, future], axis=-1)], axis=-1)
