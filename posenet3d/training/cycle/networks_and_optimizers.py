"""The networks of geometric self-supervision, their optimizers, and how they are saved."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.evaluation.metrics.joint_errors_tf import ACCURACY
from posenet3d.models import Lifter, PoseDiscriminator, PoseFlow
from posenet3d.models.lifter import Lifted
from posenet3d.models.weights import copy_weights
from posenet3d.platform import stack
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.cycle.loss_weights import loss_weights
from posenet3d.training.cycle.networks import averaged, make_networks
from posenet3d.training.cycle.sign_search import SignLessons
from posenet3d.training.settings.config import TrainingConfig, config_from_dict


class TrainedNetworks(keras.Model):
    """What `GeometricSelfSupervision` is made of: what it does in a step is said there.

    Arguments are those of `GeometricSelfSupervision`.
    """

    def __init__(
        self,
        config: TrainingConfig,
        skeleton: Skeleton,
        bone_ratios: Any = None,
        placements: Any = None,
        elevations: list[float] | None = None,
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
        self.averaged_lifter = averaged(self.lifter)
        self.discriminator = discriminator or made.discriminator
        self.motion_discriminator = made.motion_discriminator
        self.adapter = made.adapter
        self.adapter_discriminator = made.adapter_discriminator
        self.gap_filler = made.gap_filler
        self.flow = flow
        if flow is not None:
            flow.trainable = False
        self.sign_lessons = SignLessons(skeleton) if config.loss.signs else None
        self.step = self.add_weight(
            name="step", shape=(), dtype="int64", initializer="zeros", trainable=False
        )
        self.config = config
        self.skeleton = skeleton
        joints = skeleton.num_joints
        self.placements = np.eye(joints)[None].tolist() if placements is None else placements
        self.elevations = elevations
        self.bone_ratios = None
        if bone_ratios is not None:
            ratios = np.asarray(bone_ratios, np.float32)
            shape = (-1, len(self.placements), joints - 1)
            self.bone_ratios = ratios.reshape(shape).tolist()
        self._means = {name: keras.metrics.Mean(name=name) for name in self.loss_names}
        self._validation_means = {
            name: keras.metrics.Mean(name=name) for name in ("consistency", *ACCURACY)
        }
        self.build()

    @property
    def loss_names(self) -> list[str]:
        """What a step reports; the paper's losses always, others if they are in use."""
        always = ["consistency_2d", "consistency_3d", "adversarial"]
        others = [n for n in self.loss_weights() if n not in (*always, "bone")]
        return ["loss", *always, *others, "bone", "discriminator_loss"]

    def loss_weights(self) -> dict[str, float | tf.Tensor]:
        """Weight of each loss in use at the present step, by name."""
        adapts = self.adapter is not None
        return loss_weights(self.config, self.step, self.lifter.completes, adapts)

    def running_means(self, values: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """What Keras logs of a step, from what `learn` returned: means over the epoch so far."""
        learnt = values["discriminators_learnt"]
        for name, mean in self._means.items():
            weight = learnt if name == "discriminator_loss" else None
            mean.update_state(values.get(name, 0.0), sample_weight=weight)
        return {name: mean.result() for name, mean in self._means.items()}

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
        copy_weights(self.lifter, self.averaged_lifter)
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
        stack.build_optimizer(lifter_optimizer, self.lifter_variables)
        stack.build_optimizer(discriminator_optimizer, self.discriminator_variables)

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """Both optimizers, whose state a checkpoint holds."""
        return [self.optimizer, self.discriminator_optimizer]

    def call(self, keypoints_2d: tf.Tensor, training: bool = False) -> Lifted:
        """Lifts normalised poses `[N, J, 2]` with the averaged lifter."""
        return self.averaged_lifter(keypoints_2d, training=training)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain data."""
        return super().get_config() | {
            "config": dataclasses.asdict(self.config),
            "skeleton": dataclasses.asdict(self.skeleton),
            "bone_ratios": self.bone_ratios,
            "placements": self.placements,
            "elevations": self.elevations,
            "lifter": keras.saving.serialize_keras_object(self.lifter),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "flow": self.flow and keras.saving.serialize_keras_object(self.flow),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TrainedNetworks:
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
