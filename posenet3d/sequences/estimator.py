"""The estimator of sequences: a track in pixels in, 3D out; what is saved, loaded and exported."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models.gap_filling import GapFiller, liftable
from posenet3d.models.lifter import Lifted, unproject
from posenet3d.poses.frame_rates import FASTEST, RATE, SLOWEST, check_frame_rate
from posenet3d.poses.lift_request import check_request
from posenet3d.poses.lift_result import LiftResult, score_of
from posenet3d.sequences.lifter import SequenceLifter
from posenet3d.sequences.ways import Ways
from posenet3d.skeletons.skeleton import Skeleton

_CHUNK = 2048  # frames lifted at a time; bounds the memory
MEMORY = "memory"
"""Name of what is remembered from frame to frame in live use."""

Tensors = dict[str, tf.Tensor]

Fill = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""Fills poses `[N, J, 2]`, of whose joints those `[N, J]` are present."""


@keras.saving.register_keras_serializable("posenet3d")
class SequenceEstimator(keras.Model):
    """A lifter of sequences with everything it needs inside.

    Example:

        estimator = posenet3d.load("full_sequence")
        result = estimator.lift_sequence(keypoints_2d, confidence, frame_rate=25)  # [T, 17, 2]
        result.keypoints_3d                                                        # [T, 17, 3]

    Args:
      lifter: A lifter of sequences of normalised poses.
      skeleton: The skeleton of its joints.
    """

    def __init__(self, lifter: SequenceLifter, skeleton: Skeleton, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"dtype": "float32"})
        joints, root = skeleton.num_joints, skeleton.root
        if (lifter.lifter.num_joints, lifter.lifter.root) != (joints, root):
            raise ValueError(
                f"The lifter is one of {lifter.lifter.num_joints} joints with root "
                f"{lifter.lifter.root}, but the skeleton {skeleton.name} has {joints} with root "
                f"{root}."
            )
        self.lifter = lifter
        self.gap_filler = GapFiller(joints, root)
        self.skeleton = skeleton
        self.built = True
        signature = {
            "keypoints_2d": tf.TensorSpec([None, joints, 2], tf.float32),
            "confidence": tf.TensorSpec([None, joints], tf.float32),
            "frame_rate": tf.TensorSpec([], tf.float32),
            "future": tf.TensorSpec([], tf.float32),
        }
        # Nothing in Python branches on tensors, and a trace is quicker without Autograph.
        self._lift = tf.function(self.lift_tensors, input_signature=[signature], autograph=False)
        live = {
            "keypoints_2d": tf.TensorSpec([1, joints, 2], tf.float32),
            "confidence": tf.TensorSpec([1, joints], tf.float32),
            "frame_rate": tf.TensorSpec([1], tf.float32),
            MEMORY: tf.TensorSpec([lifter.memory_size], tf.float32),
        }
        self.step = tf.function(self.step_tensors, input_signature=[live], autograph=False)

    def call(self, inputs: Tensors, training: bool = False) -> tf.Tensor:
        """`keypoints_3d` `[T, J, 3]` of one sequence; see `lift_tensors`."""
        return self.lift_tensors(inputs)["keypoints_3d"]

    def lift_tensors(self, inputs: Tensors) -> Tensors:
        """What `lift_sequence` does with a sequence it has checked, in a graph.

        Args:
          inputs: `keypoints_2d` `[T, J, 2]` in pixels, `confidence` `[T, J]`, `frame_rate` `[]`
            above 0, and `future` `[]`: 1 where frames may see those after them, else 0; absent: 1.

        Returns:
          `keypoints_3d` `[T, J, 3]`, `elevation` `[T]` in degrees, `score` `[T]` and
          `expected_error` `[T, J]`; NaN for frames in which nobody can be lifted.
        """
        keypoints_2d, confidence = inputs["keypoints_2d"], inputs["confidence"]
        prepared = self.prepared(keypoints_2d, confidence)
        rate = tf.clip_by_value(inputs["frame_rate"], 1e-3, FASTEST)
        frames = tf.maximum(tf.shape(confidence)[0], 1)
        # Of fast recordings every second or third frame is a sequence of its own, at about the rate
        # that the lifter knows; of very slow ones each frame is.
        # Half way, as at 75, it is the next: rounding to even would hang on how graphs divide.
        ways = tf.maximum(tf.cast(tf.floor(rate / RATE + 0.5), tf.int32), 1)
        ways = tf.where(rate < SLOWEST, frames, ways)
        interval = tf.minimum(tf.cast(ways, tf.float32) / rate, 1.0 / SLOWEST)
        spread = Ways(ways)
        poses_2d, seen, log_size, present = (spread.apart(tensor) for tensor in prepared)
        future = inputs.get("future", tf.constant(1.0))
        lifted, _ = self.lifter(
            poses_2d,
            confidence=seen,
            log_size=log_size,
            present=present,
            interval=tf.fill([ways], interval),
            future=tf.fill([ways], future),
        )
        count = tf.shape(confidence)[0]
        said = {name: spread.together(tensor, count) for name, tensor in _said(lifted).items()}
        return self._told(said, prepared[3] > 0)

    def prepared(
        self, keypoints_2d: tf.Tensor, confidence: tf.Tensor, fill: Fill | None = None
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        """What the lifter is given of frames in pixels; none need be there.

        Args:
          keypoints_2d: `[T, J, 2]`.
          confidence: `[T, J]`.
          fill: Fills gaps in place of the estimator's own filler.

        Returns:
          Normalised poses without gaps `[T, J, 2]`, their confidence `[T, J]`, the logarithm of
          their size `[T]`, and whether they can be lifted `[T]`, 1 or 0.
        """
        can_be = liftable(keypoints_2d, confidence)
        there = can_be[:, tf.newaxis]
        seen = tf.where(there, confidence, 0.0)
        mean = tf.reshape(tf.convert_to_tensor(self.gap_filler.mean), [1, -1, 2])
        keypoints_2d = tf.where(there[..., tf.newaxis], keypoints_2d, mean)
        present = (confidence > 0) | ~there
        filled = (fill or self.fill)(keypoints_2d, present)
        normalised = camera.normalise(filled, self.skeleton.root)
        log_size = tf.math.log(normalised.scale[:, 0, 0])
        return normalised.keypoints_2d, seen, log_size, tf.cast(can_be, tf.float32)

    def fill(self, keypoints_2d: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
        """Poses in pixels, their missing joints filled in; see `GapFiller`."""
        return tf.cond(
            tf.reduce_all(present),
            lambda: keypoints_2d,
            lambda: self.gap_filler(keypoints_2d, present),
        )

    def step_tensors(self, inputs: Tensors, fill: Fill | None = None) -> Tensors:
        """The next frame of one sequence, as `lift_tensors` gives it without a future.

        Args:
          inputs: `keypoints_2d` `[1, J, 2]`, `confidence` `[1, J]`, `frame_rate` `[1]`, and
            `memory` `[lifter.memory_size]`: zeros at first, then what the step before gave.
          fill: As in `prepared`.

        Returns:
          As `lift_tensors`, and `memory`.
        """
        poses_2d, seen, log_size, present = self.prepared(
            inputs["keypoints_2d"], inputs["confidence"], fill
        )
        interval = 1.0 / tf.clip_by_value(inputs["frame_rate"], SLOWEST, FASTEST)
        lifted, memory = self.lifter.step(
            poses_2d, seen, log_size, present, interval, inputs[MEMORY]
        )
        return self._told(_said(lifted), present > 0) | {MEMORY: memory}

    def window_tensors(self, inputs: Tensors, fill: Fill | None = None) -> Tensors:
        """A piece of one sequence, as `lift_tensors` gives it, for runtimes of fixed shapes.

        Rows before and after the sequence have confidence 0: what an absent frame shows is what is
        beyond the ends. Of a longer sequence, the `lifter.reach` rows at a cut lack what they see.

        Args:
          inputs: `keypoints_2d` `[W, J, 2]`, `confidence` `[W, J]`, `frame_rate` `[1]`, below 45
            (of faster recordings, give every second, third, ... frame), and `future` `[1]`.
          fill: As in `prepared`.

        Returns:
          As `lift_tensors`, of W frames.
        """
        poses_2d, seen, log_size, present = self.prepared(
            inputs["keypoints_2d"], inputs["confidence"], fill
        )
        lifted, _ = self.lifter(
            poses_2d[tf.newaxis],
            confidence=seen[tf.newaxis],
            log_size=log_size[tf.newaxis],
            present=present[tf.newaxis],
            interval=1.0 / tf.clip_by_value(inputs["frame_rate"], SLOWEST, FASTEST),
            future=inputs["future"],
        )
        return self._told(_said(lifted), present > 0)

    def _told(self, said: Tensors, can_be: tf.Tensor) -> Tensors:
        """The outputs with the score, NaN where nobody can be lifted."""
        others = self.skeleton.num_joints - 1
        said["score"] = score_of(tf.reduce_sum(said["expected_error"], axis=1) / others)

        def hidden(tensor: tf.Tensor) -> tf.Tensor:
            shape = [-1] + [1] * (len(tensor.shape) - 1)
            return tf.where(tf.reshape(can_be, shape), tensor, np.nan)

        return {name: hidden(tensor) for name, tensor in said.items()}

    def lift_sequence(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        frame_rate: float = RATE,
        causal: bool = False,
        height_mm: float | None = None,
    ) -> LiftResult:
        """Lifts one person over time.

        Args:
          keypoints_2d: `[T, J, 2]`, frame after frame, image frame (x right, y down), pixels. Any
            number of frames; the rows of those in which the person is not seen have confidence 0.
          confidence: `[T, J]` in [0, 1]; 0 marks a missing joint. None: every joint is present.
          frame_rate: Frames a second. Below 7.5 each frame is lifted alone.
          causal: Whether each frame sees only those before it, as in live use.
          height_mm: Standing height of the person; gives mm.

        Returns:
          The `LiftResult`, of T poses. A frame with too few joints is not lifted.

        Raises:
          InputError: On wrong shapes or types, a NaN or infinity, named by frame and joint, a frame
            rate that is none, or a height that cannot be used.
        """
        check_frame_rate(frame_rate, below=FASTEST)
        request = check_request(keypoints_2d, confidence, self.skeleton, height_mm)
        whole = _in_chunks(
            lambda inputs: self._lift(
                {
                    **inputs,
                    "frame_rate": np.float32(frame_rate),
                    "future": np.float32(not causal),
                }
            ),
            {"keypoints_2d": request.keypoints_2d, "confidence": request.confidence},
            self.lifter.reach * math.ceil(frame_rate / RATE),
        )
        return request.result(whole, request.problems())

    def lift_sequences(
        self, sequences: Sequence[tuple[np.ndarray, np.ndarray | None]], **settings: Any
    ) -> list[LiftResult]:
        """Lifts several: `keypoints_2d` and `confidence` of each; see `lift_sequence`."""
        return [self.lift_sequence(*given, **settings) for given in sequences]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain data."""
        return {
            "lifter": keras.saving.serialize_keras_object(self.lifter),
            "skeleton": dataclasses.asdict(self.skeleton),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SequenceEstimator:
        """Rebuilds the estimator from `get_config`."""
        lifter = keras.saving.deserialize_keras_object(config["lifter"])
        return cls(lifter, Skeleton.from_dict(config["skeleton"]))


def _said(lifted: Lifted) -> Tensors:
    """The outputs by name, elevation in degrees; without the score."""
    return {
        "keypoints_3d": unproject(lifted),
        "elevation": lifted.elevation * (180 / math.pi),
        "expected_error": lifted.expected_error,
    }


def _in_chunks(
    lift: Callable[[dict[str, np.ndarray]], Tensors], inputs: dict[str, np.ndarray], reach: int
) -> dict[str, np.ndarray]:
    """Lifts a long sequence piece by piece, each with the frames around that it sees."""
    frames = len(inputs["confidence"])
    parts: list[dict[str, np.ndarray]] = []
    for start in range(0, max(frames, 1), _CHUNK):
        first, end = max(0, start - reach), min(frames, start + _CHUNK)
        seen = slice(first, min(frames, end + reach))
        answer = lift({name: array[seen] for name, array in inputs.items()})
        own = slice(start - first, end - first)
        parts.append({name: np.array(tensor[own]) for name, tensor in answer.items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
