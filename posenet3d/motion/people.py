"""Lifted people over time: gaps filled and jitter taken out, track by track."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.motion.config import MotionConfig
from posenet3d.motion.gaps import fill_gaps
from posenet3d.motion.rows import with_missing_rows
from posenet3d.motion.smoothing import check_fps, one_euro, savgol
from posenet3d.motion.steady import steady_bones
from posenet3d.poses.people import People
from posenet3d.poses.tracks import tracks_of
from posenet3d.skeletons.skeleton import Skeleton

if TYPE_CHECKING:  # only for its name: filters need no TensorFlow
    from posenet3d.poses.lift_result import LiftResult


def smooth_people(
    people: People, result: LiftResult, config: MotionConfig, fps: float
) -> tuple[People, LiftResult]:
    """Fills the gaps of each track, smooths it, and gives its bones one length.

    Tracks are those of `formats.tracks`, so that ids must tell persons apart over time.

    Args:
      people: The persons that were lifted, on the lifter's skeleton.
      result: What the estimator returned for them.
      config: What is done; with the default nothing is, and both come back as they are.
      fps: Frames a second.

    Returns:
      People and result. A person that was not lifted, in a gap that is filled, has a pose now, all
      of its joints `filled`, no score, no expected error, and an elevation between those around
      it. One that was not even detected is a new row, of confidence 0, after the rows of its
      frame; its image has the id that the numbers of the others give it. `interpolated` of the
      result marks both.

    Raises:
      InputError: If a person is twice in an image, or `fps` is no positive number.
    """
    check_fps(fps)
    if config.method == "none" and not config.fill_gaps:
        return people, result
    if config.fill_gaps:
        people, result = with_missing_rows(people, result, config.fill_gaps)
    keypoints_3d, elevation = np.array(result.keypoints_3d), np.array(result.elevation)
    interpolated = np.zeros(len(people), bool)
    for track in tracks_of(people):
        rows, first = list(track.rows), track.frames[0]
        frames = np.array(track.frames) - first
        poses = np.full((frames[-1] + 1, *keypoints_3d.shape[1:]), np.nan)
        poses[frames] = keypoints_3d[rows]
        poses, filled = smooth_track(poses, config, fps, people.skeleton)
        keypoints_3d[rows], interpolated[rows] = poses[frames], filled[frames]
        elevation[rows] = _between(elevation[rows], frames, filled[frames])
    return people, dataclasses.replace(
        result,
        keypoints_3d=keypoints_3d,
        filled=result.filled | interpolated[:, None],
        lifted=result.lifted | interpolated,
        problems=tuple("" if f else p for f, p in zip(interpolated, result.problems, strict=True)),
        elevation=elevation,
        interpolated=interpolated if interpolated.any() else None,
    )


def smooth_track(
    keypoints_3d: np.ndarray, config: MotionConfig, fps: float, skeleton: Skeleton
) -> tuple[np.ndarray, np.ndarray]:
    """What `smooth_people` does to one track.

    Args:
      keypoints_3d: `[F, J, 3]`, any frame and unit; NaN where there is no pose.
      config: What is done.
      fps: Frames a second.
      skeleton: The skeleton of the J joints.

    Returns:
      The poses, float64 `[F, J, 3]`, and bool `[F]`: those that have been filled in.
    """
    poses, filled = fill_gaps(keypoints_3d, config.fill_gaps, fps, skeleton)
    if config.method == "one_euro":
        poses = one_euro(poses, fps, config.one_euro)
    elif config.method == "savgol":
        poses = savgol(poses, fps, config.savgol)
    if config.method != "none":  # last, since filters shorten bones that turn
        poses = steady_bones(poses, skeleton)
    return poses, filled


def _between(elevation: np.ndarray, frames: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """Elevations `[N]` with those of filled frames on the line between their neighbours'."""
    known = np.isfinite(elevation) & ~filled
    if not known.any():
        return elevation
    line = np.interp(frames, frames[known], elevation[known])
    return np.where(filled, line, elevation)
