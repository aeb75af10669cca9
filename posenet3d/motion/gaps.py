"""Frames without a pose, between frames that have one."""

from __future__ import annotations

import itertools

import numpy as np

from posenet3d.motion.smoothing import segments
from posenet3d.motion.steady import bone_lengths, with_bones
from posenet3d.skeletons.skeleton import Skeleton

_AROUND = 0.25  # seconds of poses on either side that tell how it goes on between; measured
_DEGREE = 3  # of the curve through them
_ENOUGH = 5  # poses a side that such a curve needs; with fewer it follows their noise


def fill_gaps(
    keypoints_3d: np.ndarray, limit: int, fps: float, skeleton: Skeleton
) -> tuple[np.ndarray, np.ndarray]:
    """Poses for the short gaps of a track.

    A cubic polynomial is fitted to the poses of a quarter of a second on either side, in the sense
    of least squares, since lifted poses are too noisy to be gone through; where a side has fewer
    than five, the gap is filled along the straight line. The bones then get the lengths between
    their medians in those poses before and after.

    Args:
      keypoints_3d: `[F, J, 3]`, any frame and unit; NaN where there is no pose.
      limit: Frames that a gap may have; longer ones stay empty, and so do the ends.
      fps: Frames a second.
      skeleton: The skeleton of the J joints.

    Returns:
      The poses, float64 `[F, J, 3]`, and bool `[F]`: those that have been filled in.
    """
    poses = np.array(keypoints_3d, np.float64)
    parts, filled = segments(poses), np.zeros(len(poses), bool)
    for (_, start), (end, _) in itertools.pairwise(parts):
        if end - start <= limit:
            poses[start:end] = _between(keypoints_3d, start, end, fps, skeleton)
            filled[start:end] = True
    return poses, filled


def _between(
    keypoints_3d: np.ndarray, start: int, end: int, fps: float, skeleton: Skeleton
) -> np.ndarray:
    """Poses for the frames from `start` up to `end`."""
    around = max(_ENOUGH, round(_AROUND * fps))
    near = np.r_[max(0, start - around) : start, end : min(end + around, len(keypoints_3d))]
    near = near[np.isfinite(keypoints_3d[near]).all(axis=(1, 2))]
    degree = _DEGREE
    if min((near < start).sum(), (near >= end).sum()) < _ENOUGH:
        near, degree = np.array([start - 1, end]), 1
    frames = np.arange(start, end)
    middle, half = (start + end - 1) / 2, (near[-1] - near[0]) / 2  # the fit is best near 0
    curve = np.polynomial.polynomial.polyfit(
        (near - middle) / half, keypoints_3d[near].reshape(len(near), -1), degree
    )
    values = np.polynomial.polynomial.polyval((frames - middle) / half, curve)
    poses = values.T.reshape(len(frames), *keypoints_3d.shape[1:])
    lengths = [
        np.median(bone_lengths(keypoints_3d[side], skeleton), axis=0)
        for side in (near[near < start], near[near >= end])
    ]
    share = ((frames - start + 1) / (end - start + 1))[:, None]
    return with_bones(poses, (1 - share) * lengths[0] + share * lengths[1], skeleton)
