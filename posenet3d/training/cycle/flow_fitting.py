"""Fitting a normalising flow to 2D poses by maximum likelihood."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from posenet3d.errors import TrainingError
from posenet3d.geometry import camera, mirror
from posenet3d.models.flow import PoseFlow
from posenet3d.platform import randomness, stack
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.settings.config import FlowConfig

MIN_POSES = 64
"""Fewer poses show no distribution that a flow could learn; ours."""

_HELD_OUT = 20  # one pose in so many, in
_BLOCKS = 4  # blocks of neighbours: few, so that a block is longer than most sequences
_WORSE = 1.0  # nats that no fit loses unless it diverges; ours
_SAMPLE = 4096  # poses that the likelihoods of the record are means over
_ADAPT_SAMPLE = 50_000  # poses that the principal components are taken from

# One stream of random numbers each.
_ROWS, _MIRROR, _NOISE, _ADAPT_NOISE = range(4)


@dataclasses.dataclass(frozen=True)
class FlowFit:
    """How well a flow fits, in nats a coordinate as `PoseFlow` gives them, lower is better.

    A held-out value far above that of the training poses means that the flow knows these by heart.
    Sequences of motion capture differ by 0.2 among themselves, so that less says nothing.
    """

    train_nll: float
    held_out_nll: float


def fit_flow(
    flow: PoseFlow,
    keypoints_2d: np.ndarray,
    skeleton: Skeleton,
    config: FlowConfig,
    seed: int,
    elevation: np.ndarray | None = None,
) -> FlowFit:
    """Adapts a flow to poses, then trains it by maximum likelihood.

    Every other pose is mirrored, if the skeleton can be.

    The outcome is a function of the arguments alone, the flow's first weights among them.

    Args:
      flow: The flow; its size is its own, not that of `config`.
      keypoints_2d: `[N, J, 2]`, normalised, complete, neighbouring frames next to one another. A
        twentieth, in contiguous blocks, is held out.
      skeleton: The skeleton of the J joints.
      config: The settings.
      seed: Seed of batches, mirroring and noise.
      elevation: `[N]`, radians, of the cameras; for a flow of `by_elevation`.

    Returns:
      The mean likelihoods of poses without noise, those trained on and those held out.

    Raises:
      TrainingError: If there are too few poses, or incomplete ones, or training diverges.
    """
    if len(keypoints_2d) < MIN_POSES:
        raise TrainingError(
            f"A flow cannot be fitted to {len(keypoints_2d)} poses; give at least {MIN_POSES}."
        )
    keypoints_2d = np.asarray(keypoints_2d, np.float32)
    if not np.isfinite(keypoints_2d).all():
        raise TrainingError("A flow needs complete poses, but some coordinates are not finite.")
    held_out = _held_out_rows(len(keypoints_2d))
    if elevation is None:
        elevation = np.zeros(len(keypoints_2d))
    elevation = np.asarray(elevation, np.float32)
    train_2d, held_out_2d = np.delete(keypoints_2d, held_out, axis=0), keypoints_2d[held_out]
    seen_from, held_out_from = np.delete(elevation, held_out), elevation[held_out]
    _adapt(flow, train_2d, skeleton, config, seed)
    before = _mean_nll(flow, train_2d, seen_from)
    _train(flow, tf.constant(train_2d), tf.constant(seen_from), skeleton, config, seed)
    fit = FlowFit(_mean_nll(flow, train_2d, seen_from), _mean_nll(flow, held_out_2d, held_out_from))
    if not fit.train_nll < before + _WORSE:
        raise TrainingError(
            f"The flow diverged: {before:.2f} nats before and {fit.train_nll:.2f} after training; "
            f"give a flow_learning_rate below {config.learning_rate}."
        )
    return fit


def _held_out_rows(count: int) -> np.ndarray:
    """Rows of equal blocks, spread evenly: neighbouring frames are too alike to tell anything."""
    starts = (np.arange(_BLOCKS) * count + count // 2) // _BLOCKS
    length = max(1, count // (_BLOCKS * _HELD_OUT))
    return (starts[:, np.newaxis] + np.arange(length)).ravel()


def _adapt(
    flow: PoseFlow, keypoints_2d: np.ndarray, skeleton: Skeleton, config: FlowConfig, seed: int
) -> None:
    """Adapts the flow to poses as it will see them: either way round and noisy."""
    sample_2d = keypoints_2d[:: -(-len(keypoints_2d) // _ADAPT_SAMPLE)]
    both_2d = sample_2d
    if skeleton.can_be_mirrored:
        both_2d = tf.concat([sample_2d, mirror.mirror(sample_2d, skeleton)], axis=0)
    flow.adapt(_with_noise(both_2d, config, tf.constant([seed, _ADAPT_NOISE])).numpy())


def _train(
    flow: PoseFlow,
    keypoints_2d: tf.Tensor,
    elevation: tf.Tensor,
    skeleton: Skeleton,
    config: FlowConfig,
    seed: int,
) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(config.learning_rate, config.steps)
    optimizer = keras.optimizers.Adam(schedule)
    stack.build_optimizer(optimizer, flow.trainable_variables)

    @tf.function(autograph=False)
    def train_step(step: tf.Tensor) -> None:
        rows_seed, mirror_seed, noise_seed = (
            randomness.fold_in([seed, stream], step) for stream in (_ROWS, _MIRROR, _NOISE)
        )
        share = randomness.uniform([config.batch_size], rows_seed)
        count = len(keypoints_2d)
        # A product that rounds up to the count itself would be one row too many.
        rows = tf.minimum(tf.cast(share * float(count), tf.int32), count - 1)
        batch_2d = tf.gather(keypoints_2d, rows)
        if skeleton.can_be_mirrored:
            coin = randomness.uniform([config.batch_size, 1, 1], mirror_seed) < 0.5
            batch_2d = tf.where(coin, mirror.mirror(batch_2d, skeleton), batch_2d)
        batch_2d = _with_noise(batch_2d, config, noise_seed)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(flow(batch_2d, tf.gather(elevation, rows)))
        gradients = tape.gradient(loss, flow.trainable_variables)
        optimizer.apply_gradients(zip(gradients, flow.trainable_variables, strict=True))

    for step in range(config.steps):
        train_step(tf.constant(step))


def _with_noise(keypoints_2d: tf.Tensor, config: FlowConfig, seed: tf.Tensor) -> tf.Tensor:
    deviation = config.noise / camera.DISTANCE  # a normalised pose has the size 1 / c
    return keypoints_2d + deviation * randomness.normal(tf.shape(keypoints_2d), seed)


def _mean_nll(flow: PoseFlow, keypoints_2d: np.ndarray, elevation: np.ndarray) -> float:
    sample = slice(None, None, -(-len(keypoints_2d) // _SAMPLE))
    return float(tf.reduce_mean(flow(keypoints_2d[sample], elevation[sample])))
