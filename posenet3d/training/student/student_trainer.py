"""A second stage: a student learns what the first stage's lifter knows, and to know it anywhere.

The lifter that the cycle has trained is at home in its own data: their cameras, their placement of
the joints, whole and clean poses. Lifting the training poses with it gives 3D poses, and with 3D
poses at hand all else can be had: other cameras, other bodies, joints placed elsewhere, noise and
gaps, each with its answer. No label enters; what is learned is the teacher's knowledge alone.

Given true 3D poses in place of the teacher's, the same stage is the supervised reference.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
import tensorflow as tf

from posenet3d.evaluation.metrics.joint_errors_tf import ACCURACY, accuracy
from posenet3d.models import GapFiller, Lifter
from posenet3d.models.lifter import unproject
from posenet3d.models.weights import copy_weights
from posenet3d.platform import randomness, stack
from posenet3d.platform.precision import POLICIES
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.augmentation.augment import damaged_input
from posenet3d.training.cycle.networks import averaged
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.student.error_estimate import (
    aligned_distance,
    error_loss,
    likely_distance,
)
from posenet3d.training.student.lessons import DAMAGE, DROPOUT, DrawnLessons, Lesson, Lessons
from posenet3d.training.updates import gradients, replicas
from posenet3d.training.updates.averaging import move_average


class StudentTrainer(keras.Model):
    """Trains a lifter on poses whose 3D a teacher has said.

    Call `take_lessons`, `compile`, then `fit` on any data set of as many batches as there are to be
    steps: a step draws its own poses, as a function of the seed and the saved step counter.

    Args:
      config: The settings; `student`, `augment`, `lifter` and `elevation` are looked at.
      skeleton: The skeleton of the J joints.
    """

    def __init__(self, config: TrainingConfig, skeleton: Skeleton, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        size = dataclasses.asdict(config.lifter)
        size["width"] = config.student.width or config.lifter.width
        size["num_blocks"] = config.student.num_blocks or config.lifter.num_blocks
        self.lifter = Lifter(
            skeleton.num_joints,
            skeleton.root,
            **size,
            elevation=config.elevation or 0.0,
            estimates_error=True,
            dtype=POLICIES[config.mixed_precision],
        )
        self.averaged_lifter = averaged(self.lifter)
        self.gap_filler = GapFiller(skeleton.num_joints, skeleton.root)
        self.step = self.add_weight(
            name="step", shape=(), dtype="int64", initializer="zeros", trainable=False
        )
        self.config = config
        self.skeleton = skeleton
        self._means = {name: keras.metrics.Mean(name=name) for name in self.loss_names}
        self._validation_means = {name: keras.metrics.Mean(name=name) for name in ACCURACY}
        self.build()

    def build(self, input_shape: Any = None) -> None:
        """Makes all weights."""
        if self.built:
            return
        for network in (self.lifter, self.averaged_lifter):
            network.build()
        copy_weights(self.lifter, self.averaged_lifter)
        self.built = True

    @property
    def loss_names(self) -> list[str]:
        """What a step reports."""
        return ["loss", "distance", "elevation", "error_estimate"]

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What `fit` resets at every epoch."""
        return [*self._means.values(), *self._validation_means.values()]

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """The optimizer, whose state a checkpoint holds."""
        return [self.optimizer]

    def take_lessons(self, lessons: Lessons) -> None:
        """Sets what is to be learned."""
        count = len(lessons.keypoints_2d)
        self.gap_filler.adapt(lessons.keypoints_2d[:: max(1, count // 50_000)])
        self._drawn_from = DrawnLessons(self.config, self.skeleton, lessons)

    def compile(self, optimizer: keras.optimizers.Optimizer, **kwargs: Any) -> None:
        """Sets the optimizer."""
        super().compile(optimizer=optimizer, **kwargs)
        stack.build_optimizer(optimizer, self.lifter.trainable_variables)

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One step on poses that it draws itself."""
        for name, value in self.learn(data).items():
            self._means[name].update_state(value)
        return {name: mean.result() for name, mean in self._means.items()}

    def learn(self, data: Any, due: bool | None = None) -> dict[str, tf.Tensor]:
        """What a step does, apart from what is logged of it; neither argument is looked at.

        Returns:
          The losses by name; under a distribution strategy those of the replica's rows.
        """
        lesson = self.lesson()
        keypoints_2d, confidence = damaged_input(
            lesson.keypoints_2d,
            self.config.augment,
            self.skeleton,
            self.gap_filler,
            self._seed(DAMAGE),
        )
        # Every replica draws the whole lesson, which costs little beside learning it: limbs are
        # exchanged between rows.
        keypoints_2d, confidence = map(replicas.rows, (keypoints_2d, confidence))
        lesson = Lesson(*map(replicas.rows, lesson))
        with tf.GradientTape() as tape, randomness.seeding_layers(self._dropout_seed):
            lifted = self.lifter(keypoints_2d, confidence, training=True)
            lifted_3d = unproject(lifted)
            distance = distance_from(lifted_3d, lesson.keypoints_3d)
            elevation = tf.reduce_mean(
                lesson.elevation_known * tf.square(lifted.elevation - lesson.elevation)
            )
            off = self._distance_off(lifted_3d, lesson)
            error = error_loss(lifted.expected_error, off, self.skeleton.root, lesson.judged)
            loss = distance + elevation + error
            scaled_loss = gradients.scaled(loss, self.optimizer)
        variables = self.lifter.trainable_variables
        gradients.apply(self.optimizer, tape.gradient(scaled_loss, variables), variables)
        decay = self.config.optimizer.average_decay
        move_average(self.averaged_lifter, self.lifter, self.step, decay, self.optimizer)
        self.step.assign_add(1)
        losses = (loss, distance, elevation, error)
        return dict(zip(self.loss_names, losses, strict=True))

    def is_due(self, step: int) -> None:
        """There are no discriminators whose turn it could be."""

    def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Measures the averaged lifter; see `measure`."""
        values = self.measure(data)
        for name, value in values.items():
            self._validation_means[name].update_state(value)
        return {name: self._validation_means[name].result() for name in values}

    def measure(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Measures the averaged lifter on normalised poses, where their true 3D is known."""
        if "keypoints_3d" not in data:
            return {}
        lifted_3d = unproject(self.averaged_lifter(data["keypoints_2d"], training=False))
        return accuracy(lifted_3d, data["keypoints_3d"], self.skeleton.root)

    def _distance_off(self, lifted_3d: tf.Tensor, lesson: Lesson) -> tf.Tensor:
        """How far each joint is off, `[N, J]`, as far as truth or lessons tell."""
        from_lesson = aligned_distance(lifted_3d, lesson.keypoints_3d)
        if not self._drawn_from.knows_truth:
            return from_lesson
        from_truth = aligned_distance(lifted_3d, lesson.true_3d)
        return likely_distance(from_lesson, from_truth, lesson.true_known, lesson.judged)

    def lesson(self) -> Lesson:
        """The poses of this step."""
        return self._drawn_from.draw(self._seed)

    def _dropout_seed(self) -> randomness.Seed:
        return replicas.seed_of_rows(self._seed(DROPOUT), self.config.student.batch_size)

    def _seed(self, stream: int) -> tf.Tensor:
        seed = [self.config.seed, 100 + stream]
        return randomness.fold_in(seed, tf.cast(self.step, tf.int32))


def distance_from(predicted_3d: tf.Tensor, true_3d: tf.Tensor) -> tf.Tensor:
    """Mean distance of joints `[N, J, 3]` from the truth, scaled to the prediction's size.

    The scale is that of least squares a pose: an image does not tell it.
    """
    product = tf.reduce_sum(predicted_3d * true_3d, axis=[1, 2], keepdims=True)
    # Never negative: that would be the point reflection's.
    scale = tf.nn.relu(product) / tf.reduce_sum(tf.square(true_3d), [1, 2], keepdims=True)
    scale = tf.stop_gradient(scale)
    squared = tf.reduce_sum(tf.square(predicted_3d - scale * true_3d), axis=-1)
    return tf.reduce_mean(tf.sqrt(squared + 1e-12))  # finite slope at the root
