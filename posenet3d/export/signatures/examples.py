"""Poses to try an estimator with, whatever its skeleton: no data set is needed."""

from __future__ import annotations

import numpy as np

from posenet3d.models.estimator import PoseEstimator
from posenet3d.skeletons.skeleton import Skeleton


def example_poses(
    estimator: PoseEstimator, skeleton: Skeleton, count: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Poses like those that the estimator was trained on, drawn from its own statistics.

    Args:
      estimator: An estimator whose `gap_filler` knows the mean and the covariance of poses.
      skeleton: The skeleton that the poses are to have; joints are found by name.
      count: Number of poses N.
      seed: The same seed gives the same poses.

    Returns:
      keypoints_2d float32 `[N, J, 2]`, pixels, people of about 400 px, and confidence float32
      `[N, J]`: 0 at joints that the estimator's skeleton lacks, among others 1 or somewhat less.
    """
    rng = np.random.default_rng(seed)
    filler, own = estimator.gap_filler, estimator.skeleton
    drawn = rng.multivariate_normal(
        filler.mean.numpy().astype(np.float64),
        filler.covariance.numpy().astype(np.float64),
        count,
        check_valid="ignore",  # of float32 numbers
        method="eigh",
    )
    poses = drawn.reshape(count, own.num_joints, 2)
    poses = poses * rng.uniform(500, 2000, (count, 1, 1)) + rng.uniform(300, 700, (count, 1, 2))
    keypoints_2d = np.zeros((count, skeleton.num_joints, 2), np.float32)
    confidence = np.zeros((count, skeleton.num_joints), np.float32)
    for joint, name in enumerate(skeleton.joint_names):
        if name in own.joint_names:
            keypoints_2d[:, joint] = poses[:, own.index(name)]
            confidence[:, joint] = rng.choice([1.0, 0.9, 0.6], count, p=[0.6, 0.2, 0.2])
    return keypoints_2d, confidence


def with_gaps(confidence: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    """The confidence with about this share of the joints missing."""
    missing = np.random.default_rng(seed).random(confidence.shape) < share
    return np.where(missing, np.float32(0), confidence)
