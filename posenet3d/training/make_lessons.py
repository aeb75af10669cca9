"""From the poses of a run and its teachers to what a student learns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from posenet3d.data.normalised import NormalisedPoses
from posenet3d.models import DomainAdapter, PoseEstimator
from posenet3d.motion.refine import refine
from posenet3d.poses.records import Poses2D
from posenet3d.training.prepare import RunData
from posenet3d.training.settings.student_settings import StudentConfig
from posenet3d.training.student.lessons import Lessons
from posenet3d.training.student.several_cameras import agree

_MOST_LESSONS = 600_000  # poses whose 2D and 3D are held in memory
_FEW = 10  # motions or sequences; of fewer, every second could be most of the data
_BATCH = 4096


def make_lessons(
    data: RunData,
    teachers: Sequence[PoseEstimator],
    adapter: DomainAdapter | None = None,
    config: StudentConfig | None = None,
    trust: float = 1.0,
) -> Lessons:
    """What the student learns.

    Poses of a source come as the adapter has carried them over, since so the teacher knows them.
    Where the teacher is wrong about them nothing puts it right, as neighbouring frames may do;
    its own score tells where.

    Args:
      data: The run's poses.
      teachers: Who says: one for each kind of body, or one for all. The first speaks of the source.
      adapter: See above; None: the source's poses come as they are.
      config: Whether what is said of the frames of one body is made to agree (`refine`), and of
        what several cameras show at once (`agree`).
      trust: Share of the source's poses that are lessons: those with the best scores.
    """
    config = StudentConfig() if config is None else config
    rows = _rows(data.train)
    train = data.train.keep(rows)
    keypoints_2d = train.read()
    kinds = None if data.group is None else data.group[rows]
    of_teacher = np.zeros(len(rows), int) if len(teachers) == 1 else kinds
    keypoints_3d = np.empty((*keypoints_2d.shape[:2], 3), np.float32)
    for number, teacher in enumerate(teachers):
        own = of_teacher == number
        if own.any():
            keypoints_3d[own] = teacher.lift(keypoints_2d[own], score=False).keypoints_3d
    bodies = _bodies(train.pixels, data.group, rows)
    # One sequence without a name is an archive that does not say whose frames they are.
    if config.refine and (len(data.train.lengths) > 1 or data.train.pixels.sequences != ("0",)):
        keypoints_3d = refine(keypoints_2d, keypoints_3d, train.lengths, bodies, data.skeleton)
    if config.agree:
        keypoints_3d = agree(keypoints_2d, keypoints_3d, train.lengths, bodies)
    true_3d = None
    if data.procedural_3d is not None:
        place = np.cumsum(data.group)[rows] - 1  # among the procedural poses
        procedural = kinds == 1
        true_3d = np.full_like(keypoints_3d, np.nan)
        true_3d[procedural] = data.procedural_3d[place[procedural]]
    known = Lessons(keypoints_2d, keypoints_3d, train.elevation, true_3d, kinds, train.lengths)
    if data.source is None or not trust:
        return known
    source_2d = data.source.read(slice(_MOST_LESSONS))
    if adapter is not None:
        source_2d = adapter.predict(source_2d, batch_size=_BATCH, verbose=0)
    said = teachers[0].lift(source_2d, score=trust < 1.0)  # which may take six lifts more
    best = np.sort(np.argsort(-said.score, kind="stable")[: round(trust * len(source_2d))])
    return _with_source(known, source_2d[best], said.keypoints_3d[best])


def _with_source(known: Lessons, source_2d: np.ndarray, source_3d: np.ndarray) -> Lessons:
    """The lessons with those of the source after them, of which nothing else is known."""

    def unknown(array: np.ndarray | None) -> np.ndarray | None:
        if array is None:
            return None
        nothing = np.full((len(source_2d), *array.shape[1:]), np.nan, np.float32)
        return np.concatenate([array, nothing])

    kinds = known.kinds
    return Lessons(
        np.concatenate([known.keypoints_2d, source_2d]),
        np.concatenate([known.keypoints_3d, source_3d]),
        unknown(known.elevation),
        unknown(known.true_3d),
        None if kinds is None else np.append(kinds, np.ones(len(source_2d), kinds.dtype)),
        np.append(known.lengths, np.ones(len(source_2d), known.lengths.dtype)),
    )


def _rows(train: NormalisedPoses) -> np.ndarray:
    """Rows of at most about so many poses as are held in memory: some of the motions, all cameras
    of each; where these are few, some of the sequences; where these are few too, poses."""
    every = -(-len(train) // _MOST_LESSONS)
    names = train.pixels.sequences
    motions = {name: number for number, name in enumerate(dict.fromkeys(names))}
    if every == 1 or len(names) < _FEW * every:
        return np.arange(0, len(train), every)
    numbers = np.array([motions[name] for name in names])
    if len(motions) < _FEW * every:
        numbers = np.arange(len(names))
    return np.flatnonzero(np.repeat(numbers % every == 0, train.lengths))


def _bodies(train: Poses2D, group: np.ndarray | None, rows: np.ndarray) -> list[str]:
    """Whose each sequence is; procedural bodies are numbered, and archives may have numbers too."""
    starts = np.cumsum(train.lengths) - train.lengths
    groups = np.zeros(len(starts), int) if group is None else group[rows][starts]
    return [f"{kind}/{name}" for kind, name in zip(groups, train.sequences, strict=True)]
