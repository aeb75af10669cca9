"""What a lifter says of its own poses when it sees them from other sides; no label is needed.

A lifted pose is turned, projected and lifted again, and the result turned back: Chen et al.'s
cycle (CVPR 2019), over views that are always the same. Where the lifter knows the depths, all
answers agree; how far they differ ranks poses by their error, and their mean is a better pose.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import tensorflow as tf

from posenet3d.geometry import camera, mirror, rotation, views
from posenet3d.models.lifter import Lifted, unproject
from posenet3d.skeletons.skeleton import Skeleton

NUM_VIEWS = 6
"""Fixed views, evenly around the person; ours."""


def answers(
    lift: Callable[[tf.Tensor], Lifted],
    keypoints_3d: tf.Tensor,
    elevation_from: tf.Tensor,
    elevation_to: tf.Tensor,
    skeleton: Skeleton,
    resize: bool = True,
) -> tf.Tensor:
    """Lifts poses again from the fixed views, every other one in a mirror if that can be.

    Args:
      lift: From normalised 2D poses `[M, J, 2]` to what the lifter says of them.
      keypoints_3d: `[N, J, 3]`, lifted poses: camera frame, root-relative, pose units.
      elevation_from: `[N]`, radians, of the cameras that saw them.
      elevation_to: Scalar, radians, of the fixed views.
      skeleton: The skeleton of the J joints.
      resize: Whether the lifter wants each pose normalised by its own size.

    Returns:
      `[V, N, J, 3]`: the pose as seen from each view, turned back and in the unit of the first.
    """
    # All views are one batch: six calls of the lifter make a graph that takes seconds longer to
    # trace and to optimise.
    count = tf.shape(keypoints_3d)[0]
    azimuths = 2.0 * math.pi * (tf.range(NUM_VIEWS, dtype=tf.float32) + 0.5) / NUM_VIEWS
    azimuth = tf.repeat(azimuths, count)
    elevation = tf.tile(elevation_from, [NUM_VIEWS])
    view = views.view_matrix(azimuth, elevation, tf.fill([NUM_VIEWS * count], elevation_to))
    seen = camera.project(rotation.rotate(tf.tile(keypoints_3d, [NUM_VIEWS, 1, 1]), view))
    if resize:
        seen = camera.normalise(seen, skeleton.root).keypoints_2d
    odd = tf.repeat(tf.range(NUM_VIEWS) % 2 == 1, count)[:, tf.newaxis, tf.newaxis]

    def mirror_odd(poses: tf.Tensor) -> tf.Tensor:
        if not skeleton.can_be_mirrored:
            return poses
        return tf.where(odd, mirror.mirror(poses, skeleton), poses)

    again_3d = mirror_odd(unproject(lift(mirror_odd(seen))))
    again_3d = rotation.turn_back(again_3d, view)
    again_3d = tf.reshape(again_3d, [NUM_VIEWS, count, *keypoints_3d.shape[1:]])
    return _sized_like(again_3d, keypoints_3d)


def disagreement(keypoints_3d: tf.Tensor, again_3d: tf.Tensor) -> tf.Tensor:
    """Mean distance `[N]`, in pose units, of a pose's joints from the answers `[V, N, J, 3]`."""
    return tf.reduce_mean(tf.norm(again_3d - keypoints_3d, axis=-1), axis=[0, 2])


def _sized_like(points_3d: tf.Tensor, model_3d: tf.Tensor) -> tf.Tensor:
    """Poses `[V, N, J, 3]` scaled by least squares to the size of others `[N, J, 3]`."""
    product = tf.reduce_sum(points_3d * model_3d, axis=[2, 3], keepdims=True)
    squared = tf.reduce_sum(tf.square(points_3d), axis=[2, 3], keepdims=True)
    return points_3d * product / tf.maximum(squared, 1e-12)
