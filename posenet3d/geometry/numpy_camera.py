"""The normalised camera of `geometry.camera` in NumPy, for work without TensorFlow.

Camera frame: x right, y down, z forward; the root on the camera's axis at the distance c = 10, in
units of the pose's size.
"""

from __future__ import annotations

import numpy as np

DISTANCE = 10.0
"""Distance c from the camera to the root, in units of the pose's size (Chen et al., CVPR 2019)."""

MIN_DEPTH = 1.0
"""No joint comes nearer to the camera than this: z = max(1, c + offset)."""


def project(points_3d: np.ndarray) -> np.ndarray:
    """Points `[..., J, 3]`, root-relative in units of the pose's size, on the image plane.

    Returns:
      `[..., J, 2]` at focal length 1, the root at (0, 0).
    """
    return points_3d[..., :2] / np.maximum(points_3d[..., 2:] + DISTANCE, MIN_DEPTH)


def unproject(keypoints_2d: np.ndarray, depth_offsets: np.ndarray) -> np.ndarray:
    """2D joints `[..., J, 2]` on their rays, so far `[..., J]` behind the root: `[..., J, 3]`."""
    depth = np.maximum(depth_offsets[..., None] + DISTANCE, MIN_DEPTH)
    return np.concatenate([keypoints_2d * depth, depth - DISTANCE], axis=-1)


def pose_unit(points_3d: np.ndarray) -> np.ndarray:
    """The size `[N, 1, 1]` of poses `[N, J, 3]` in any unit, in that unit.

    A pose in units of its own size is seen at a mean distance of 1 / c from the root, so the unit
    u solves `mean |xy / (z + c u)| = 1 / c`. A few steps from weak perspective's answer do.

    Returns:
      NaN where a pose is, 0 where all joints are on the line of sight.
    """
    across = np.linalg.norm(points_3d[..., :2], axis=-1)
    unit = across.mean(axis=-1)
    for _ in range(5):
        depth = 1.0 + points_3d[..., 2] / np.maximum(DISTANCE * unit, 1e-12)[..., None]
        unit = (across / np.maximum(depth, MIN_DEPTH / DISTANCE)).mean(axis=-1)
    return unit[..., None, None]
