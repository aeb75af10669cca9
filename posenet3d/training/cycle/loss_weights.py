"""The weights of the losses that a run uses, by the names that the step and the logs have."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.training.settings.config import TrainingConfig


def loss_weights(
    config: TrainingConfig, step: tf.Tensor, completes: bool, adapts: bool
) -> dict[str, float | tf.Tensor]:
    """Weight of each loss in use, by name; those of weight 0 are left out and never computed.

    Args:
      config: The settings.
      step: int scalar, the steps done; two weights depend on it.
      completes: Whether the lifter completes poses.
      adapts: Whether there is a domain adapter.
    """
    loss = config.loss
    # Their order is that of the metrics on disk: a new one comes last.
    weights = {
        "consistency_2d": loss.consistency_2d,
        "consistency_3d": loss.consistency_3d,
        "adversarial": loss.adversarial,
        "motion": loss.motion,
        "flow": loss.flow,
        "deformation": loss.deformation,
        "same_body": loss.same_body,
        "adapter": float(adapts),
        "adapter_penalty": config.adapter.penalty if adapts else 0.0,
        "completion": loss.completion if completes else 0.0,
        "elevation": loss.elevation if config.view.kind == "learned" else 0.0,
        "bone": loss.bone,
        "signs": loss.signs,
    }
    # How far an adapter moves the joints is reported whatever that costs.
    reported = {"adapter_penalty"} if adapts else set()
    weights = {name: w for name, w in weights.items() if w or name in reported}
    if "bone" in weights:
        weights["bone"] = bone_weight(config, step)
    if "signs" in weights:
        weights["signs"] = sign_weight(config, step)
    return weights


def bone_weight(config: TrainingConfig, step: tf.Tensor) -> tf.Tensor:
    """Rises linearly: held to its end weight at once, the lifter settles in wrong signs."""
    loss, steps = config.loss, config.loss.bone_ramp * config.steps
    progress = tf.minimum(tf.cast(step, tf.float32) / max(steps, 1.0), 1.0)
    return loss.bone_start + (loss.bone - loss.bone_start) * progress


def sign_weight(config: TrainingConfig, step: tf.Tensor) -> tf.Tensor:
    """Rises from 0 to its highest in the middle of the run, and falls to 0 at its end.

    At first lifted poses are flat and have no signs; at last, all that is left is to refine.
    """
    progress = tf.cast(step, tf.float32) / config.steps
    return 4.0 * config.loss.signs * progress * (1.0 - progress)
