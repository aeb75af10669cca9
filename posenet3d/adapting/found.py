"""What was found in the recordings: poses to learn from, and what they show, told in a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from posenet3d.adapting.recordings import Recording
from posenet3d.adapting.tracks import Frames
from posenet3d.errors import InputError
from posenet3d.models import PoseEstimator
from posenet3d.motion.refine import MIN_FRAMES
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import Skeleton

SIDES = 8
"""Parts of a turn in which people are counted, 45 degrees each."""

_LEAST = 0.02  # share of the poses from which on people are seen from a side; ours
_SHOWN = 20  # recordings that are listed one by one


@dataclasses.dataclass(frozen=True)
class Found:
    """The poses of all recordings.

    Args:
      poses: N whole 2D poses on the skeleton that is learned; a sequence is a stretch of a track,
        and sequences of one name are one body. With the cameras' elevation, where that is known.
      confidence: `[N, J]`, 0 where a joint was not seen and has been guessed.
      lifted: What the pretrained lifter says of them; None: it has other joints.
      recordings: What each input had.
      elevations: Of each, degrees, median; NaN where nobody says.
      sides: From how many of `SIDES` people are seen; 0: unknown.
    """

    poses: Poses2D
    confidence: np.ndarray
    lifted: LiftResult | None
    recordings: tuple[Recording, ...]
    elevations: tuple[float, ...]
    sides: int

    @property
    def moving(self) -> int:
        """Poses of bodies that are seen long enough to tell their bones by."""
        body = np.unique(np.repeat(self.poses.sequences, self.poses.lengths), return_inverse=True)[
            1
        ]
        return int((np.bincount(body)[body] >= MIN_FRAMES).sum())

    def __str__(self) -> str:
        """The lines that a user reads."""
        lines = []
        shown = list(zip(self.recordings, self.elevations, strict=True))
        for recording, elevation in shown[:_SHOWN]:
            tracks = "1 track" if recording.tracks == 1 else f"{recording.tracks} tracks"
            parts = [
                f"{recording.path.name}: {recording.poses} poses in {tracks}",
                f"{recording.usable} to learn from",
            ]
            single = sum(len(p.keypoints_2d) for p in recording.frames if not p.is_motion)
            if single:
                parts.append(f"{single} are single images and no motion")
            if any(part.was_calmed for part in recording.frames):
                parts.append("they jitter and have been smoothed")
            if recording.missing:
                parts.append(f"{100 * recording.missing:.1f} % of joints missing")
            if recording.image_sizes:
                parts.append(" and ".join(f"{w} x {h} px" for w, h in recording.image_sizes[:3]))
            if np.isfinite(elevation):
                parts.append(f"camera at {elevation:.0f} degrees")
            lines.append(", ".join(parts))
        if len(shown) > _SHOWN:
            lines.append(f"... and {len(shown) - _SHOWN} recordings more")
        bodies = len(set(self.poses.sequences))
        named = "1 body" if bodies == 1 else f"{bodies} bodies by their names"
        minutes = len(self.poses) / self.poses.frame_rate / 60
        total = f"In all {len(self.poses)} poses of {named}, {minutes:.1f} minutes"
        if self.sides:
            total += f", seen from {self.sides} of {SIDES} sides"
        return "\n".join([*lines, f"{total}."])


def look_at(
    recordings: Sequence[Recording],
    skeleton: Skeleton,
    model: PoseEstimator | None,
    frame_rate: float,
    elevation: float | None = None,
) -> Found:
    """Lifts all recordings' poses with the pretrained lifter and looks at what they show.

    Args:
      recordings: What was read.
      skeleton: The skeleton of their joints.
      model: The pretrained lifter; None where it has other joints.
      frame_rate: Frames a second.
      elevation: Of all cameras, degrees, if the user says so.

    Raises:
      InputError: If there is no whole pose.
    """
    parts = [part for recording in recordings for part in recording.frames]
    of_part = [i for i, recording in enumerate(recordings) for _ in recording.frames]
    whole = [_whole(part, model) for part in parts]
    rows = [np.flatnonzero(np.isfinite(poses).all(axis=(1, 2))) for poses in whole]
    kept = [i for i, part in enumerate(rows) if len(part)]
    if not kept:
        raise InputError("No pose has all its joints, and too many are missing to guess the rest.")

    def every(array: str) -> np.ndarray:
        return np.concatenate([getattr(parts[i], array)[rows[i]] for i in kept])

    keypoints_2d = np.concatenate([whole[i][rows[i]] for i in kept])
    confidence = every("confidence")
    lifted = None if model is None else model.lift(keypoints_2d, confidence)
    lengths, names = [], []
    for i in kept:
        singly = not parts[i].is_motion
        lengths += [1] * len(rows[i]) if singly else [len(rows[i])]
        names += [f"{parts[i].name}/{row}" for row in rows[i]] if singly else [parts[i].name]
    counts = [len(rows[i]) for i in kept]
    recording_of = np.repeat([of_part[i] for i in kept], counts)
    camera_of = np.repeat([f"{of_part[i]}/{parts[i].camera}" for i in kept], counts)
    own = _elevations(lifted, camera_of, every("elevation"), elevation)
    poses = Poses2D(
        keypoints_2d,
        skeleton,
        camera_elevation=own,
        lengths=np.array(lengths),
        sequences=tuple(names),
        frame_rate=frame_rate,
    )
    medians = [
        float(np.median(own[recording_of == i])) if (recording_of == i).any() else np.nan
        for i in range(len(recordings))
    ]
    sides = 0 if lifted is None else sides_seen(lifted.keypoints_3d, skeleton)
    return Found(poses, confidence, lifted, tuple(recordings), tuple(medians), sides)


def sides_seen(keypoints_3d: np.ndarray, skeleton: Skeleton) -> int:
    """From how many of `SIDES` people `[N, J, 3]` are seen; 0 where they have no left and right.

    A side counts if two poses in a hundred show it. Which way people face is told by the mean
    direction from right to left joints, seen from above.
    """
    pairs = [(left, right) for left, right in zip(skeleton.left, skeleton.right, strict=True)]
    if not pairs:
        return 0
    across = np.sum(
        [keypoints_3d[:, left] - keypoints_3d[:, right] for left, right in pairs], axis=0
    )
    azimuth = np.arctan2(across[:, 2], across[:, 0])
    side = np.floor((azimuth / (2 * np.pi) + 1) * SIDES).astype(int) % SIDES
    return int((np.bincount(side, minlength=SIDES) >= _LEAST * len(side)).sum())


def _whole(part: Frames, model: PoseEstimator | None) -> np.ndarray:
    """The poses `[F, J, 2]`, with the lifter's statistics for what is missing; NaN: too much is."""
    if model is not None:
        return model.complete(part.keypoints_2d, part.confidence)
    seen = (part.confidence > 0).all(axis=1)
    return np.where(seen[:, None, None], part.keypoints_2d, np.float32(np.nan))


