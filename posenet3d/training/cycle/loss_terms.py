"""What a lifter is trained for: each loss with its weight, those of weight 0 left out."""

from __future__ import annotations

import tensorflow as tf

from posenet3d.geometry import rotation
from posenet3d.models import PoseFlow
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.cycle import losses
from posenet3d.training.cycle.batch import Batch
from posenet3d.training.cycle.lift_reproject_lift import Cycle
from posenet3d.training.settings.config import LossConfig

Terms = dict[str, tuple[float | tf.Tensor, tf.Tensor]]
"""Weight and value of each loss by name."""


def consistency_terms(cycle: Cycle, batch: Batch, views: tf.Tensor, weight: LossConfig) -> Terms:
    """What true 3D passes: the 2D, the 3D and the difference of two poses come back."""
    terms: Terms = {}
    if weight.consistency_2d:
        error = losses.squared_error(cycle.returned_2d, batch.keypoints_2d)
        terms["consistency_2d"] = weight.consistency_2d, error
    if weight.consistency_3d:
        error = losses.squared_error(cycle.relifted_3d, cycle.turned_3d)
        terms["consistency_3d"] = weight.consistency_3d, error
    if weight.deformation:
        # Sizes differ: the two 3D poses of one body are compared in the first view's unit.
        size = tf.norm(cycle.turned_3d, axis=[1, 2]) / tf.norm(cycle.keypoints_3d, axis=[1, 2])
        returned_3d = rotation.turn_back(cycle.relifted_3d / size[:, None, None], views)
        error = losses.squared_error(_differences(returned_3d), _differences(cycle.keypoints_3d))
        terms["deformation"] = weight.deformation, error
    return terms


def body_terms(
    keypoints_3d: tf.Tensor,
    same_body_3d: tf.Tensor | None,
    bone_ratios: tf.Tensor | None,
    bone_weight: float | tf.Tensor,
    weight: LossConfig,
    skeleton: Skeleton,
) -> Terms:
    """What is known of bodies: typical proportions, and that they stay the same in a sequence."""
    terms: Terms = {}
    if weight.bone:
        terms["bone"] = bone_weight, losses.bone_ratio_loss(keypoints_3d, bone_ratios, skeleton)
    if same_body_3d is not None:
        first_3d = keypoints_3d[: tf.shape(same_body_3d)[0]]  # poses of source_data have no second
        error = losses.same_body_loss(first_3d, same_body_3d, skeleton)
        terms["same_body"] = weight.same_body, error
    return terms


def output_terms(
    cycle: Cycle, batch: Batch, elevation_to: tf.Tensor | None, weight: LossConfig, completes: bool
) -> Terms:
    """What the lifter's further outputs should be: the whole 2D pose, the new view's elevation."""
    terms: Terms = {}
    if completes and weight.completion:
        error = losses.squared_error(cycle.lifted.keypoints_2d, batch.keypoints_2d)
        error += losses.squared_error(cycle.relifted.keypoints_2d, cycle.synthetic_2d)
        terms["completion"] = weight.completion, error
    if elevation_to is not None and cycle.relifted.elevation is not None and weight.elevation:
        error = tf.reduce_mean(tf.square(cycle.relifted.elevation - elevation_to))
        terms["elevation"] = weight.elevation, error
    return terms


def likelihood_term(synthetic_2d: tf.Tensor, flow: PoseFlow | None, weight: LossConfig) -> Terms:
    """How unlike the data a flow finds the new views."""
    if flow is None:
        return {}
    return {"flow": (weight.flow, tf.reduce_mean(flow(synthetic_2d)))}


def _differences(poses_3d: tf.Tensor) -> tf.Tensor:
    """Each pose less the next of the batch."""
    return poses_3d - tf.roll(poses_3d, shift=1, axis=0)
