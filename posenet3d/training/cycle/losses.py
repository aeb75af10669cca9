"""The losses of geometric self-supervision, each a scalar without its weight, mean over the batch.

The adversarial ones are in `adversarial_losses`.
"""

from __future__ import annotations

import tensorflow as tf

from posenet3d.geometry import bones, rotation
from posenet3d.models.lifter import Lifted
from posenet3d.skeletons.skeleton import Skeleton


def squared_error(predicted: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Squared distance of two poses `[N, J, D]`, summed over joints, mean over the batch."""
    return tf.reduce_mean(tf.reduce_sum(tf.square(predicted - target), axis=[-2, -1]))


def deformation(
    keypoints_3d: tf.Tensor, turned_3d: tf.Tensor, relifted_3d: tf.Tensor, views: tf.Tensor
) -> tf.Tensor:
    """How the differences of two poses of the batch change on the way around the cycle.

    The pairwise deformation of Wandt et al., ElePose, CVPR 2022: an error that all poses share is
    none.

    Args:
      keypoints_3d: `[N, J, 3]`, the lifted poses, camera frame, pose units.
      turned_3d: `[N, J, 3]`, the same in their new views, where each may have another size.
      relifted_3d: `[N, J, 3]`, the projections of these, lifted.
      views: `[N, 3, 3]`, rotation to the new view of each pose.
    """
    # Sizes differ: the two 3D poses of one body are compared in the first view's unit.
    size = tf.norm(turned_3d, axis=[1, 2]) / tf.norm(keypoints_3d, axis=[1, 2])
    returned_3d = rotation.turn_back(relifted_3d / size[:, None, None], views)
    return squared_error(_differences(returned_3d), _differences(keypoints_3d))


def _differences(poses_3d: tf.Tensor) -> tf.Tensor:
    """Each pose less the next of the batch."""
    return poses_3d - tf.roll(poses_3d, shift=1, axis=0)


def bone_ratios(
    keypoints_3d: tf.Tensor, typical_ratios: tf.Tensor, skeleton: Skeleton
) -> tf.Tensor:
    """How far lifted bodies are from typical proportions.

    The prior of Wandt et al., ElePose, CVPR 2022: squared difference of each bone's ratio (its
    length over the mean bone length of its pose) from a typical one.

    Args:
      keypoints_3d: `[N, J, 3]`.
      typical_ratios: `[J - 1]` or `[N, J - 1]`, mean 1, in the order of `skeleton.bones`.
      skeleton: The skeleton of the J joints.

    Returns:
      Scalar: summed over bones, mean over the batch.
    """
    difference = bones.bone_ratios(keypoints_3d, skeleton) - typical_ratios
    return tf.reduce_mean(tf.reduce_sum(tf.square(difference), axis=-1))


def same_body(first_3d: tf.Tensor, second_3d: tf.Tensor, skeleton: Skeleton) -> tf.Tensor:
    """How far the bone ratios of two poses of one body each are from one another.

    Args:
      first_3d: `[N, J, 3]`, of which only the first M are compared: those of source_data, which
        come last, have no second pose.
      second_3d: `[M, J, 3]`.
      skeleton: The skeleton of the J joints.

    Returns:
      Scalar: squared differences summed over bones, mean over the batch.
    """
    first_3d = first_3d[: tf.shape(second_3d)[0]]
    difference = bones.bone_ratios(first_3d, skeleton) - bones.bone_ratios(second_3d, skeleton)
    return tf.reduce_mean(tf.reduce_sum(tf.square(difference), axis=-1))


def completion(
    lifted: Lifted, keypoints_2d: tf.Tensor, relifted: Lifted, synthetic_2d: tf.Tensor
) -> tf.Tensor:
    """How far the 2D poses that a lifter has completed and mended are from the whole ones.

    Args:
      lifted: What the lifter said of the damaged input.
      keypoints_2d: `[N, J, 2]`, the input before its damage.
      relifted: What it said of the damaged new views.
      synthetic_2d: `[N, J, 2]`, the new views before their damage.
    """
    error = squared_error(lifted.keypoints_2d, keypoints_2d)
    return error + squared_error(relifted.keypoints_2d, synthetic_2d)


def elevation(predicted: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """Squared error of the cameras' elevations `[N]`, in radians."""
    return tf.reduce_mean(tf.square(predicted - target))


def likelihood(unlikely: tf.Tensor) -> tf.Tensor:
    """How unlike the data a flow finds the new views: the mean of their negative log likelihoods
    `[N]` (Wandt et al., ElePose, CVPR 2022)."""
    return tf.reduce_mean(unlikely)
