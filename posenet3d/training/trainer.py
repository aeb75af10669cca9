"""Geometric self-supervision: the training step that needs 2D poses alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from posenet3d import randomness
from posenet3d.evaluation import metrics_tf
from posenet3d.geometry import camera, mirror, views
from posenet3d.models import Lifter, PoseDiscriminator
from posenet3d.skeleton import Skeleton
from posenet3d.training import losses
from posenet3d.training.config import TrainingConfig, config_from_dict
from posenet3d.training.cycle import Cycle, lift_reproject_lift

# One stream of random numbers each.
_MIRROR, _VIEWS, _PENALTY, _VALIDATION, _LIFTED, _REAL, _SYNTHETIC = range(7)

# Metrics that hold for predictions of any size; the full set is in posenet3d.evaluation.
_ACCURACY = {"pa_mpjpe": metrics_tf.pa_mpjpe, "n_mpjpe": metrics_tf.n_mpjpe}


@keras.saving.register_keras_serializable("posenet3d")
class GeometricSelfSupervision(keras.Model):
    """Trains a lifter against a discriminator on the cycle of Chen et al., CVPR 2019.

    Call `compile`, then `fit` on batches `{"keypoints_2d": [N, J, 2]}` of normalised poses. The
    random numbers of a step derive from the seed and the saved step counter alone, so that a
    restored model goes on exactly as it would have.

    Args:
      config: The settings; see `TrainingConfig`.
      skeleton: The skeleton of the J joints.
      bone_ratios: J - 1 typical bone ratios; None only if the prior's weight is 0.
      lifter: The lifter to train; None: one of the size the settings say.
      discriminator: Its adversary; None: one of the size the settings say.
    """

    def __init__(
        self,
        config: TrainingConfig,
        skeleton: Skeleton,
        bone_ratios: list[float] | None = None,
        lifter: Lifter | None = None,
        discriminator: PoseDiscriminator | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if bone_ratios is None and config.loss.bone:
            raise ValueError(
                f"The bone-ratio prior has the weight {config.loss.bone} but bone_ratios is None."
            )
        joints = skeleton.num_joints
        self.lifter = lifter or Lifter(joints, skeleton.root, **dataclasses.asdict(config.lifter))
        self.averaged_lifter = Lifter.from_config(self.lifter.get_config())
        self.averaged_lifter.trainable = False
        self.discriminator = discriminator or PoseDiscriminator(
            joints, **dataclasses.asdict(config.discriminator)
        )
        self.step = self.add_weight(
            name="step", shape=(), dtype="int64", initializer="zeros", trainable=False
        )
        self.config = config
        self.skeleton = skeleton
        self.bone_ratios = None if bone_ratios is None else [float(r) for r in bone_ratios]
        self._means = {
            name: keras.metrics.Mean(name=name)
            for name in (
                "loss", "consistency_2d", "consistency_3d", "adversarial", "bone",
                "discriminator_loss",
            )
        }  # fmt: skip
        self._validation_means = {
            name: keras.metrics.Mean(name=name) for name in ("consistency", *_ACCURACY)
        }
        self.build()

    def build(self, input_shape: Any = None) -> None:
        """Makes all weights, since a train_step never calls the model itself."""
        if self.built:
            return
        for network in (self.lifter, self.averaged_lifter, self.discriminator):
            network.build()
        self.averaged_lifter.set_weights(self.lifter.get_weights())
        self.built = True

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
        lifter_optimizer.build(self.lifter.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    def call(self, keypoints_2d: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Lifts normalised poses `[N, J, 2]` with the averaged lifter: depth offsets `[N, J]`."""
        return self.averaged_lifter(keypoints_2d, training=training)

    def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One step of both networks on `data["keypoints_2d"]` `[N, J, 2]`, normalised."""
        keypoints_2d = self._mirror_half(tf.ensure_shape(data["keypoints_2d"], [None, None, 2]))
        new_views = self._draw_views(tf.shape(keypoints_2d)[0])

        # The lifter: consistent with itself, and its new views like real poses.
        with tf.GradientTape() as tape:
            cycle = self._cycle(keypoints_2d, new_views, self.lifter, training=True)
            terms = self._lifter_terms(cycle, keypoints_2d)
            lifter_loss = tf.add_n([weight * term for weight, term in terms.values()])
        gradients = tape.gradient(lifter_loss, self.lifter.trainable_variables)
        self._apply(self.optimizer, gradients, self.lifter.trainable_variables)

        # The discriminator: tell those views from real poses.
        synthetic_2d = tf.stop_gradient(cycle.synthetic_2d)
        discriminator_loss, learnt = self._every_kth_step(
            lambda: self._train_discriminator(keypoints_2d, synthetic_2d)
        )

        self._average_lifter()
        self.step.assign_add(1)
        means = {name: term for name, (_, term) in terms.items()} | {"loss": lifter_loss}
        for name, value in means.items():
            self._means[name].update_state(value)
        self._means["discriminator_loss"].update_state(discriminator_loss, sample_weight=learnt)
        return {name: metric.result() for name, metric in self._means.items()}

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
            values |= {
                name: metric(cycle.keypoints_3d, data["keypoints_3d"])
                for name, metric in _ACCURACY.items()
            }
        for name, value in values.items():
            self._validation_means[name].update_state(value)
        return {name: self._validation_means[name].result() for name in values}

    def cycle_of(self, keypoints_2d: tf.Tensor) -> Cycle:
        """The averaged lifter's cycle of normalised poses, over views that are always the same."""
        fixed = self._views_from([self.config.seed, _VALIDATION], tf.shape(keypoints_2d)[0])
        return self._cycle(keypoints_2d, fixed, self.averaged_lifter, training=False)

    def _cycle(
        self, keypoints_2d: tf.Tensor, new_views: tf.Tensor, lifter: Lifter, training: bool
    ) -> Cycle:
        return lift_reproject_lift(
            lambda poses: lifter(poses, training=training),
            keypoints_2d,
            new_views,
            resize=self.config.scale == "pose",
        )

    def _lifter_terms(
        self, cycle: Cycle, keypoints_2d: tf.Tensor
    ) -> dict[str, tuple[float | tf.Tensor, tf.Tensor]]:
        """The lifter's losses, each with its weight; those of weight 0 are not computed."""
        weight = self.config.loss
        zero = (0.0, tf.zeros([]))
        terms = dict.fromkeys(("consistency_2d", "consistency_3d", "adversarial", "bone"), zero)
        if weight.consistency_2d:
            error = losses.squared_error(cycle.returned_2d, keypoints_2d)
            terms["consistency_2d"] = weight.consistency_2d, error
        if weight.consistency_3d:
            error = losses.squared_error(cycle.relifted_3d, cycle.turned_3d)
            terms["consistency_3d"] = weight.consistency_3d, error
        if weight.adversarial:
            logits = self._judge(cycle.synthetic_2d, _LIFTED)
            loss = losses.ADVERSARIAL_LOSSES[weight.adversarial_kind].generator(logits)
            terms["adversarial"] = weight.adversarial, loss
        if weight.bone:
            loss = losses.bone_ratio_loss(cycle.keypoints_3d, self.bone_ratios, self.skeleton)
            terms["bone"] = self._bone_weight(), loss
        return terms

    def _train_discriminator(self, real_2d: tf.Tensor, synthetic_2d: tf.Tensor) -> tf.Tensor:
        kind = losses.ADVERSARIAL_LOSSES[self.config.loss.adversarial_kind]

        with tf.GradientTape() as tape:
            loss = kind.discriminator(
                self._judge(real_2d, _REAL), self._judge(synthetic_2d, _SYNTHETIC)
            )
            if kind.gradient_penalty:
                loss += kind.gradient_penalty * losses.gradient_penalty(
                    lambda poses: self.discriminator(poses, training=True),
                    real_2d,
                    synthetic_2d,
                    self._seed(_PENALTY),
                )
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self._apply(self.discriminator_optimizer, gradients, self.discriminator.trainable_variables)
        return loss

    def _judge(self, keypoints_2d: tf.Tensor, stream: int) -> tf.Tensor:
        """The discriminator's logits of poses under noise."""
        if self.config.loss.adversarial_noise:
            deviation = self.config.loss.adversarial_noise / camera.DISTANCE
            noise = randomness.normal(tf.shape(keypoints_2d), self._seed(stream))
            keypoints_2d += deviation * noise
        return self.discriminator(keypoints_2d, training=True)

    def _every_kth_step(self, train: Callable[[], tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """The loss of `train()` and 1, or two zeros at a step that leaves it out."""
        zero, one = tf.constant(0.0), tf.constant(1.0)
        every = self.config.optimizer.discriminator_every
        if not self.config.loss.adversarial:
            return zero, zero
        if every == 1:
            return train(), one
        due = tf.equal(tf.cast(self.step, tf.int64) % every, 0)
        return tf.cond(due, lambda: (train(), one), lambda: (zero, zero))

    def _apply(self, optimizer: Any, gradients: list[tf.Tensor], variables: list[Any]) -> None:
        if self.config.optimizer.clip_norm:
            gradients, _ = tf.clip_by_global_norm(gradients, self.config.optimizer.clip_norm)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))

    def _average_lifter(self) -> None:
        """Moves the averaged lifter towards the present one, faster in the first steps."""
        step = tf.cast(self.step, tf.float32)
        decay = tf.minimum(self.config.optimizer.average_decay, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.averaged_lifter.weights, self.lifter.weights, strict=True):
            average.assign_add((1.0 - decay) * (weight - average))

    def _bone_weight(self) -> tf.Tensor:
        """Rises linearly: held to its end weight at once, the lifter settles in wrong signs."""
        loss, steps = self.config.loss, self.config.loss.bone_ramp * self.config.steps
        progress = tf.minimum(tf.cast(self.step, tf.float32) / max(steps, 1.0), 1.0)
        return loss.bone_start + (loss.bone - loss.bone_start) * progress

    def _mirror_half(self, keypoints_2d: tf.Tensor) -> tf.Tensor:
        if not self.config.mirror:
            return keypoints_2d
        count = tf.shape(keypoints_2d)[0]
        coin = randomness.uniform([count, 1, 1], self._seed(_MIRROR)) < 0.5
        return tf.where(coin, mirror.mirror(keypoints_2d, self.skeleton), keypoints_2d)

    def _draw_views(self, count: tf.Tensor) -> tf.Tensor:
        return self._views_from(self._seed(_VIEWS), count)

    def _views_from(self, seed: Any, count: tf.Tensor) -> tf.Tensor:
        view = self.config.view
        turn = math.radians(view.max_azimuth)
        if view.kind == "uniform":
            return views.uniform_views(count, seed, math.radians(view.max_elevation), turn)
        elevation, spread = math.radians(view.elevation), math.radians(view.elevation_spread)
        return views.known_views(count, seed, elevation, spread, turn)

    def _seed(self, stream: int) -> tf.Tensor:
        """A seed for this step, from the run's seed and the saved counter."""
        return randomness.fold_in([self.config.seed, stream], tf.cast(self.step, tf.int32))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain data."""
        return super().get_config() | {
            "config": dataclasses.asdict(self.config),
            "skeleton": dataclasses.asdict(self.skeleton),
            "bone_ratios": self.bone_ratios,
            "lifter": keras.saving.serialize_keras_object(self.lifter),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
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
