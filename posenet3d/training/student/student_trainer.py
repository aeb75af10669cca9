"""A second stage: a student learns what the first stage's lifter knows, and to know it anywhere.

The lifter that the cycle has trained is at home in its own data: their cameras, their placement of
the joints, whole and clean poses. Lifting the training poses with it gives 3D poses, and with 3D
poses at hand all else can be had: other cameras, other bodies, joints placed elsewhere, noise and
gaps, each with its answer. No label enters; what is learned is the teacher's knowledge alone.

Given true 3D poses in place of the teacher's, the same stage is the supervised reference.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from posenet3d.evaluation.metrics.joint_errors_tf import ACCURACY, accuracy
from posenet3d.geometry import camera, mirror, rotation, views
from posenet3d.models import GapFiller, Lifter
from posenet3d.models.lifter import unproject
from posenet3d.models.weights import copy_weights
from posenet3d.platform import randomness, stack
from posenet3d.platform.precision import POLICIES
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.augmentation.augment import damaged_input
from posenet3d.training.augmentation.placements import draw_placements
from posenet3d.training.cycle.networks import averaged
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.student.bodies import mix_limbs, other_bodies
from posenet3d.training.student.error_estimate import error_loss
from posenet3d.training.updates import gradients, replicas
from posenet3d.training.updates.averaging import move_average

# One stream of random numbers each.
_ROWS, _MIRROR, _BODY, _PLACE, _CAMERA, _DAMAGE, _LIMBS, _DROPOUT = range(8)


class Lesson(NamedTuple):
    """N 2D poses and what is to be said of them."""

    keypoints_2d: tf.Tensor  # [N, J, 2], normalised
    keypoints_3d: tf.Tensor  # [N, J, 3], camera frame, root-relative, any unit
    elevation: tf.Tensor  # [N], radians
    elevation_known: tf.Tensor  # [N], 1 where it is, else 0


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
        self.placements = draw_placements(skeleton, config.augment.placements, config.seed)
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

    def take_lessons(self, keypoints_2d: np.ndarray, keypoints_3d: np.ndarray) -> None:
        """Sets what is to be learned.

        Args:
          keypoints_2d: `[N, J, 2]`, normalised, complete.
          keypoints_3d: `[N, J, 3]`, camera frame, root-relative, any unit.
        """
        self.gap_filler.adapt(keypoints_2d[:: max(1, len(keypoints_2d) // 50_000)])
        self._poses_2d = tf.constant(keypoints_2d, tf.float32)
        self._poses_3d = tf.constant(keypoints_3d, tf.float32)

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
            self._seed(_DAMAGE),
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
            error = error_loss(
                lifted.expected_error, lifted_3d, lesson.keypoints_3d, self.skeleton.root
            )
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

    def lesson(self) -> Lesson:
        """The poses of this step: some as they are, the others through virtual cameras."""
        count = self.config.student.batch_size
        seen = round(count * self.config.student.virtual)
        share = randomness.uniform([count], self._seed(_ROWS))
        rows = tf.cast(share * float(len(self._poses_2d)), tf.int32)
        keypoints_2d = tf.gather(self._poses_2d, rows)
        keypoints_3d = tf.gather(self._poses_3d, rows)
        if self.config.mirror and self.skeleton.can_be_mirrored:
            coin = randomness.uniform([count, 1, 1], self._seed(_MIRROR)) < 0.5
            keypoints_2d, keypoints_3d = (
                tf.where(coin, mirror.mirror(poses, self.skeleton), poses)
                for poses in (keypoints_2d, keypoints_3d)
            )
        matrices = self._draw_placements(count)
        # Some of TensorFlow's kernels divide by the number of rows: no empty parts.
        parts = []
        if seen:
            parts.append(self._virtual(keypoints_3d[:seen], matrices[:seen]))
        if seen < count:
            real = (poses[seen:] for poses in (keypoints_2d, keypoints_3d, matrices))
            parts.append(self._real(*real))
        return Lesson(*(tf.concat(tensors, axis=0) for tensors in zip(*parts, strict=True)))

    def _virtual(self, keypoints_3d: tf.Tensor, matrices: tf.Tensor) -> Lesson:
        """Other bodies than these, their joints placed anew, seen through virtual cameras."""
        mixed, bodies = self.config.student.mixed, self.config.student.bodies
        keypoints_3d = mix_limbs(keypoints_3d, self.skeleton, mixed, self._seed(_LIMBS))
        keypoints_3d = other_bodies(keypoints_3d, self.skeleton, bodies, self._seed(_BODY))
        seen_2d, seen_3d, elevation = self._through_cameras(self._placed(keypoints_3d, matrices))
        seen_2d = camera.normalise(seen_2d, self.skeleton.root).keypoints_2d
        return Lesson(seen_2d, seen_3d, elevation, tf.ones_like(elevation))

    def _real(
        self, keypoints_2d: tf.Tensor, keypoints_3d: tf.Tensor, matrices: tf.Tensor
    ) -> Lesson:
        """These poses as they are, but for their joints' placement."""
        placed_2d = camera.normalise(matrices @ keypoints_2d, self.skeleton.root).keypoints_2d
        unknown = tf.zeros_like(placed_2d[:, 0, 0])
        return Lesson(placed_2d, self._placed(keypoints_3d, matrices), unknown, unknown)

    def _placed(self, keypoints_3d: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
        placed_3d = matrices @ keypoints_3d
        return placed_3d - placed_3d[:, self.skeleton.root, tf.newaxis]

    def _draw_placements(self, count: int) -> tf.Tensor:
        """Matrices `[count, J, J]`: half of them leave the joints where they are."""
        coin_seed, seed = randomness.split(self._seed(_PLACE), 2)
        number = float(len(self.placements))
        drawn = tf.cast(randomness.uniform([count], seed, 0.0, number), tf.int32)
        drawn = tf.where(randomness.uniform([count], coin_seed) < 0.5, 0, drawn)
        return tf.gather(tf.constant(self.placements), drawn)

    def _through_cameras(self, keypoints_3d: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """2D, 3D in the new camera's frame, and its elevation in radians."""
        student, count = self.config.student, tf.shape(keypoints_3d)[0]
        seeds = randomness.split(self._seed(_CAMERA), 3)
        azimuth = randomness.uniform([count], seeds[0], -math.pi, math.pi)
        low, high = map(math.radians, (student.lowest, student.highest))
        elevation = randomness.uniform([count], seeds[1], low, high)
        # Even in 1 / distance, which is how strongly perspective shows.
        nearness = randomness.uniform(
            [count, 1, 1], seeds[2], 1.0 / student.farthest, 1.0 / student.nearest
        )
        from_elevation = tf.fill([count], math.radians(self.config.elevation or 0.0))
        view = views.view_matrix(azimuth, from_elevation, elevation)
        turned_3d = rotation.rotate(keypoints_3d, view)
        size = tf.reduce_mean(tf.norm(turned_3d, axis=-1), axis=-1)[:, tf.newaxis, tf.newaxis]
        depth = tf.maximum(1.0 + nearness * turned_3d[..., 2:] / size, 0.1)
        return turned_3d[..., :2] / depth, turned_3d, elevation

    def _dropout_seed(self) -> randomness.Seed:
        return replicas.seed_of_rows(self._seed(_DROPOUT), self.config.student.batch_size)

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
