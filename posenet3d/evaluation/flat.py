"""The pose to beat: everything at one depth."""

from __future__ import annotations

import numpy as np

from posenet3d.poses.records import check_array
from posenet3d.skeletons.skeleton import H36M_17, Skeleton


def flat_pose(keypoints_2d: np.ndarray, skeleton: Skeleton = H36M_17) -> np.ndarray:
    """The baseline that knows nothing of depth: every joint as deep as the root.

    Args:
      keypoints_2d: `[N, J, 2]`, image frame (x right, y down), pixels. A missing joint is taken
        where its coordinates say, so fill it in first.
      skeleton: The skeleton whose joints the J are.

    Returns:
      float32 `[N, J, 3]`, camera frame (x right, y down, z forward), root-relative, still in
      pixels: `evaluate` with `match_size` brings it to mm.

    Raises:
      ValueError: If the shape does not fit the skeleton or a value is not finite.
    """
    keypoints_2d = np.asarray(keypoints_2d)
    check_array("keypoints_2d", keypoints_2d, skeleton, dims=2)
    centred = keypoints_2d - keypoints_2d[:, skeleton.root, None].astype(np.float64)
    return np.pad(centred, ((0, 0), (0, 0), (0, 1))).astype(np.float32)
