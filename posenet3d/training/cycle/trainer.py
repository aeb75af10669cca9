"""Geometric self-supervision: the training step that needs 2D poses alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from posenet3d.evaluation.metrics.joint_errors_tf import accuracy
from posenet3d.models.discriminator import MOTION_UNIT
from posenet3d.models.lifter import Lifted, unproject
from posenet3d.platform import randomness
from posenet3d.training.augmentation.augment import damaged_input
from posenet3d.training.cycle import loss_terms, losses, random_draws
from posenet3d.training.cycle.adversarial import (
    Game,
    discriminator_loss,
    generator_terms,
)
from posenet3d.training.cycle.batch import (
    Batch,
    mirror_half,
    place,
    with_others,
)
from posenet3d.training.cycle.lift_reproject_lift import (
    Cycle,
    lift_reproject_lift,
    motion_in_view,
)
from posenet3d.training.cycle.loss_terms import Terms
from posenet3d.training.cycle.trained_networks import TrainedNetworks
from posenet3d.training.updates import gradients, replicas
from posenet3d.training.updates.averaging import move_average


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
      lifter: The lifter to train; None: one of the size the settings say.
      discriminator: Its adversary; None: one of the size the settings say.
      flow: A fitted flow; needed if its loss has a weight.
    """

    def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One step of all networks on `data["keypoints_2d"]` `[N, J, 2]`, normalised."""
        values = self.learn(data)
        learnt = values.pop("discriminators_learnt")
        self._means["discriminator_loss"].update_state(
            values.pop("discriminator_loss"), sample_weight=learnt
        )
        for name, mean in self._means.items():
            if name != "discriminator_loss":
                mean.update_state(values.get(name, 0.0))
        return {name: mean.result() for name, mean in self._means.items()}

    def learn(self, data: dict[str, tf.Tensor], due: bool | None = None) -> dict[str, tf.Tensor]:
        """What a step does, apart from what is logged of it.

        Args:
          data: A batch; under a distribution strategy, a replica's share of it.
          due: Whether it is the discriminators' turn; None: as the settings and the counter say.
            Under a strategy somebody has to say it, since no branch of a graph may update what
            replicas share.

        Returns:
          The losses by name, means over this data, and `"discriminators_learnt"`, 1 or 0.
        """
        # The lifter (and the adapter): consistent with itself, its new views like real poses.
        with tf.GradientTape() as tape:
            batch, games, lifter_terms = self._batch(data)
            cycle_terms, cycle_games = self._lifter_terms(batch)
            games |= cycle_games
            lifter_terms |= cycle_terms
            lifter_terms |= generator_terms(
                games, self.config.loss, self._seed(random_draws.LIFTED)
            )
            lifter_loss = tf.add_n([weight * value for weight, value in lifter_terms.values()])
            scaled_loss = gradients.scaled(lifter_loss, self.optimizer)
        slopes = tape.gradient(scaled_loss, self.lifter_variables)
        self._apply(self.optimizer, slopes, self.lifter_variables)

        # The discriminators: tell those poses from real ones.
        discriminators_loss, learnt = self._every_kth_step(
            lambda: self._train_discriminators(games), due
        )

        decay = self.config.optimizer.average_decay
        move_average(self.averaged_lifter, self.lifter, self.step, decay, self.optimizer)
        self.step.assign_add(1)
        return {name: value for name, (_, value) in lifter_terms.items()} | {
            "loss": lifter_loss,
            "discriminator_loss": discriminators_loss,
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

    def cycle_of(self, keypoints_2d: tf.Tensor) -> Cycle:
        """The averaged lifter's cycle of normalised poses, over views that are always the same."""
        lifted = self.averaged_lifter(keypoints_2d, training=False)
        fixed, _ = self._views(lifted, [self.config.seed, random_draws.VALIDATION])
        return lift_reproject_lift(
            lambda poses: self.averaged_lifter(poses, training=False),
            lifted,
            fixed,
            resize=self.config.scale == "pose",
        )

    def _batch(self, data: dict[str, tf.Tensor]) -> tuple[Batch, dict[str, Game], Terms]:
        """The poses to lift; with an adapter, its game and what it is penalised for."""
        names = ("keypoints_2d", "neighbour_2d", "same_body_2d")
        poses = [data.get(name) for name in names]
        poses[0] = tf.ensure_shape(poses[0], [None, None, 2])
        if self.config.mirror and self.skeleton.can_be_mirrored:
            poses = mirror_half(poses, self.skeleton, self._seed(random_draws.MIRROR))
        group = data.get("group", tf.zeros_like(poses[0][:, 0, 0], tf.int32))
        batch, games, adapting = Batch(poses[0], poses[0], group, None, *poses[1:]), {}, {}
        if "source_2d" in data:
            source_2d, adapter = data["source_2d"], self.config.adapter
            if self.config.mirror and self.skeleton.can_be_mirrored:
                seed = self._seed(random_draws.MIRROR_SOURCE)
                (source_2d,) = mirror_half([source_2d], self.skeleton, seed)
            if self.adapter is not None:
                adapted_2d = self.adapter(source_2d, training=True)
                games["adapter"] = Game(self.adapter_discriminator, 1.0, poses[0], adapted_2d)
                moved = losses.squared_error(adapted_2d, source_2d)
                adapting["adapter_penalty"] = adapter.penalty, moved
                # The adapter answers to its own game alone: were it to answer for the lifter's
                # losses too, it would make poses that are easy to lift.
                source_2d = tf.stop_gradient(adapted_2d)
            if self.adapter is None or adapter.lift:
                batch = with_others(batch, source_2d, real=self.adapter is None)
        if self.bone_ratios is not None:
            tables = tf.constant(self.placements), tf.constant(self.bone_ratios)
            batch = place(batch, *tables, self.skeleton.root, self._seed(random_draws.PLACE))
        return batch, games, adapting

    def _lifter_terms(self, batch: Batch) -> tuple[Terms, dict[str, Game]]:
        """The cycle's losses by name with their weights, and the games its new views play."""
        weight, resize = self.config.loss, self.config.scale == "pose"
        lifted = self._lift(batch.keypoints_2d, random_draws.DAMAGE)
        new_views, elevation_to = self._views(
            lifted, self._seed(random_draws.VIEWS), self._turn_share()
        )
        cycle = lift_reproject_lift(
            lambda poses: self._lift(poses, random_draws.DAMAGE_AGAIN), lifted, new_views, resize
        )
        same_body_3d = None
        if weight.same_body:
            same_body_3d = unproject(self.lifter(batch.same_body_2d, training=True))
        bodies = cycle.keypoints_3d, same_body_3d, batch.bone_ratios, self._bone_weight()
        lifter_terms = (
            loss_terms.consistency_terms(cycle, batch, new_views, weight)
            | loss_terms.body_terms(*bodies, weight, self.skeleton)
            | loss_terms.output_terms(cycle, batch, elevation_to, weight, self.lifter.completes)
            | loss_terms.likelihood_term(cycle.synthetic_2d, self.flow, weight)
        )
        games = {}
        if weight.adversarial:
            games["adversarial"] = Game(
                self.discriminator, weight.adversarial, batch.real_2d, cycle.synthetic_2d
            )
        if weight.motion:
            neighbour_3d = unproject(self.lifter(batch.neighbour_2d, training=True))
            games["motion"] = Game(
                self.motion_discriminator,
                weight.motion,
                (batch.neighbour_2d - batch.keypoints_2d[: tf.shape(batch.neighbour_2d)[0]])
                / MOTION_UNIT,
                motion_in_view(neighbour_3d, cycle, new_views, resize) / MOTION_UNIT,
            )
        return lifter_terms, games

    def _lift(self, keypoints_2d: tf.Tensor, stream: int) -> Lifted:
        """Lifts complete poses, damaged first where the settings say so."""
        augment = self.config.augment
        if not augment.damages:
            return self.lifter(keypoints_2d, training=True)
        damaged = damaged_input(
            keypoints_2d, augment, self.skeleton, self.gap_filler, self._seed(stream)
        )
        return self.lifter(damaged.keypoints_2d, damaged.confidence, training=True)

    def _train_discriminators(self, games: dict[str, Game]) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = discriminator_loss(games, self.config.loss, self._seed(random_draws.JUDGED))
            scaled_loss = gradients.scaled(loss, self.discriminator_optimizer)
        variables = self.discriminator_variables
        self._apply(self.discriminator_optimizer, tape.gradient(scaled_loss, variables), variables)
        return loss

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

    def _bone_weight(self) -> tf.Tensor:
        return random_draws.bone_weight(self.config, self.step)

    def _turn_share(self) -> float | tf.Tensor:
        return random_draws.turn_share(self.config, self.step)

    def _views(
        self, lifted: Lifted, seed: Any, turned: float | tf.Tensor = 1.0
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        with tf.name_scope("random_views"):  # by this name profiles and compiled steps show them
            return random_draws.new_views(self.config, lifted, seed, turned)

    def _seed(self, stream: int) -> randomness.Seed:
        seed = random_draws.step_seed(self.config, stream, self.step)
        return replicas.seed_of_rows(seed, self.config.batch_size)
