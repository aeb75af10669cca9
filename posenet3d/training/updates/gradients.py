"""From a loss to moved weights: loss scaling, clipping, and the mean over replicas."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from posenet3d.platform import stack
from posenet3d.training.updates import replicas


def scaled(loss: tf.Tensor, optimizer: keras.optimizers.Optimizer) -> tf.Tensor:
    """The loss whose gradient `apply` takes: larger, where the optimizer scales losses.

    In float16 small gradients are 0; those of a loss that is larger by a power of two are not
    (Micikevicius et al., Mixed Precision Training, ICLR 2018). Other optimizers leave it as it is.
    """
    return optimizer.scale_loss(loss) if scales(optimizer) else loss


def scales(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether an optimizer takes the gradients of scaled losses."""
    return stack.scales_losses(optimizer)


def apply(
    optimizer: keras.optimizers.Optimizer,
    gradients: list[tf.Tensor | None],
    variables: list[Any],
    clip_norm: float = 0.0,
) -> None:
    """Moves the variables by the gradients of a mean over the whole batch.

    Args:
      optimizer: What moves them.
      gradients: Those of `scaled(loss, optimizer)`, one a variable, None where it has no part in
        the loss. In a replica, those of the mean over its own share of the batch.
      variables: What is moved.
      clip_norm: Largest global norm of the gradients of the loss itself; 0: any.
    """
    count = replicas.in_sync()
    # A decision over all gradients, as to clip or to skip them, must be the same everywhere.
    if count > 1 and (clip_norm or scales(optimizer)):
        gradients = replicas.mean(gradients)
    if clip_norm:
        largest = scaled(tf.constant(clip_norm), optimizer)
        gradients, _ = tf.clip_by_global_norm(gradients, largest)
    if count > 1:  # optimizers of Keras add up what the replicas give them
        gradients = [None if g is None else g / count for g in gradients]
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
