"""The cycle: lift, turn to a new view, project, lift again, turn back, project.

Chen et al., CVPR 2019, section 3. A lifter that knows the true depths passes it unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from posenet3d.geometry import camera, rotation
from posenet3d.models.lifter import Lifted, unproject


class Cycle(NamedTuple):
    """What the cycle makes of N 2D poses; 3D in the camera frame, root-relative, pose units."""

    lifted: Lifted  # what the lifter said of the input
    keypoints_3d: tf.Tensor  # [N, J, 3], the lifted pose
    turned_3d: tf.Tensor  # [N, J, 3], the lifted pose in the new view
    synthetic_2d: tf.Tensor  # [N, J, 2], its projection
    relifted: Lifted  # what the lifter said of the projection
    relifted_3d: tf.Tensor  # [N, J, 3], the projection lifted
    returned_2d: tf.Tensor  # [N, J, 2], the relifted pose seen from the first view


def lift_reproject_lift(
    lift: Callable[[tf.Tensor], Lifted],
    lifted: Lifted,
    views: tf.Tensor,
    resize: bool = True,
) -> Cycle:
    """Sends 2D poses once around the cycle, from after their first lift.

    Args:
      lift: From normalised 2D poses `[N, J, 2]` to what the lifter says of them.
      lifted: What it said of the input; the new views may depend on it.
      views: `[N, 3, 3]`, rotation to the new view of each pose.
      resize: Whether the turned pose is scaled, in 3D, until its projection has the size of a
        normalised pose. So it must be where every real pose has been normalised by its own
        size: else the size alone tells a synthetic pose from a real one.

    Returns:
      The `Cycle`. Losses compare `relifted_3d` with `turned_3d` and `returned_2d` with the input.
    """
    keypoints_3d = unproject(lifted)
    turned_3d, synthetic_2d, size = turn(keypoints_3d, views, resize)
    relifted = lift(synthetic_2d)
    relifted_3d = unproject(relifted)
    returned_2d = turn_back(relifted_3d, views, size)
    return Cycle(lifted, keypoints_3d, turned_3d, synthetic_2d, relifted, relifted_3d, returned_2d)


def motion_in_view(
    neighbour_3d: tf.Tensor,
    keypoints_3d: tf.Tensor,
    turned_3d: tf.Tensor,
    synthetic_2d: tf.Tensor,
    views: tf.Tensor,
    resize: bool = True,
) -> tf.Tensor:
    """How the first M of N poses move to their neighbouring frames, seen in their new views.

    Both frames are turned by the same view and grow by the same factor (Chen et al., CVPR 2019).

    Args:
      neighbour_3d: `[M, J, 3]`, the neighbouring frames, lifted.
      keypoints_3d: `[N, J, 3]`, the poses, lifted.
      turned_3d: `[N, J, 3]`, the poses in their new views.
      synthetic_2d: `[N, J, 2]`, the projections of these.
      views: `[N, 3, 3]`, rotation to the new view of each pose.
      resize: As in `lift_reproject_lift`.

    Returns:
      Differences of 2D poses `[M, J, 2]`.
    """
    count = tf.shape(neighbour_3d)[0]
    if resize:
        sizes = [tf.norm(p[:count], axis=[1, 2]) for p in (turned_3d, keypoints_3d)]
        neighbour_3d *= (sizes[0] / sizes[1])[:, tf.newaxis, tf.newaxis]
    _, neighbour_2d, _ = turn(neighbour_3d, views[:count], resize=False)
    return neighbour_2d - synthetic_2d[:count]


def turn(
    keypoints_3d: tf.Tensor, views: tf.Tensor, resize: bool = True
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """A lifted pose in its new view: 3D `[N, J, 3]`, 2D `[N, J, 2]`, and its growth `[N, 1, 1]`.

    `resize` is that of `lift_reproject_lift`.
    """
    with tf.name_scope("rotation"):
        turned_3d = rotation.rotate(keypoints_3d, views)
    size = _size_ratio(turned_3d) if resize else tf.ones_like(turned_3d[:, :1, :1])
    turned_3d *= size
    with tf.name_scope("projection"):
        synthetic_2d = camera.project(turned_3d)
    return turned_3d, synthetic_2d, size


def turn_back(relifted_3d: tf.Tensor, views: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """The 2D `[N, J, 2]` of poses `[N, J, 3]` of the new views, seen from the first ones again.

    `size` is what `turn` gave: what the poses have grown by, they shrink by.
    """
    return camera.project(rotation.turn_back(relifted_3d / size, views))


def _size_ratio(points_3d: tf.Tensor) -> tf.Tensor:
    """Factors `[N, 1, 1]` by which 3D poses must grow for their projections to be normalised.

    Growing a pose moves its near joints nearer, so its projection grows a little more than the
    pose; the second round corrects that to about a part in a thousand.
    """
    ratio = tf.ones_like(points_3d[:, :1, :1])
    for _ in range(2):
        projected = camera.project(points_3d * ratio)
        # The root's zero vector has no gradient of its own; the small number keeps it finite.
        distance = tf.sqrt(tf.reduce_sum(tf.square(projected), axis=-1) + 1e-12)
        mean = tf.reduce_mean(distance, axis=-1)[:, tf.newaxis, tf.newaxis]
        ratio /= tf.maximum(mean * camera.DISTANCE, 0.1)
    return ratio
