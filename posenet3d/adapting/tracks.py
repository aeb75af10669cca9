"""From people in images to whole 2D poses, track by track: what can be learned from."""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.motion.mending.mended_2d import is_motion, mended
from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.people import People
from posenet3d.poses.tracks import Track, tracks_of

LEAST_JOINTS = 0.7
"""Share of the joints that a pose needs for the others to be guessed from them. Ours."""


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
    keypoints_2d, confidence = track.span(people.keypoints_2d), track.span(people.confidence)
    elevation = track.span(elevation)
    moves, was_calmed = is_motion(keypoints_2d, confidence), False
    if moves:
        found = mended(keypoints_2d, confidence, people.skeleton)
        keypoints_2d, confidence = found.keypoints_2d, found.confidence
        was_calmed = found.was_calmed
        known = np.flatnonzero(np.isfinite(elevation))
        if len(known):  # in frames without a row too
            elevation = np.interp(np.arange(len(elevation)), known, elevation[known])
    usable = (confidence > 0).mean(axis=1) >= LEAST_JOINTS
    edges = np.flatnonzero(np.diff(usable, prepend=False, append=False)).reshape(-1, 2)
    parts = []
    for start, end in edges:
        rows = slice(start, end)
        parts.append(
            Frames(
                keypoints_2d[rows].astype(np.float32),
                confidence[rows].astype(np.float32),
                elevation[rows].astype(np.float32),
                name if moves and len(edges) == 1 else f"{name}/{start}",
                camera,
                moves,
                was_calmed,
            )
        )
    return parts
