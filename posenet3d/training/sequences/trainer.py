"""The step of the third stage: a lifter of sequences learns what its teacher says of frames."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models import GapFiller, Lifter, PoseEstimator
from posenet3d.models.gap_filling import liftable
from posenet3d.models.lifter import unproject
from posenet3d.models.weights import copy_weights
from posenet3d.platform import randomness, stack
from posenet3d.poses.frame_rates import RATE
from posenet3d.sequences.estimator import SequenceEstimator
from posenet3d.sequences.lifter import SequenceLifter
from posenet3d.training.sequences.damage import damage_windows
from posenet3d.training.sequences.lasting import Lasting
from posenet3d.training.sequences.windows import DAMAGE, FUTURE, DrawnWindows, Window
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.student.error_estimate import (
    aligned_distance,
    error_loss,
    likely_distance,
)
from posenet3d.training.updates import gradients
from posenet3d.training.updates.averaging import move_average

_TINY = 1e-12  # finite slope where a joint is where it should be


class SequenceTrainer(keras.Model):
    """Trains a lifter of sequences; it starts as a lifter of single frames.

    Set `windows`, `compile`, then `fit` on any data set of as many batches as there are to be
    steps: a step draws its own windows, as a function of the seed and the saved step counter.

    Args:
      config: The settings.
      teacher: From whose lifter it starts, and whose statistics fill gaps.
    """

    def __init__(self, config: TrainingConfig, teacher: PoseEstimator, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.skeleton = teacher.skeleton
        self.lifter, self.averaged_lifter = (
            SequenceLifter(_copy(teacher.lifter), config.sequence.hidden, config.sequence.filtered)
            for _ in range(2)
        )
        self.averaged_lifter.trainable = False
        copy_weights(self.lifter, self.averaged_lifter)
        self.gap_filler = GapFiller(self.skeleton.num_joints, self.skeleton.root)
        copy_weights(teacher.gap_filler, self.gap_filler)
        self.step = self.add_weight(
            name="step", shape=(), dtype="int64", initializer="zeros", trainable=False
        )
        self.windows: DrawnWindows | None = None
        self._lasting = Lasting(config.sequence.frames)
        self._means = {name: keras.metrics.Mean(name=name) for name in self.loss_names}
        self.built = True

    @property
    def loss_names(self) -> list[str]:
        """What a step reports."""
        return ["loss", "distance", "motion", "keypoints", "elevation", "error_estimate"]

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What `fit` resets at every epoch."""
        return list(self._means.values())

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """Both optimizers, whose state a checkpoint holds."""
        return [self.optimizer, self.lifter_optimizer]

    def compile(
        self,
        optimizer: keras.optimizers.Optimizer,
        lifter_optimizer: keras.optimizers.Optimizer,
        **kwargs: Any,
    ) -> None:
        """Sets the optimizers: of what is new, and of the lifter that it started from."""
        super().compile(optimizer=optimizer, **kwargs)
        self.lifter_optimizer = lifter_optimizer
        for one, variables in self._learning():
            stack.build_optimizer(one, variables)

    def _learning(self) -> list[tuple[keras.optimizers.Optimizer, list[Any]]]:
        """Each optimizer with what it moves."""
        lifter = self.lifter
        new = [*lifter.keypoint_filter.trainable_variables]
        new += [v for unit in lifter.temporal for v in unit.trainable_variables]
        return [
            (self.optimizer, new),
            (self.lifter_optimizer, lifter.lifter.trainable_variables),
        ]

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One step on windows that it draws itself."""
        for name, value in self.learn().items():
            self._means[name].update_state(value)
        return {name: mean.result() for name, mean in self._means.items()}

    def learn(self) -> dict[str, tf.Tensor]:
        """What a step does, apart from what is logged of it: the losses by name."""
        window = self.windows.draw(self._seed)
        inputs = self._input(window)
        present = inputs["present"]
        with tf.GradientTape() as tape:
            lifted, filtered_2d = self.lifter(**inputs, training=True)
            losses = self._parts_of_loss(window, present, lifted)
            losses["keypoints"] = self._off_in_2d(window, inputs["log_size"], present, filtered_2d)
            loss = losses["distance"] + self.config.sequence.steady * losses["motion"]
            loss += losses["keypoints"] + losses["elevation"] + losses["error_estimate"]
        learning = self._learning()
        found = tape.gradient(loss, [variables for _, variables in learning])
        for (optimizer, variables), own in zip(learning, found, strict=True):
            gradients.apply(optimizer, own, variables)
        decay = self.config.optimizer.average_decay
        move_average(self.averaged_lifter, self.lifter, self.step, decay, self.optimizer)
        self.step.assign_add(1)
        return {"loss": loss} | losses

    def estimator(self) -> SequenceEstimator:
        """An estimator with a copy of the averaged lifter and its statistics."""
        averaged = self.averaged_lifter
        lifter = SequenceLifter.from_config(averaged.get_config())
        copy_weights(averaged, lifter)
        estimator = SequenceEstimator(lifter, self.skeleton)
        copy_weights(self.gap_filler, estimator.gap_filler)
        return estimator

    def _input(self, window: Window) -> dict[str, tf.Tensor]:
        """What the lifter is given: damaged, gaps filled."""
        sequence, joints = self.config.sequence, self.skeleton.num_joints
        damaged = damage_windows(
            window.keypoints_2d,
            self.config.augment,
            self.skeleton,
            self._lasting,
            self._seed(DAMAGE),
        )
        poses_2d = tf.reshape(damaged.keypoints_2d, [-1, joints, 2])
        confidence = tf.reshape(damaged.confidence, [-1, joints])
        there = liftable(poses_2d, confidence)
        complete = tf.reshape(window.keypoints_2d, [-1, joints, 2])
        # Of frames in which too little is seen nothing is asked, and nothing is remembered.
        poses_2d = tf.where(there[:, tf.newaxis, tf.newaxis], poses_2d, complete)
        poses_2d = self.gap_filler(poses_2d, (confidence > 0) | ~there[:, tf.newaxis])
        normalised = camera.normalise(poses_2d, self.skeleton.root)
        shape = [sequence.batch_size, sequence.frames]
        present = window.present * tf.cast(tf.reshape(there, shape), tf.float32)
        alone = randomness.uniform(shape[:1], self._seed(FUTURE)) < sequence.causal
        inputs = {
            "keypoints_2d": tf.reshape(normalised.keypoints_2d, [*shape, joints, 2]),
            "confidence": damaged.confidence,
            "log_size": tf.math.log(tf.reshape(normalised.scale, shape)),
            "present": present,
            "interval": window.stride / RATE,
            "future": 1.0 - tf.cast(alone, tf.float32),
        }
        return inputs

    def _off_in_2d(
        self, window: Window, log_size: tf.Tensor, present: tf.Tensor, filtered_2d: tf.Tensor
    ) -> tf.Tensor:
        """How far filtered joints are off and wobble in 2D, about their middle, in sizes of a pose.

        The filter learns from this as well; through the lifter alone it would learn slowly.
        """
        size = tf.exp(log_size)[..., tf.newaxis, tf.newaxis]
        off = filtered_2d - window.keypoints_2d / size
        off = (off - tf.reduce_mean(off, axis=2, keepdims=True)) * camera.DISTANCE
        both = present[:, 1:] * present[:, :-1]
        return _mean(_lengths(off), present) + _mean(_lengths(off[:, 1:] - off[:, :-1]), both)

    def _parts_of_loss(
        self, window: Window, present: tf.Tensor, lifted: Any
    ) -> dict[str, tf.Tensor]:
        joints, root = self.skeleton.num_joints, self.skeleton.root
        lifted_3d = unproject(lifted)
        lesson_3d = tf.reshape(window.keypoints_3d, [-1, joints, 3])
        product = tf.reduce_sum(lifted_3d * lesson_3d, axis=[1, 2], keepdims=True)
        # As in the second stage, the lesson is scaled to what is lifted of each frame, whose size
        # is that of its 2D.
        scale = tf.nn.relu(product) / tf.reduce_sum(tf.square(lesson_3d), [1, 2], keepdims=True)
        error = lifted_3d - tf.stop_gradient(scale) * lesson_3d
        error = tf.reshape(error, [*present.shape, joints, 3])
        both = present[:, 1:] * present[:, :-1]
        elevation = tf.square(tf.reshape(lifted.elevation, present.shape) - window.elevation)
        judged = tf.reshape(window.judged * present, [-1])
        off = aligned_distance(lifted_3d, lesson_3d)
        if self.windows.knows_truth:
            true_3d = tf.reshape(window.true_3d, [-1, joints, 3])
            known = tf.reshape(window.true_known * present, [-1])
            off = likely_distance(off, aligned_distance(lifted_3d, true_3d), known, judged)
        return {
            "distance": _mean(_lengths(error), present),
            "motion": _mean(_lengths(error[:, 1:] - error[:, :-1]), both),
            "elevation": _mean(elevation, present * window.elevation_known),
            "error_estimate": error_loss(lifted.expected_error, off, root, judged),
        }

    def _seed(self, stream: int) -> tf.Tensor:
        seed = [self.config.seed, 200 + stream]
        return randomness.fold_in(seed, tf.cast(self.step, tf.int32))


def _lengths(vectors: tf.Tensor) -> tf.Tensor:
    """Mean length `[B, T]` of the joints' vectors `[B, T, J, 3]`."""
    return tf.reduce_mean(tf.sqrt(tf.reduce_sum(tf.square(vectors), axis=-1) + _TINY), axis=-1)


def _mean(values: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(values * weights) / tf.maximum(tf.reduce_sum(weights), 1.0)


def _copy(lifter: Lifter) -> Lifter:
    copied = Lifter.from_config(lifter.get_config() | {"trainable": True})
    copied.build()
    copy_weights(lifter, copied)
    return copied
