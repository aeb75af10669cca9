"""Geometric self-supervision: the training step that needs 2D poses alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d import randomness
from posenet3d.evaluation.metrics_tf import ACCURACY, accuracy
from posenet3d.geometry import views
from posenet3d.models import Lifter, PoseDiscriminator, PoseFlow
from posenet3d.models.discriminator import MOTION_UNIT
from posenet3d.models.lifter import Lifted, unproject
from posenet3d.skeleton import Skeleton
from posenet3d.training import losses, terms
from posenet3d.training.augment import damaged_input
from posenet3d.training.averaging import move_average
from posenet3d.training.batch import Batch, mirror_half, place, with_others
from posenet3d.training.config import TrainingConfig, config_from_dict
from posenet3d.training.cycle import Cycle, lift_reproject_lift, motion_in_view
from posenet3d.training.games import Game, discriminator_loss, generator_terms
from posenet3d.training.networks import make_networks
from posenet3d.training.terms import Terms

# One stream of random numbers each.
(
    _MIRROR, _MIRROR_SOURCE, _PLACE, _VIEWS, _DAMAGE, _DAMAGE_AGAIN, _LIFTED, _JUDGED, _VALIDATION,
) = range(9)  # fmt: skip


@keras.saving.register_keras_serializable("posenet3d")
class GeometricSelfSupervision(keras.Model):
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

    def __init__(
        self,
        config: TrainingConfig,
        skeleton: Skeleton,
        bone_ratios: Any = None,
        placements: Any = None,
        lifter: Lifter | None = None,
        discriminator: PoseDiscriminator | None = None,
        flow: PoseFlow | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if bone_ratios is None and config.loss.bone:
            raise ValueError(
                f"The bone-ratio prior has the weight {config.loss.bone} but bone_ratios is None."
            )
        if bone_ratios is None and placements is not None and len(placements) > 1:
            raise ValueError("Several placements need the bone ratios of each.")
        if flow is None and config.loss.flow:
            raise ValueError(f"The flow has the weight {config.loss.flow} but there is none.")
        if config.elevation is None and config.view.kind != "uniform":
            raise ValueError("elevation is auto; give the trainer the number that was found.")
        made = make_networks(config, skeleton)
        self.lifter = lifter or made.lifter
        self.averaged_lifter = Lifter.from_config(self.lifter.get_config())
        self.averaged_lifter.trainable = False
        self.discriminator = discriminator or made.discriminator
        self.motion_discriminator = made.motion_discriminator
        self.adapter = made.adapter
        self.adapter_discriminator = made.adapter_discriminator
        self.gap_filler = made.gap_filler
        self.flow = flow
        if flow is not None:
            flow.trainable = False
        self.step = self.add_weight(
            name="step", shape=(), dtype="int64", initializer="zeros", trainable=False
        )
        self.config = config
        self.skeleton = skeleton
        joints = skeleton.num_joints
        self.placements = np.eye(joints)[None].tolist() if placements is None else placements
        self.bone_ratios = None
        if bone_ratios is not None:
            ratios = np.asarray(bone_ratios, np.float32)
            shape = (-1, len(self.placements), joints - 1)
            self.bone_ratios = ratios.reshape(shape).tolist()
        self._means = {name: keras.metrics.Mean(name=name) for name in self._loss_names()}
        self._validation_means = {
            name: keras.metrics.Mean(name=name) for name in ("consistency", *ACCURACY)
        }
        self.build()

    def _loss_names(self) -> list[str]:
        """What a step reports; the paper's losses always, others if they are in use."""
        loss, names = self.config.loss, ["loss", "consistency_2d", "consistency_3d", "adversarial"]
        names += [n for n in ("motion", "flow", "deformation", "same_body") if getattr(loss, n)]
        if self.adapter is not None:
            names += ["adapter", "adapter_penalty"]
        if self.lifter.completes and loss.completion:
            names.append("completion")
        if self.config.view.kind == "learned" and loss.elevation:
            names.append("elevation")
        return [*names, "bone", "discriminator_loss"]

    def build(self, input_shape: Any = None) -> None:
        """Makes all weights, since a train_step never calls the model itself."""
        if self.built:
            return
        for network in (
            self.lifter,
            self.averaged_lifter,
            self.adapter,
            self.discriminator,
            self.motion_discriminator,
            self.adapter_discriminator,
        ):
            if network is not None:
                network.build()
        self.averaged_lifter.set_weights(self.lifter.get_weights())
        self.built = True

    @property
    def discriminators(self) -> list[PoseDiscriminator]:
        """The networks of the other side that play a game."""
        pose_discriminator = self.discriminator if self.config.loss.adversarial else None
        all_three = (pose_discriminator, self.motion_discriminator, self.adapter_discriminator)
        return [network for network in all_three if network is not None]

    @property
    def lifter_variables(self) -> list[Any]:
        """What the lifter's optimizer moves: the lifter and, where there is one, the adapter."""
        adapter = [] if self.adapter is None else self.adapter.trainable_variables
        return [*self.lifter.trainable_variables, *adapter]

    @property
    def discriminator_variables(self) -> list[Any]:
        """What the discriminators' optimizer moves."""
        return [v for network in self.discriminators for v in network.trainable_variables]

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What `fit` resets at every epoch."""
        return [*self._means.values(), *self._validation_means.values()]

    def compile(
        self,
        lifter_optimizer: keras.optimizers.Optimizer,
        discriminator_optimizer: keras.optimizers.Optimizer,
        jit_compile: bool = False,
        **kwargs: Any,
    ) -> None:
        """Sets both optimizers; `optimizer`, which Keras's callbacks look at, is the lifter's."""
        super().compile(optimizer=lifter_optimizer, jit_compile=jit_compile, **kwargs)
        self.discriminator_optimizer = discriminator_optimizer
        lifter_optimizer.build(self.lifter_variables)
        discriminator_optimizer.build(self.discriminator_variables)

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """Both optimizers, whose state a checkpoint holds."""
        return [self.optimizer, self.discriminator_optimizer]

    def call(self, keypoints_2d: tf.Tensor, training: bool = False) -> Lifted:
        """Lifts normalised poses `[N, J, 2]` with the averaged lifter."""
        return self.averaged_lifter(keypoints_2d, training=training)

    def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One step of all networks on `data["keypoints_2d"]` `[N, J, 2]`, normalised."""
        # The lifter (and the adapter): consistent with itself, its new views like real poses.
        with tf.GradientTape() as tape:
            batch, games, lifter_terms = self._batch(data)
            cycle_terms, cycle_games = self._lifter_terms(batch)
            games |= cycle_games
            lifter_terms |= cycle_terms
            lifter_terms |= generator_terms(games, self.config.loss, self._seed(_LIFTED))
            lifter_loss = tf.add_n([weight * value for weight, value in lifter_terms.values()])
        gradients = tape.gradient(lifter_loss, self.lifter_variables)
        self._apply(self.optimizer, gradients, self.lifter_variables)

        # The discriminators: tell those poses from real ones.
        discriminators_loss, learnt = self._every_kth_step(
            lambda: self._train_discriminators(games)
        )

        decay = self.config.optimizer.average_decay
        move_average(self.averaged_lifter, self.lifter, self.step, decay)
        self.step.assign_add(1)
        values = {name: value for name, (_, value) in lifter_terms.items()} | {"loss": lifter_loss}
        for name, mean in self._means.items():
            if name != "discriminator_loss":
                mean.update_state(values.get(name, 0.0))
        self._means["discriminator_loss"].update_state(discriminators_loss, sample_weight=learnt)
        return {name: mean.result() for name, mean in self._means.items()}

    def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
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
        for name, value in values.items():
            self._validation_means[name].update_state(value)
        return {name: self._validation_means[name].result() for name in values}

    def cycle_of(self, keypoints_2d: tf.Tensor) -> Cycle:
        """The averaged lifter's cycle of normalised poses, over views that are always the same."""
        lifted = self.averaged_lifter(keypoints_2d, training=False)
        fixed, _ = self._views(lifted, [self.config.seed, _VALIDATION])
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
            poses = mirror_half(poses, self.skeleton, self._seed(_MIRROR))
        group = data.get("group", tf.zeros_like(poses[0][:, 0, 0], tf.int32))
        batch, games, adapting = Batch(poses[0], poses[0], group, None, *poses[1:]), {}, {}
        if "source_2d" in data:
            source_2d, adapter = data["source_2d"], self.config.adapter
            if self.config.mirror and self.skeleton.can_be_mirrored:
                seed = self._seed(_MIRROR_SOURCE)
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
            batch = place(batch, *tables, self.skeleton.root, self._seed(_PLACE))
        return batch, games, adapting

    def _lifter_terms(self, batch: Batch) -> tuple[Terms, dict[str, Game]]:
        """The cycle's losses by name with their weights, and the games its new views play."""
        weight, resize = self.config.loss, self.config.scale == "pose"
        lifted = self._lift(batch.keypoints_2d, _DAMAGE)
        new_views, elevation_to = self._views(lifted, self._seed(_VIEWS), self._turn_share())
        cycle = lift_reproject_lift(
            lambda poses: self._lift(poses, _DAMAGE_AGAIN), lifted, new_views, resize
        )
        same_body_3d = None
        if weight.same_body:
            same_body_3d = unproject(self.lifter(batch.same_body_2d, training=True))
        bodies = cycle.keypoints_3d, same_body_3d, batch.bone_ratios, self._bone_weight()
        lifter_terms = (
            terms.consistency_terms(cycle, batch, new_views, weight)
            | terms.body_terms(*bodies, weight, self.skeleton)
            | terms.output_terms(cycle, batch, elevation_to, weight, self.lifter.completes)
            | terms.likelihood_term(cycle.synthetic_2d, self.flow, weight)
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
            loss = discriminator_loss(games, self.config.loss, self._seed(_JUDGED))
        variables = self.discriminator_variables
        self._apply(self.discriminator_optimizer, tape.gradient(loss, variables), variables)
        return loss

    def _every_kth_step(self, train: Callable[[], tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss of `train()` and 1, or two zeros at a step that leaves it out."""
        zero, one = tf.constant(0.0), tf.constant(1.0)
        every = self.config.optimizer.discriminator_every
        if not self.discriminators:
            return zero, zero
        if every == 1:
            return train(), one
        due = tf.equal(tf.cast(self.step, tf.int64) % every, 0)
        return tf.cond(due, lambda: (train(), one), lambda: (zero, zero))

    def _apply(self, optimizer: Any, gradients: list[tf.Tensor], variables: list[Any]) -> None:
        if self.config.optimizer.clip_norm:
            gradients, _ = tf.clip_by_global_norm(gradients, self.config.optimizer.clip_norm)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))

    def _bone_weight(self) -> tf.Tensor:
        """Rises linearly: held to its end weight at once, the lifter settles in wrong signs."""
        loss, steps = self.config.loss, self.config.loss.bone_ramp * self.config.steps
        progress = tf.minimum(tf.cast(self.step, tf.float32) / max(steps, 1.0), 1.0)
        return loss.bone_start + (loss.bone - loss.bone_start) * progress

    def _turn_share(self) -> float | tf.Tensor:
        """Share of the largest turn that the curriculum has come to."""
        ramp = self.config.view.ramp
        if not ramp:
            return 1.0
        return tf.minimum(tf.cast(self.step, tf.float32) / (ramp * self.config.steps), 1.0)

    def _views(
        self, lifted: Lifted, seed: Any, turn_share: float | tf.Tensor = 1.0
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """New views `[N, 3, 3]` and, where the cameras' elevation is known, theirs `[N]`."""
        view, count = self.config.view, tf.shape(lifted.depth_offsets)[0]
        turn_by = turn_share * math.radians(view.max_azimuth)
        if view.kind == "uniform":
            limit = math.radians(view.max_elevation)
            return views.uniform_views(count, seed, limit, turn_by), None
        elevation, spread = map(math.radians, (self.config.elevation, view.elevation_spread))
        own = None if lifted.elevation is None else tf.stop_gradient(lifted.elevation)
        return views.known_views(count, seed, elevation, spread, turn_by, own)

    def _seed(self, stream: int) -> tf.Tensor:
        """A seed for this step, from the run's seed and the saved counter."""
        return randomness.fold_in([self.config.seed, stream], tf.cast(self.step, tf.int32))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain data."""
        return super().get_config() | {
            "config": dataclasses.asdict(self.config),
            "skeleton": dataclasses.asdict(self.skeleton),
            "bone_ratios": self.bone_ratios,
            "placements": self.placements,
            "lifter": keras.saving.serialize_keras_object(self.lifter),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "flow": self.flow and keras.saving.serialize_keras_object(self.flow),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> GeometricSelfSupervision:
        """Rebuilds the model from `get_config`."""
        config = dict(config)
        return cls(
            config=config_from_dict(config.pop("config")),
            skeleton=Skeleton.from_dict(config.pop("skeleton")),
            lifter=keras.saving.deserialize_keras_object(config.pop("lifter")),
            discriminator=keras.saving.deserialize_keras_object(config.pop("discriminator")),
            flow=keras.saving.deserialize_keras_object(config.pop("flow")),
            **config,
        )

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of `compile`, so that a saved model comes back with both optimizers."""
        return {
            "lifter_optimizer": keras.saving.serialize_keras_object(self.optimizer),
            "discriminator_optimizer": keras.saving.serialize_keras_object(
                self.discriminator_optimizer
            ),
            "jit_compile": self.jit_compile,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles with what `get_compile_config` returned."""
        self.compile(**keras.saving.deserialize_keras_object(config))
