"""The axes of written files: from the camera frame to what a format expects."""

from __future__ import annotations

import numpy as np

CAMERA = "camera"
"""x right, y down, z away from the camera: the frame of the lifter, right-handed."""

MATRICES = {
    CAMERA: np.eye(3),
    "y": np.diag([1.0, -1.0, -1.0]),
    "z": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
}
"""By the axis that points up: the rotation from the camera frame. All three frames are right-handed
and x points to the right of the picture. With y up, z points to the camera: (x, -y, -z). With z
up, y points away from it: (x, z, -y)."""


def from_camera(points_3d: np.ndarray, up: str) -> np.ndarray:
    """Points `[..., 3]` of the camera frame in the frame of that name, in the same unit.

    "Up" is the camera's: a camera that looks down on people makes them lean towards it.

    Args:
      points_3d: `[..., 3]`, camera frame (x right, y down, z forward).
      up: A key of `MATRICES`.
    """
    return np.asarray(points_3d, np.float64) @ MATRICES[up].T
