"""The normalised camera: focal length 1, the root joint on its axis at distance c = 10.

Camera frame: x right, y down, z forward. One unit of 3D is the pose's own size (see
`normalise`). The conventions are those of Chen et al., CVPR 2019, section 3.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from posenet3d.geometry.numpy_camera import DISTANCE, MIN_DEPTH

_TINY = 1e-12  # square of the size of a pose whose joints coincide: finite, as is its gradient


class Normalised(NamedTuple):
    """A 2D pose on the normalised camera's image plane, and what it takes to go back.

    `keypoints_2d = (pixels - root) / scale`, for all leading dimensions.
    """

    keypoints_2d: tf.Tensor  # [..., J, 2], root at (0, 0), mean distance to the root 1 / c
    root: tf.Tensor  # [..., 1, 2], pixels
    scale: tf.Tensor  # [..., 1, 1], pixels a unit


def project(points_3d: tf.Tensor, distance: float = DISTANCE) -> tf.Tensor:
    """Projects root-relative points onto the image plane.

    Args:
      points_3d: `[..., J, 3]`, camera frame, root-relative, in units of the pose's size.
      distance: Distance from the camera to the root, in the same unit.

    Returns:
      `[..., J, 2]` on the image plane at focal length 1, the root at (0, 0). Points nearer than
      `MIN_DEPTH` are projected as if they were at that depth.
    """
    points_3d = tf.convert_to_tensor(points_3d)
    _require_last(points_3d, 3, "points_3d")
    depth = tf.maximum(points_3d[..., 2:] + distance, MIN_DEPTH)
    return points_3d[..., :2] / depth


def unproject(
    keypoints_2d: tf.Tensor, depth_offsets: tf.Tensor, distance: float = DISTANCE
) -> tf.Tensor:
    """Places 2D joints on their rays: z = max(1, c + o), X = (x z, y z, z), less the root's depth.

    Args:
      keypoints_2d: `[..., J, 2]` on the image plane at focal length 1, the root at (0, 0).
      depth_offsets: `[..., J]`, depth of each joint behind the root (0 for the root itself), in
        units of the pose's size.
      distance: Distance from the camera to the root, in the same unit.

    Returns:
      `[..., J, 3]`, camera frame, root-relative. `project` is its inverse.
    """
    keypoints_2d = tf.convert_to_tensor(keypoints_2d)
    _require_last(keypoints_2d, 2, "keypoints_2d")
    depth = tf.maximum(tf.convert_to_tensor(depth_offsets)[..., tf.newaxis] + distance, MIN_DEPTH)
    return tf.concat([keypoints_2d * depth, depth - distance], axis=-1)


def normalise(
    keypoints_2d: tf.Tensor,
    root: int,
    scale: tf.Tensor | None = None,
    distance: float = DISTANCE,
) -> Normalised:
    """Moves the root to the origin and scales the pose to the size the lifter is trained with.

    The scale is the pose's own by default: the mean distance of its joints from the root becomes
    1 / c. A data set's one scale, as the paper has it, is passed as `scale`.

    Args:
      keypoints_2d: `[..., J, 2]`, image frame, pixels (or any unit).
      root: Index of the root joint.
      scale: `[..., 1, 1]` or a scalar, pixels a unit, in place of the pose's own.
      distance: Distance c.

    Returns:
      The `Normalised` pose; `denormalise` is the exact inverse. Every joint counts: the gaps of an
      incomplete pose are filled first (`models.GapFiller`).
    """
    keypoints_2d = tf.convert_to_tensor(keypoints_2d)
    _require_last(keypoints_2d, 2, "keypoints_2d")
    root_2d = keypoints_2d[..., root : root + 1, :]
    centred = keypoints_2d - root_2d
    if scale is None:
        size = tf.sqrt(tf.reduce_sum(tf.square(centred), axis=-1, keepdims=True) + _TINY)
        scale = tf.reduce_mean(size, axis=-2, keepdims=True) * distance
    scale = tf.cast(scale, keypoints_2d.dtype)
    return Normalised(centred / scale, root_2d, scale)


def denormalise(normalised: Normalised) -> tf.Tensor:
    """The exact inverse of `normalise`: `[..., J, 2]` in pixels."""
    return normalised.keypoints_2d * normalised.scale + normalised.root


def _require_last(tensor: tf.Tensor, size: int, name: str) -> None:
    """Refuses a tensor whose last axis is statically known to be of another size."""
    shape = tensor.shape
    if shape.rank is not None and (shape.rank < 2 or shape[-1] not in (None, size)):
        raise ValueError(f"{name} must have the shape [..., J, {size}], got {shape.as_list()}.")