def _elevations(
    lifted: LiftResult | None, camera_of: np.ndarray, known: np.ndarray, given: float | None
) -> np.ndarray:
    """Degrees by which the camera of each pose looks down, one value a camera; NaN: unknown.

    As the user says, or else the input; else the median over the half of a camera's poses that the
    lifter is surest of: who bends or lies is seen from elsewhere, it thinks.

    Args:
      lifted: What the lifter says of N poses; None: it has other joints.
      camera_of: `[N]`, which camera saw each.
      known: `[N]`, degrees, what the input says; NaN: nothing.
      given: What the user says.
    """
    if given is not None:
        return np.full(len(known), given, np.float32)
    result = np.array(known, np.float32)
    if lifted is None:
        return result
    error = np.nan_to_num(lifted.expected_error_mm)
    for rows in _groups(camera_of):
        surest = rows[np.argsort(error[rows], kind="stable")[: -(-len(rows) // 2)]]
        unknown = rows[np.isnan(result[rows])]
        result[unknown] = np.clip(np.median(lifted.elevation[surest]), -90.0, 90.0)
    return result


def _groups(values: np.ndarray) -> list[np.ndarray]:
    """The rows of each value."""
    order = np.argsort(values, kind="stable")
    return np.split(order, np.flatnonzero(values[order][1:] != values[order][:-1]) + 1)
