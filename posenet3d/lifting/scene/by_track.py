"""What the frames around a pose tell about it: 2D mended and lifted again, one body a track."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from posenet3d.geometry.numpy_camera import pose_unit, project
from posenet3d.motion.mending.exchanged_sides import with_sides
from posenet3d.motion.mending.mended_2d import is_jittery, is_motion, mended
from posenet3d.motion.refine import MIN_FRAMES, refine
from posenet3d.motion.steady import bone_lengths, steady_bones
from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.lifted import PER_PERSON, Lifted
from posenet3d.poses.people import People
from posenet3d.poses.stature import mm_a_unit
from posenet3d.poses.tracks import Track, tracks_of
from posenet3d.skeletons.skeleton import Skeleton

Lift = Callable[[np.ndarray, np.ndarray], LiftResult]
"""Lifts people: keypoints `[N, J, 2]` in pixels, confidence `[N, J]`."""

LiftTogether = Callable[[Sequence[tuple[np.ndarray, np.ndarray]]], Sequence[LiftResult]]
"""Lifts the frames of each of some persons together: keypoints `[T, J, 2]`, confidence `[T, J]`."""

LEAST_FRAMES = 5
"""Frames of a track from which on a lifter of sequences lifts it; ours."""

_TOGETHER = 20_000  # frames, from which on no more tracks are lifted at a time; ours


@dataclasses.dataclass(frozen=True)
class Found:
    """What was found in the tracks of an input.

    Args:
      tracks: Tracks whose poses follow one from another.
      exchanged: Poses in which the detector had taken left for right.
      calmed: Tracks whose 2D jittered.
      sequences: Tracks that a lifter of sequences has lifted.
      bodies: Tracks whose bones have got one length.
      problem: Why nothing was done; empty where it was.
      lifted_people: The people with the 2D that was lifted; None: that of the detector.
    """

    tracks: int = 0
    exchanged: int = 0
    calmed: int = 0
    sequences: int = 0
    bodies: int = 0
    problem: str = ""
    lifted_people: People | None = None

    def notes(self) -> list[str]:
        """Lines for the user; none where nothing was done."""
        lines = [self.problem] if self.problem else []
        if self.exchanged:
            lines.append(
                f"Left and right exchanged by the detector, put right and marked so: "
                f"{self.exchanged} poses."
            )
        if self.calmed:
            lines.append(f"2D that jitters, smoothed before lifting: {_count(self.calmed)}.")
        if self.sequences:
            lines.append(
                f"Each frame lifted with those around it (--sequence_model): "
                f"{_count(self.sequences)}."
            )
        if self.bodies:
            lines.append(f"Bones of one length over time (--body): {_count(self.bodies)}.")
        return lines


def _count(tracks: int) -> str:
    return f"{tracks} track{'s' * (tracks != 1)}"


def by_track(
    lifted: Lifted,
    tracked: People,
    lift: Lift,
    mend: bool,
    body: bool,
    height_mm: float | None,
    fps: float = 30.0,
    over_time: LiftTogether | None = None,
) -> tuple[Lifted, Found]:
    """The people with what the other frames of their tracks tell.

    Args:
      lifted: People, and what they are when each is lifted alone.
      tracked: The same people with ids that last.
      lift: Lifts those anew whose 2D has been mended.
      mend: Whether 2D is mended.
      body: Whether bones get one length.
      height_mm: Standing height, where the poses are in mm.
      fps: Frames a second.
      over_time: Lifts the frames of one person together, if there is a lifter of sequences.

    Returns:
      The same people with other poses, and what was found. Tracks that are no motion, such as
      photographs, stay as they are.

    Raises:
      InputError: If a person is twice in an image.
    """
    people, result = lifted.people, lifted.result
    motions = [t for t in tracks_of(tracked) if len(t.rows) > 1 and is_motion(*_seen(t, people))]
    found, changed = Found(len(motions), lifted_people=people), np.zeros(len(people), bool)
    if mend:
        found, changed, exchanged = _mended(people, result.lifted, motions, fps)
        if exchanged.any():
            result = dataclasses.replace(result, exchanged=exchanged)
    long = [m for m in motions if len(m.rows) >= LEAST_FRAMES] if over_time else []
    alone = changed.copy()
    for motion in long:
        alone[list(motion.rows)] = False  # but together
    result = _lifted_alone(found.lifted_people, result, alone, lift)
    if long:
        result = _lifted_together(found.lifted_people, result, changed, long, over_time)
        found = dataclasses.replace(found, sequences=len(long))
    if changed.any():
        # A joint between two frames is a guess as well.
        missing = with_sides(people.confidence, exchanged, people.skeleton) == 0
        result = dataclasses.replace(result, filled=missing & result.lifted[:, None])
    if body:
        # Joints that jitter do not lie on their rays: bones cannot tell their depth. A lifter of
        # sequences takes the jitter out by itself.
        if not mend and over_time is None:
            motions = [m for m in motions if not is_jittery(*_seen(m, people))]
        result, bodies = _one_body(people.skeleton, result, motions, height_mm, fps)
        found = dataclasses.replace(found, bodies=bodies)
    return Lifted(people, result), found


def _seen(track: Track, people: People) -> tuple[np.ndarray, np.ndarray]:
    """2D joints `[F, J, 2]`, pixels, and confidence `[F, J]`; NaN where there is no row."""
    return track.span(people.keypoints_2d), track.span(people.confidence)


def _mended(
    people: People, lifted: np.ndarray, motions: Sequence[Track], fps: float
) -> tuple[Found, np.ndarray, np.ndarray]:
    """What was mended, whose 2D (bool `[P]`), and which joints change sides (bool `[P, J]`)."""
    keypoints_2d, confidence = people.keypoints_2d.copy(), people.confidence.copy()
    exchanged = np.zeros(confidence.shape, bool)
    calmed = 0
    for motion in motions:
        rows, frames = list(motion.rows), np.array(motion.frames) - motion.frames[0]
        track = mended(*_seen(motion, people), people.skeleton, fps)
        there = track.confidence[frames] > 0
        confidence[rows] = track.confidence[frames]
        keypoints_2d[rows] = np.where(there[..., None], track.keypoints_2d[frames], 0.0)
        exchanged[rows] = track.exchanged[frames]
        calmed += track.was_calmed
    there = (confidence > 0)[..., None]
    changed = ((keypoints_2d != people.keypoints_2d) & there).any(axis=(1, 2))
    changed |= ((confidence > 0) != (people.confidence > 0)).any(axis=1)
    changed &= lifted  # who was hardly seen is for --fill_gaps
    exchanged &= changed[:, None]
    found = Found(
        len(motions),
        int(exchanged.any(axis=1).sum()),
        calmed,
        lifted_people=dataclasses.replace(
            people,
            keypoints_2d=np.where(changed[:, None, None], keypoints_2d, people.keypoints_2d),
            confidence=np.where(changed[:, None], confidence, people.confidence),
        ),
    )
    return found, changed, exchanged


def _lifted_alone(people: People, result: LiftResult, chosen: np.ndarray, lift: Lift) -> LiftResult:
    """The result with those chosen, bool `[P]`, lifted anew."""
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return result
    anew = lift(people.keypoints_2d[rows], people.confidence[rows])
    arrays = {name: getattr(result, name).copy() for name in PER_PERSON}
    problems = list(result.problems)
    for name, array in arrays.items():
        array[rows] = getattr(anew, name)
    for row, problem in zip(rows, anew.problems, strict=True):
        problems[row] = problem
    return dataclasses.replace(result, **arrays, problems=tuple(problems))


def _lifted_together(
    people: People,
    result: LiftResult,
    changed: np.ndarray,
    motions: Sequence[Track],
    over_time: LiftTogether,
) -> LiftResult:
    """The result with the frames of each motion lifted together.

    Args:
      people: People with the 2D to lift.
      result: What they are when each is lifted alone.
      changed: bool `[P]`, of whom the result is that of other 2D.
      motions: Tracks.
      over_time: Lifts them.
    """
    names = ["keypoints_3d", "elevation", "expected_error", "lifted"]
    if np.isfinite(result.score).any():  # else none was asked for
        names.append("score")
    arrays = {name: getattr(result, name).copy() for name in names}
    problems = list(result.problems)
    for some in _in_groups(motions):
        given = []
        for motion in some:
            confidence = np.nan_to_num(motion.span(people.confidence))
            seen = np.where(confidence[..., None] > 0, motion.span(people.keypoints_2d), 0.0)
            given.append((seen.astype(np.float32), confidence.astype(np.float32)))
        for motion, answer in zip(some, over_time(given), strict=True):
            rows, frames = np.array(motion.rows), np.array(motion.frames) - motion.frames[0]
            told = result.lifted[rows] & (answer.lifted[frames] | changed[rows])
            rows, frames = rows[told], frames[told]
            for name, array in arrays.items():
                array[rows] = getattr(answer, name)[frames]
            for place in np.flatnonzero(~answer.lifted[frames]):
                problems[rows[place]] = answer.problems[frames[place]]
    return dataclasses.replace(result, **arrays, problems=tuple(problems))


def _in_groups(motions: Sequence[Track]) -> Iterator[list[Track]]:
    """Some at a time: short ones are lifted together, and memory is bounded."""
    group, frames = [], 0
    for motion in motions:
        group.append(motion)
        frames += motion.frames[-1] + 1 - motion.frames[0]
        if frames >= _TOGETHER:
            yield group
            group, frames = [], 0
    if group:
        yield group


def _one_body(
    skeleton: Skeleton,
    result: LiftResult,
    motions: Sequence[Track],
    height_mm: float | None,
    fps: float,
) -> tuple[LiftResult, int]:
    """The result with bones of one length in each track that is long enough, and how many are."""
    tracks, lengths, bodies = [], [], []
    for number, motion in enumerate(motions):
        rows, frames = np.array(motion.rows), np.array(motion.frames)
        lifted = result.lifted[rows]
        rows, frames = rows[lifted], frames[lifted]
        if len(rows) >= MIN_FRAMES:
            tracks.append(rows)
            runs = np.split(frames, np.flatnonzero(np.diff(frames) != 1) + 1)
            lengths += [len(run) for run in runs]
            bodies += [str(number)] * len(runs)
    if not tracks:
        return result, 0
    keypoints_3d, error = result.keypoints_3d.copy(), result.expected_error.copy()
    every = np.concatenate(tracks)
    unit = pose_unit(keypoints_3d[every])
    poses_3d = keypoints_3d[every] / unit
    refined_3d = refine(project(poses_3d), poses_3d, np.array(lengths), bodies, skeleton, fps)
    ends = np.cumsum([len(rows) for rows in tracks])
    for rows, end in zip(tracks, ends, strict=True):
        part = slice(end - len(rows), end)
        steady_3d = steady_bones(refined_3d[part], skeleton)
        sizes = [
            bone_lengths(poses, skeleton).sum(axis=1) for poses in (refined_3d[part], steady_3d)
        ]
        resized = (sizes[1] / sizes[0])[:, None, None]
        if result.unit == "mm":
            factors = mm_a_unit(steady_3d, np.float32(height_mm), skeleton)
            resized *= factors
            steady_3d *= factors
        keypoints_3d[rows] = steady_3d
        error[rows] *= (resized / unit[part])[..., 0]
    return dataclasses.replace(result, keypoints_3d=keypoints_3d, expected_error=error), len(tracks)
