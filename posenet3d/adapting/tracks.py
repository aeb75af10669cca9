"""From people in images to whole 2D poses, track by track: what can be learned from."""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.adapting.jitter import calmed
from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.people import People
from posenet3d.poses.tracks import Track, tracks_of

LONGEST_GAP = 10
"""Most frames over which a joint is put between where it was seen before and after. Ours."""

LEAST_JOINTS = 0.7
"""Share of the joints that a pose needs for the others to be guessed from them. Ours."""

MOST_JUMP = 0.25
"""How far joints move between most neighbouring frames of a motion, in sizes of a pose: 0.03 in
motion capture at 30 frames a second; 0.48 between photographs of different people. Ours."""


@dataclasses.dataclass(frozen=True)
class Frames:
    """F frames of one track, one after another, in which enough joints were seen.

    Args:
      keypoints_2d: `[F, J, 2]`, pixels; where a joint is missing they mean nothing.
      confidence: `[F, J]`, 0 where a joint is still missing.
      elevation: `[F]`, degrees by which the camera looks down; NaN: unknown.
      name: Whose they are; the same for a motion that several cameras saw. A track that was cut has
        one for each stretch, which tells when it began.
      camera: The input's sequence, which one camera saw; empty where there is one alone.
      is_motion: Whether each pose follows from the one before; else they are single images, perhaps
        of different people.
      was_calmed: Whether jitter has been taken out of them.
    """

    keypoints_2d: np.ndarray
    confidence: np.ndarray
    elevation: np.ndarray
    name: str
    camera: str
    is_motion: bool = True
    was_calmed: bool = False


def frames_of(people: People, prefix: str, elevation: np.ndarray | None = None) -> list[Frames]:
    """The usable stretches of all tracks.

    Joints that are missing for a short time are put on the straight line between before and after.
    Poses with too few joints are left out; a track is cut there. Where joints jitter, they are
    smoothed over time.

    Args:
      people: Tracked people.
      prefix: What tells those of this input from others.
      elevation: `[P]`, degrees, of the camera that saw each; None: unknown.

    Raises:
      InputError: If a person is twice in an image.
    """
    if elevation is None:
        elevation = np.full(len(people), np.nan)
    called = {sequence_of(image_id) for image_id in people.image_ids}
    parts = []
    for track in tracks_of(people):
        row = track.rows[0]
        camera = sequence_of(people.image_ids[row])
        motion = _motion_of(camera, called)
        name = "/".join(filter(None, (prefix, motion, str(people.person_ids[row]))))
        parts += _stretches(people, elevation, track, name, camera)
    return parts


def _motion_of(sequence: str, called: set[str]) -> str:
    """The name of what a sequence shows: an archive's returns, walk and walk#2, where several
    cameras saw one motion."""
    name, _, number = sequence.rpartition("#")
    return name if number.isdigit() and name in called else sequence


def _stretches(
    people: People, elevation: np.ndarray, track: Track, name: str, camera: str
) -> list[Frames]:
    keypoints_2d = np.nan_to_num(track.over_time(people.keypoints_2d))
    confidence = np.nan_to_num(track.over_time(people.confidence))
    elevation = track.over_time(elevation)
    seen = (confidence > 0).any(axis=1)
    is_motion = _is_motion(keypoints_2d[seen], confidence[seen])
    if is_motion:
        keypoints_2d, confidence = _bridged(keypoints_2d, confidence)
        known = np.flatnonzero(np.isfinite(elevation))
        if len(known):  # in frames without a row too
            elevation = np.interp(np.arange(len(elevation)), known, elevation[known])
    usable = (confidence > 0).mean(axis=1) >= LEAST_JOINTS
    edges = np.flatnonzero(np.diff(usable, prepend=False, append=False)).reshape(-1, 2)
    parts = []
    for start, end in edges:
        rows, was_calmed = slice(start, end), False
        own = keypoints_2d[rows]
        if is_motion:
            own, was_calmed = calmed(own, confidence[rows], _centred(own, confidence[rows])[1])
        called = name if is_motion and len(edges) == 1 else f"{name}/{start}"
        parts.append(
            Frames(
                own.astype(np.float32),
                confidence[rows].astype(np.float32),
                elevation[rows].astype(np.float32),
                called,
                camera,
                is_motion,
                was_calmed,
            )
        )
    return parts


def _is_motion(keypoints_2d: np.ndarray, confidence: np.ndarray) -> bool:
    """Whether most poses `[F, J, 2]` are near those before them, wherever in the image they are."""
    if len(keypoints_2d) < 2:
        return True
    centred, size = _centred(keypoints_2d, confidence)
    moved = np.linalg.norm(np.diff(centred / size[:, None, None], axis=0), axis=-1)
    both = (confidence[1:] > 0) & (confidence[:-1] > 0)
    jumps = (moved * both).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    return bool(np.median(jumps) <= MOST_JUMP)


def _centred(keypoints_2d: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joints `[F, J, 2]` from the middle of those that are seen, and their mean distance `[F]`."""
    seen = (confidence > 0)[..., None]
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    centred = seen * (keypoints_2d - (seen * keypoints_2d).sum(axis=1, keepdims=True) / count)
    size = np.linalg.norm(centred, axis=-1).sum(axis=1) / count[:, 0, 0]
    return centred, np.maximum(size, 1e-9)


def _bridged(keypoints_2d: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same with the short gaps of each joint bridged, at half the confidence around them."""
    keypoints_2d, confidence = keypoints_2d.copy(), confidence.copy()
    frames = np.arange(len(confidence))
    for joint in range(confidence.shape[1]):
        seen = np.flatnonzero(confidence[:, joint] > 0)
        if len(seen) < 2:
            continue
        place = np.searchsorted(seen, frames)
        before, after = seen[np.maximum(place - 1, 0)], seen[np.minimum(place, len(seen) - 1)]
        inside = (before < frames) & (frames < after) & (after - before - 1 <= LONGEST_GAP)
        for axis in range(2):
            line = np.interp(frames[inside], seen, keypoints_2d[seen, joint, axis])
            keypoints_2d[inside, joint, axis] = line
        around = np.minimum(confidence[before, joint], confidence[after, joint])
        confidence[inside, joint] = around[inside] / 2
    return keypoints_2d, confidence
