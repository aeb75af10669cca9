"""The 2D of a track, mended before it is lifted: sides, short gaps of joints, jitter.

A lifter sees one frame; what a detector has got wrong in it, the frames around it often tell.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.motion.mending.exchanged_sides import exchanged_sides, with_sides
from posenet3d.motion.mending.jitter import calmed, jitters
from posenet3d.skeletons.skeleton import Skeleton

LONGEST_GAP = 1 / 3
"""Most seconds over which a joint is put between where it was seen before and after. Ours."""

LEAST_FPS = 15.0
"""Frames a second from which on jitter is taken out; at fewer, quick motion looks like it. Ours."""

MOST_JUMP = 0.25
"""How far joints move between most neighbouring frames of a motion, in sizes of a pose: 0.03 in
motion capture at 30 frames a second; 0.48 between photographs of different people. Ours."""


@dataclasses.dataclass(frozen=True)
class Mended:
    """F frames of one track.

    Args:
      keypoints_2d: float64 `[F, J, 2]`, pixels; where a joint is missing they mean nothing.
      confidence: float64 `[F, J]`, 0 where a joint is still missing.
      exchanged: bool `[F, J]`: the detector gave the joint the name of the other side.
      was_calmed: Whether jitter has been taken out.
    """

    keypoints_2d: np.ndarray
    confidence: np.ndarray
    exchanged: np.ndarray
    was_calmed: bool = False


def mended(
    keypoints_2d: np.ndarray, confidence: np.ndarray, skeleton: Skeleton, fps: float = 30.0
) -> Mended:
    """The track with its sides put right, its short gaps bridged and its jitter taken out.

    Args:
      keypoints_2d: `[F, J, 2]`, pixels, frame after frame; NaN where the person has no row.
      confidence: `[F, J]`; 0 or NaN: missing.
      skeleton: The skeleton of the J joints.
      fps: Frames a second.
    """
    keypoints_2d, confidence = _without_nan(keypoints_2d, confidence)
    size = _centred(keypoints_2d, confidence)[1]
    exchanged = exchanged_sides(keypoints_2d, confidence, size, skeleton)
    keypoints_2d = with_sides(keypoints_2d, exchanged, skeleton)
    confidence = with_sides(confidence, exchanged, skeleton)
    keypoints_2d, confidence = _bridged(keypoints_2d, confidence, round(LONGEST_GAP * fps))
    was_calmed = False
    if fps >= LEAST_FPS:
        size = _centred(keypoints_2d, confidence)[1]
        keypoints_2d, was_calmed = calmed(keypoints_2d, confidence, size)
    return Mended(keypoints_2d, confidence, exchanged, was_calmed)


def is_motion(keypoints_2d: np.ndarray, confidence: np.ndarray) -> bool:
    """Whether most poses are near those before them, wherever in the image they are.

    If not, they are single images, perhaps of different people. Arguments are those of `mended`.
    """
    keypoints_2d, confidence = _without_nan(keypoints_2d, confidence)
    seen = (confidence > 0).any(axis=1)
    keypoints_2d, confidence = keypoints_2d[seen], confidence[seen]
    if len(keypoints_2d) < 2:
        return True
    centred, size = _centred(keypoints_2d, confidence)
    moved = np.linalg.norm(np.diff(centred / size[:, None, None], axis=0), axis=-1)
    both = (confidence[1:] > 0) & (confidence[:-1] > 0)
    jumps = (moved * both).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    return bool(np.median(jumps) <= MOST_JUMP)


def is_jittery(keypoints_2d: np.ndarray, confidence: np.ndarray) -> bool:
    """Whether `mended` would smooth the track; arguments are those of it."""
    keypoints_2d, confidence = _without_nan(keypoints_2d, confidence)
    return jitters(keypoints_2d, confidence, _centred(keypoints_2d, confidence)[1])


def _without_nan(keypoints_2d: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.nan_to_num(np.asarray(x, np.float64)) for x in (keypoints_2d, confidence))


def _centred(keypoints_2d: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joints `[F, J, 2]` from the middle of those that are seen, and their mean distance `[F]`."""
    seen = (confidence > 0)[..., None]
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    centred = seen * (keypoints_2d - (seen * keypoints_2d).sum(axis=1, keepdims=True) / count)
    size = np.linalg.norm(centred, axis=-1).sum(axis=1) / count[:, 0, 0]
    return centred, np.maximum(size, 1e-9)


def _bridged(
    keypoints_2d: np.ndarray, confidence: np.ndarray, longest: int
) -> tuple[np.ndarray, np.ndarray]:
    """The same with gaps of a joint of so many frames bridged, at half the confidence around."""
    keypoints_2d, confidence = keypoints_2d.copy(), confidence.copy()
    frames = np.arange(len(confidence))
    for joint in range(confidence.shape[1]):
        seen = np.flatnonzero(confidence[:, joint] > 0)
        if len(seen) < 2:
            continue
        place = np.searchsorted(seen, frames)
        before, after = seen[np.maximum(place - 1, 0)], seen[np.minimum(place, len(seen) - 1)]
        inside = (before < frames) & (frames < after) & (after - before - 1 <= longest)
        for axis in range(2):
            line = np.interp(frames[inside], seen, keypoints_2d[seen, joint, axis])
            keypoints_2d[inside, joint, axis] = line
        around = np.minimum(confidence[before, joint], confidence[after, joint])
        confidence[inside, joint] = around[inside] / 2
    return keypoints_2d, confidence
