"""A normalising flow on 2D poses: how likely a pose is among those that it was fitted to.

Affine coupling (Dinh et al., "Density estimation using Real NVP", ICLR 2017, section 3) on the
principal components of 2D poses, as Wandt et al., ElePose, CVPR 2022, use it in a
discriminator's place.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models.blocks import ResidualTrunk
from posenet3d.platform import randomness

_MIN_DEVIATION = 1e-3 / camera.DISTANCE  # a thousandth of a pose's size; ours
_FAR = 5.0  # in standard deviations; few real poses are further off in any component; ours
_ELEVATION_UNIT = 0.25  # radians: networks like inputs of size 1
_MAX_LOG_SCALE = 1.0  # of one coupling; ours: 2 fits no better and explodes sooner far off


class Latent(NamedTuple):
    """Where a flow sends N poses of J joints."""

    coordinates: tf.Tensor  # [N, 2 (J - 1)], standard normal for poses like those fitted
    log_det: tf.Tensor  # [N], log |d coordinates / d whitened pose|


@keras.saving.register_keras_serializable("posenet3d")
class AffineCoupling(keras.layers.Layer):
    """Scales and shifts half of the components by what a network makes of the other half.

    A new coupling is the identity.

    Args:
      num_components: K.
      width: Features between the network's layers.
      index: Place in the flow. Couplings 2i and 2i + 1 change one half each, of a division into
        halves that depends on i alone.
      conditions: Further numbers that the network looks at.
    """

    def __init__(
        self, num_components: int, width: int, index: int, conditions: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs | {"dtype": "float32"})
        order = np.random.default_rng(index // 2).permutation(num_components)
        self.changed = tf.constant((order + index) % 2, tf.float32)
        # Smooth, since a lifter follows the slope of the likelihood.
        self.trunk = ResidualTrunk(width, num_blocks=1, activation="silu")
        self.head = keras.layers.Dense(
            2 * num_components, kernel_initializer="zeros", dtype="float32"
        )
        self.settings = {
            "num_components": num_components,
            "width": width,
            "index": index,
            "conditions": conditions,
        }

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights; the shape is known from the number of components."""
        if self.built:
            return
        features = self.settings["num_components"] + self.settings["conditions"]
        self.trunk.build((None, features))
        self.head.build((None, self.settings["width"]))
        self.built = True

    def call(
        self, components: tf.Tensor, conditions: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """From `[N, K]`, given `[N, conditions]`, to `[N, K]`, and the log-determinant `[N]` of
        that map."""
        log_scale, shift = self._scale_and_shift(components, conditions)
        return components * tf.exp(log_scale) + shift, tf.reduce_sum(log_scale, axis=-1)

    def inverse(self, components: tf.Tensor, conditions: tf.Tensor | None = None) -> tf.Tensor:
        """Undoes `call`: from `[N, K]` to `[N, K]`."""
        log_scale, shift = self._scale_and_shift(components, conditions)
        return (components - shift) * tf.exp(-log_scale)

    def _scale_and_shift(
        self, components: tf.Tensor, conditions: tf.Tensor | None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        # Bounded: what the network makes of a pose far from all others stays bounded too.
        seen = _FAR * tf.tanh(components / _FAR) * (1.0 - self.changed)
        if self.settings["conditions"]:
            seen = tf.concat([seen, conditions], axis=-1)
        raw, shift = tf.split(self.head(self.trunk(seen)), 2, axis=-1)
        log_scale = _MAX_LOG_SCALE * tf.tanh(raw / _MAX_LOG_SCALE)
        return log_scale * self.changed, shift * self.changed

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return super().get_config() | self.settings


@keras.saving.register_keras_serializable("posenet3d")
class PoseFlow(keras.Model):
    """The likelihood of normalised 2D poses; `training.flow.fit_flow` fits it.

    The pose without its root is whitened: turned to its principal components, each divided by its
    standard deviation. Couplings change the first `num_components`. The rest, of which all are
    divided by the one root mean square of them (probabilistic principal components, Tipping and
    Bishop, 1999), counts as normal: an error that a lifter puts there has its price as well.
    What lies further than 5 standard deviations from the mean, before the couplings or after them,
    is drawn in until its square grows linearly (`_draw_in`). The density remains one, and a pose
    like no other gets a finite slope that leads back.

    A new flow takes poses for standard normal in units of their size.

    A flow of `by_elevation` gives the likelihood of a pose among those seen from the same
    elevation. Without it, a body that leans passes for one that is seen from above.

    Example:

        flow = PoseFlow(num_joints=17)
        fit_flow(flow, keypoints_2d, skeleton, FlowConfig(), seed=0)
        nats = flow(keypoints_2d)                                   # [N], low for likely poses
        keypoints_2d = flow.sample(16, seed=[0, 1])                 # [16, 17, 2]

    Args:
      num_joints: J.
      root: Index of the root joint, which is always at (0, 0).
      num_components: K, at most 2 (J - 1). ElePose has 26 of a pose of 17 joints.
      num_blocks: Number of couplings. ElePose has 8.
      width: Features between the layers of a coupling's network.
      by_elevation: Whether poses come with the elevation of their cameras, `[N]` in radians.

    Raises:
      ValueError: If the root or the number of components is not among those there are.
    """

    def __init__(
        self,
        num_joints: int = 17,
        root: int = 0,
        num_components: int = 26,
        num_blocks: int = 8,
        width: int = 256,
        by_elevation: bool = False,
        **kwargs: Any,
    ) -> None:
        # bfloat16 is too coarse for likelihoods; the couplings' networks follow the policy.
        super().__init__(**kwargs | {"dtype": "float32"})
        if not 0 <= root < num_joints:
            raise ValueError(f"root must be one of the {num_joints} joints, got {root}.")
        self.size = 2 * (num_joints - 1)
        if not 1 <= num_components <= self.size:
            raise ValueError(
                f"num_components must lie between 1 and {self.size}, the number of coordinates of "
                f"{num_joints} joints without the root, got {num_components}."
            )
        self.couplings = [
            AffineCoupling(num_components, width, i, int(by_elevation)) for i in range(num_blocks)
        ]
        self.settings = {
            "num_joints": num_joints,
            "root": root,
            "num_components": num_components,
            "num_blocks": num_blocks,
            "width": width,
            "by_elevation": by_elevation,
        }
        self.build()

    def build(self, input_shape: Any = None) -> None:
        """Makes the statistics, to be set by `adapt`, and the weights of the couplings."""
        if self.built:
            return
        constant = keras.initializers.Constant(1.0 / camera.DISTANCE)
        self.mean = self.add_weight(
            name="mean", shape=(self.size,), initializer="zeros", trainable=False
        )
        self.directions = self.add_weight(
            name="directions",
            shape=(self.size, self.size),
            initializer="identity",
            trainable=False,
        )
        self.deviation = self.add_weight(
            name="deviation", shape=(self.size,), initializer=constant, trainable=False
        )
        for coupling in self.couplings:
            coupling.build()
        self.built = True

    def adapt(self, keypoints_2d: np.ndarray) -> None:
        """Takes mean and principal components from normalised poses `[N, J, 2]`.

        Raises:
          ValueError: If the poses have another number of joints, or there are none.
        """
        flat = self._flatten(np.asarray(keypoints_2d, np.float32)).numpy()
        if not len(flat):
            raise ValueError("A flow cannot be adapted to no poses.")
        flat = flat.astype(np.float64)  # sums over many poses
        variance, directions = np.linalg.eigh(np.cov(flat, rowvar=False, bias=True))
        variance, directions = variance[::-1].clip(min=0.0), directions[:, ::-1]
        rest = variance[self.settings["num_components"] :]
        rest[:] = rest.mean() if len(rest) else 0.0
        self.mean.assign(flat.mean(axis=0))
        self.directions.assign(directions)
        self.deviation.assign(np.maximum(np.sqrt(variance), _MIN_DEVIATION))

    def call(self, keypoints_2d: tf.Tensor, elevation: tf.Tensor | None = None) -> tf.Tensor:
        """The negative log-likelihood of normalised poses `[N, J, 2]`.

        `elevation` `[N]`, in radians, is looked at by a flow of `by_elevation` alone.

        Returns:
          `[N]`, in nats for each of the 2 (J - 1) coordinates of the whitened pose, so that
          flows of any number of joints and components have the same scale: a new flow that is
          adapted to normal data gives 0.5 log(2 pi e) = 1.42 on average.
        """
        latent = self.encode(keypoints_2d, elevation)
        energy = 0.5 * tf.reduce_sum(tf.square(latent.coordinates), axis=-1) - latent.log_det
        return energy / self.size + 0.5 * math.log(2.0 * math.pi)

    def encode(self, keypoints_2d: tf.Tensor, elevation: tf.Tensor | None = None) -> Latent:
        """Sends normalised poses `[N, J, 2]` to where they are standard normal."""
        centred = self._flatten(keypoints_2d) - self.mean
        components, log_det = _draw_in(tf.matmul(centred, self.directions) / self.deviation)
        components, rest = self._split(components)
        conditions = self._conditions(elevation)
        for coupling in self.couplings:
            components, coupling_log_det = coupling(components, conditions)
            log_det += coupling_log_det
        components, drawn_log_det = _draw_in(components)
        return Latent(tf.concat([components, rest], axis=-1), log_det + drawn_log_det)

    def inverse(self, coordinates: tf.Tensor, elevation: tf.Tensor | None = None) -> tf.Tensor:
        """Undoes `encode`: from coordinates `[N, 2 (J - 1)]` to normalised poses `[N, J, 2]`."""
        components, rest = self._split(tf.convert_to_tensor(coordinates))
        components, conditions = _let_out(components), self._conditions(elevation)
        for coupling in reversed(self.couplings):
            components = coupling.inverse(components, conditions)
        whitened = _let_out(tf.concat([components, rest], axis=-1))
        flat = tf.matmul(whitened * self.deviation, self.directions, transpose_b=True) + self.mean
        root = 2 * self.settings["root"]
        before, after = tf.split(flat, [root, self.size - root], axis=-1)
        full = tf.concat([before, tf.zeros_like(flat[:, :2]), after], axis=-1)
        return tf.reshape(full, [-1, self.settings["num_joints"], 2])

    def sample(self, count: int, seed: tf.Tensor, elevation: tf.Tensor | None = None) -> tf.Tensor:
        """Draws `count` normalised poses `[count, J, 2]`; the same seed int32 `[2]`, the same."""
        return self.inverse(randomness.normal([count, self.size], seed), elevation)

    def _conditions(self, elevation: tf.Tensor | None) -> tf.Tensor | None:
        if not self.settings["by_elevation"]:
            return None
        if elevation is None:
            raise ValueError("A flow of by_elevation needs the elevation of each pose.")
        return tf.convert_to_tensor(elevation)[:, tf.newaxis] / _ELEVATION_UNIT

    def _flatten(self, keypoints_2d: tf.Tensor) -> tf.Tensor:
        """Poses `[N, J, 2]` without their root, as `[N, 2 (J - 1)]`."""
        keypoints_2d = tf.convert_to_tensor(keypoints_2d)
        joints, root = self.settings["num_joints"], self.settings["root"]
        shape = keypoints_2d.shape
        if len(shape) != 3 or shape[1] not in (None, joints) or shape[2] not in (None, 2):
            raise ValueError(f"keypoints_2d must have the shape [N, {joints}, 2], got {shape}.")
        rest = tf.concat([keypoints_2d[:, :root], keypoints_2d[:, root + 1 :]], axis=1)
        return tf.reshape(rest, [-1, self.size])

    def _split(self, coordinates: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        count = self.settings["num_components"]
        return coordinates[:, :count], coordinates[:, count:]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return super().get_config() | self.settings


def _draw_in(whitened: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Draws far components in, so that half their square is Huber's function of them.

    Args:
      whitened: `[N, D]`.

    Returns:
      `[N, D]`, equal up to `_FAR`, and the log-determinant `[N]`.
    """
    distance = tf.maximum(tf.abs(whitened), _FAR)
    drawn = tf.sqrt(_FAR * (2.0 * distance - _FAR))  # Huber, 1964: drawn^2 / 2
    log_det = tf.reduce_sum(tf.math.log(_FAR / drawn), axis=-1)
    return whitened * (drawn / distance), log_det


def _let_out(drawn: tf.Tensor) -> tf.Tensor:
    """Undoes `_draw_in`: from `[N, D]` to `[N, D]`."""
    distance = tf.maximum(tf.abs(drawn), _FAR)
    return drawn * ((tf.square(distance) + _FAR**2) / (2.0 * _FAR * distance))
