"""Geometric self-supervision: the training step that needs 2D poses alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf

from posenet3d.evaluation.metrics.joint_errors_tf import accuracy
from posenet3d.models.discriminator import MOTION_UNIT
from posenet3d.models.lifter import Lifted, unproject
from posenet3d.platform import randomness
from posenet3d.training.augmentation.augment import damaged_input
from posenet3d.training.cycle import adversarial_losses, losses, random_streams, random_views
from posenet3d.training.cycle.adversarial_losses import RealAndSynthetic, Sets
from posenet3d.training.cycle.batch import Adapted, Batch, mirror_half, place, with_others
from posenet3d.training.cycle.lift_reproject_lift import (
    Cycle,
    lift_reproject_lift,
    motion_in_view,
    turn,
    turn_back,
)
from posenet3d.training.cycle.networks_and_optimizers import TrainedNetworks
from posenet3d.training.updates import gradients, replicas
from posenet3d.training.updates.averaging import move_average

SIGN_LESSONS = 4
"""Poses of a batch for one whose signs of depth have been searched; ours."""


@keras.saving.register_keras_serializable("posenet3d")
class GeometricSelfSupervision(TrainedNetworks):
    """Trains a lifter against a discriminator on the cycle of Chen et al., CVPR 2019.

    Call `compile`, then `fit` on batches `{"keypoints_2d": [N, J, 2]}` of normalised poses, with
    what else the settings ask for (`"neighbour_2d"`, `"same_body_2d"`, `"group"`, `"source_2d"`;
    see `pipeline.training_batches`). The random numbers of a step derive from the seed and the
    saved step counter alone, so that a restored model goes on exactly as it would have.

    Args:
      config: The settings; see `TrainingConfig`. Its elevation is a number, not auto.
      skeleton: The skeleton of the J joints.
      bone_ratios: J - 1 typical bone ratios, or `[G][K][J - 1]` for G kinds of body whose joints
        are in K placements; None only if the prior's weight is 0.
      placements: `[K][J][J]`; see `placements.draw_placements`. None: the data's own alone.
      elevations: Radians, quantiles of the elevations of cameras that are known one by one.
      lifter: The lifter to train; None: one of the size the settings say.
      discriminator: Its adversary; None: one of the size the settings say.
      flow: A fitted flow; needed if its loss has a weight.
    """

    def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One step of all networks on `data["keypoints_2d"]` `[N, J, 2]`, normalised."""
        return self.running_means(self.learn(data))

    def learn(self, data: dict[str, tf.Tensor], due: bool | None = None) -> dict[str, tf.Tensor]:
        """The step itself; `train_step` only adds what Keras logs of it.

        Args:
          data: A batch; under a distribution strategy, a replica's share of it.
          due: Whether it is the discriminators' turn; None: as the settings and the counter say.
            Under a strategy somebody has to say it, since no branch of a graph may update what
            replicas share.

        Returns:
          The losses by name, means over this data, and `"discriminators_learnt"`, 1 or 0.
        """
        weights, resize = self.loss_weights(), self.config.scale == "pose"

        # The lifter (and the adapter): consistent with itself, its new views like real poses.
        with tf.GradientTape() as tape, self._dropout(random_streams.DROPOUT):
            batch = self._batch(data)
            # Lift, turn to a random view, project, lift again, turn back (Chen et al., section 3).
            lifted = self._lift(batch.keypoints_2d, random_streams.DAMAGE)
            lifted_3d = unproject(lifted)
            seed = self._seed(random_streams.VIEWS)
            views, elevation = self._views(lifted, seed, batch.elevation, self._turn())
            turned_3d, synthetic_2d, size = turn(lifted_3d, views, resize)
            relifted = self._lift(synthetic_2d, random_streams.DAMAGE_AGAIN)
            relifted_3d = unproject(relifted)
            returned_2d = turn_back(relifted_3d, views, size)

            named = {
                "adapter_penalty": lambda: losses.squared_error(
                    batch.adapted.adapted_2d, batch.adapted.source_2d
                ),
                "consistency_2d": lambda: losses.squared_error(returned_2d, batch.keypoints_2d),
                "consistency_3d": lambda: losses.squared_error(relifted_3d, turned_3d),
                "deformation": lambda: losses.deformation(lifted_3d, turned_3d, relifted_3d, views),
                "bone": lambda: losses.bone_ratios(lifted_3d, batch.bone_ratios, self.skeleton),
                "same_body": lambda: losses.same_body(
                    lifted_3d, self._lift_whole(batch.same_body_2d), self.skeleton
                ),
                "completion": lambda: losses.completion(
                    lifted, batch.keypoints_2d, relifted, synthetic_2d
                ),
                "elevation": lambda: losses.elevation(relifted.elevation, elevation),
                "flow": lambda: losses.likelihood(self.flow(synthetic_2d, elevation)),
                "signs": lambda: self._sign_loss(batch),
            }
            values = {name: loss() for name, loss in named.items() if name in weights}
            sets = self._real_and_synthetic(batch, lifted_3d, turned_3d, synthetic_2d, views)
            seed = self._seed(random_streams.LIFTED)
            values |= adversarial_losses.generator_losses(sets, self.config.loss, seed)
            lifter_loss = tf.add_n([weights[name] * value for name, value in values.items()])
            scaled_loss = gradients.scaled(lifter_loss, self.optimizer)
        variables = self.lifter_variables
        self._apply(self.optimizer, tape.gradient(scaled_loss, variables), variables)

        # The discriminators: tell those poses from real ones.
        def update_discriminators() -> tf.Tensor:
            with tf.GradientTape() as tape, self._dropout(random_streams.DROPOUT_JUDGED):
                tape.watch(adversarial_losses.judged_logits(sets))
                seed = self._seed(random_streams.JUDGED)
                loss = adversarial_losses.discriminator_loss(sets, self.config.loss, seed)
                scaled_loss = gradients.scaled(loss, self.discriminator_optimizer)
            variables = self.discriminator_variables
            slopes = adversarial_losses.discriminator_gradients(tape, scaled_loss, sets, variables)
            self._apply(self.discriminator_optimizer, slopes, variables)
            return loss

        discriminator_loss, learnt = self._every_kth_step(update_discriminators, due)

        decay = self.config.optimizer.average_decay
        move_average(self.averaged_lifter, self.lifter, self.step, decay, self.optimizer)
        self.step.assign_add(1)
        return values | {
            "loss": lifter_loss,
            "discriminator_loss": discriminator_loss,
            "discriminators_learnt": learnt,
        }

    def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Measures the averaged lifter; see `measure`."""
        values = self.measure(data)
        for name, value in values.items():
            self._validation_means[name].update_state(value)
        return {name: self._validation_means[name].result() for name in values}

    def measure(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Measures the averaged lifter on normalised poses and, where given, their true 3D.

        `consistency` is the weighted consistency error over views that are the same each time;
        the other metrics need `data["keypoints_3d"]` `[N, J, 3]` in mm.
        """
        keypoints_2d = data["keypoints_2d"]
        cycle = self.cycle_of(keypoints_2d)
        loss = self.config.loss
        consistency = loss.consistency_2d * losses.squared_error(
            cycle.returned_2d, keypoints_2d
        ) + loss.consistency_3d * losses.squared_error(cycle.relifted_3d, cycle.turned_3d)
        values = {"consistency": consistency}
        if "keypoints_3d" in data:
            values |= accuracy(cycle.keypoints_3d, data["keypoints_3d"], self.skeleton.root)
        return values

    def cycle_of(self, keypoints_2d: tf.Tensor, elevation: tf.Tensor | None = None) -> Cycle:
        """The averaged lifter's cycle of normalised poses, over views that are always the same.

        `elevation` `[N]`, radians, from which they were seen; NaN, or None: only the mean is known.
        """
        lifted = self.averaged_lifter(keypoints_2d, training=False)
        fixed, _ = self._views(lifted, [self.config.seed, random_streams.VALIDATION], elevation)
        return lift_reproject_lift(
            lambda poses: self.averaged_lifter(poses, training=False),
            lifted,
            fixed,
            resize=self.config.scale == "pose",
        )

    def _batch(self, data: dict[str, tf.Tensor]) -> Batch:
        """The poses to lift: mirrored, those of source_data adapted, their joints placed anew."""
        names = ("keypoints_2d", "neighbour_2d", "same_body_2d")
        poses = [data.get(name) for name in names]
        poses[0] = tf.ensure_shape(poses[0], [None, None, 2])
        mirrors = self.config.mirror and self.skeleton.can_be_mirrored
        if mirrors:
            poses = mirror_half(poses, self.skeleton, self._seed(random_streams.MIRROR))
        group = data.get("group", tf.zeros_like(poses[0][:, 0, 0], tf.int32))
        elevation = data.get("elevation", tf.fill(tf.shape(group), math.nan))
        batch = Batch(poses[0], poses[0], group, elevation, None, *poses[1:])
        if "source_2d" in data:
            source_2d = data["source_2d"]
            if mirrors:
                seed = self._seed(random_streams.MIRROR_SOURCE)
                (source_2d,) = mirror_half([source_2d], self.skeleton, seed)
            if self.adapter is not None:
                adapted_2d = self.adapter(source_2d, training=True)
                batch = batch._replace(adapted=Adapted(adapted_2d, source_2d, poses[0]))
                # The adapter answers to its own losses alone: were it to answer for the lifter's
                # too, it would make poses that are easy to lift.
                source_2d = tf.stop_gradient(adapted_2d)
            if self.adapter is None or self.config.adapter.lift:
                batch = with_others(batch, source_2d, real=self.adapter is None)
        if self.bone_ratios is not None:
            tables = tf.constant(self.placements), tf.constant(self.bone_ratios)
            batch = place(batch, *tables, self.skeleton.root, self._seed(random_streams.PLACE))
        return batch

    def _lift(self, keypoints_2d: tf.Tensor, stream: int) -> Lifted:
        """Lifts complete poses, damaged first where the settings say so."""
        augment = self.config.augment
        if not augment.damages:
            return self.lifter(keypoints_2d, training=True)
        damaged = damaged_input(
            keypoints_2d, augment, self.skeleton, self.gap_filler, self._seed(stream)
        )
        return self.lifter(damaged.keypoints_2d, damaged.confidence, training=True)

    def _lift_whole(self, keypoints_2d: tf.Tensor) -> tf.Tensor:
        """3D poses `[N, J, 3]` of 2D poses that are never damaged."""
        return unproject(self.lifter(keypoints_2d, training=True))

    def _sign_loss(self, batch: Batch) -> tf.Tensor:
        """Poses of which a search has found other depths, a few beside a batch of many."""
        count = tf.maximum(tf.shape(batch.keypoints_2d)[0] // SIGN_LESSONS, 1)
        return self.sign_lessons.loss(self._lift_whole, count, self._seed(random_streams.SIGNS))

    def _real_and_synthetic(
        self,
        batch: Batch,
        lifted_3d: tf.Tensor,
        turned_3d: tf.Tensor,
        synthetic_2d: tf.Tensor,
        views: tf.Tensor,
    ) -> Sets:
        """What each discriminator is to tell apart, by the name of its loss."""
        sets, loss = {}, self.config.loss
        if batch.adapted is not None:
            two = batch.adapted.real_2d, batch.adapted.adapted_2d
            sets["adapter"] = RealAndSynthetic(self.adapter_discriminator, *two)
        if loss.adversarial:
            two = batch.real_2d, synthetic_2d
            sets["adversarial"] = RealAndSynthetic(self.discriminator, *two)
        if loss.motion:
            first_2d = batch.keypoints_2d[: tf.shape(batch.neighbour_2d)[0]]
            neighbour_3d = self._lift_whole(batch.neighbour_2d)
            seen = neighbour_3d, lifted_3d, turned_3d, synthetic_2d, views
            sets["motion"] = RealAndSynthetic(
                self.motion_discriminator,
                (batch.neighbour_2d - first_2d) / MOTION_UNIT,
                motion_in_view(*seen, resize=self.config.scale == "pose") / MOTION_UNIT,
            )
        return {name: two.judge_once(loss) for name, two in sets.items()}

    def is_due(self, step: int | tf.Tensor) -> bool | tf.Tensor:
        """Whether the discriminators learn at this step."""
        return step % self.config.optimizer.discriminator_every == 0

    def _every_kth_step(
        self, train: Callable[[], tf.Tensor], due: bool | None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss of `train()` and 1, or two zeros at a step that leaves it out."""
        zero, one = tf.constant(0.0), tf.constant(1.0)
        if not self.discriminators or due is False:
            return zero, zero
        if self.config.optimizer.discriminator_every == 1 or due:
            return train(), one
        due = self.is_due(tf.cast(self.step, tf.int64))
        return tf.cond(due, lambda: (train(), one), lambda: (zero, zero))

    def _apply(self, optimizer: Any, slopes: list[tf.Tensor], variables: list[Any]) -> None:
        gradients.apply(optimizer, slopes, variables, self.config.optimizer.clip_norm)

    def _turn(self) -> float | tf.Tensor:
        return random_views.turn_share(self.config, self.step)

    def _views(
        self,
        lifted: Lifted,
        seed: Any,
        elevation: tf.Tensor | None = None,
        turned: float | tf.Tensor = 1.0,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        if elevation is None:
            elevation = tf.fill(tf.shape(lifted.depth_offsets)[:1], math.nan)
        seen = random_views.Seen(lifted, elevation, self.elevations)
        with tf.name_scope("random_views"):  # by this name profiles and compiled steps show them
            return random_views.new_views(self.config, seen, seed, turned)

    def _dropout(self, stream: int) -> AbstractContextManager[None]:
        return randomness.seeding_layers(lambda: self._seed(stream))

    def _seed(self, stream: int) -> randomness.Seed:
        seed = random_streams.step_seed(self.config, stream, self.step)
        return replicas.seed_of_rows(seed, self.config.batch_size)
