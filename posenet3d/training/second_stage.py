"""The second stage of a run: lessons, student, checkpoints, and the lifter it becomes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from posenet3d.data import pipeline
from posenet3d.distribution import ALONE, Team
from posenet3d.models import DomainAdapter, Lifter, PoseEstimator
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.models.weights import copy_weights
from posenet3d.poses.records import Poses2D
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training import loop
from posenet3d.training.prepare import RunData
from posenet3d.training.records import callbacks
from posenet3d.training.records.team_checkpoint import load_together, resume_together
from posenet3d.training.settings.config import AugmentConfig, TrainingConfig
from posenet3d.training.student.lessons import Lessons
from posenet3d.training.student.refine import refine
from posenet3d.training.student.student_trainer import StudentTrainer
from posenet3d.training.updates.optimizers import make_student_optimizer

_MOST_LESSONS = 600_000  # poses whose 2D and 3D are held in memory
_BATCH = 4096


def first_stage(config: TrainingConfig) -> TrainingConfig:
    """The settings of a run's first stage: with a second to come, whole poses alone."""
    if not config.student.steps:
        return config
    plain = dataclasses.replace(config.lifter, completes=False)
    return dataclasses.replace(config, lifter=plain, augment=AugmentConfig())


def teach(
    config: TrainingConfig,
    data: RunData,
    teachers: Sequence[PoseEstimator],
    adapter: DomainAdapter | None,
    run_dir: Path,
    verbose: int | str = 0,
    team: Team = ALONE,
) -> float:
    """Trains the student and keeps it as `best/estimator.keras`; goes on where it was stopped.

    Args:
      config: The run's settings, the elevation a number.
      data: The run's poses.
      teachers: The lifters that the first stage has kept, one for each kind of body, or one for
        all; or a saved one.
      adapter: The first stage's, if it had one.
      run_dir: The run's folder.
      verbose: As in `train_and_evaluate`.
      team: The devices.

    Returns:
      The seconds that the second stage has taken in all.
    """
    seconds = 0.0
    for number in range(1, config.student.rounds + 1):
        last = number == config.student.rounds
        kept = run_dir / ("best" if last else f"student_{number}") / ESTIMATOR_FILE
        seconds += _teach_once(
            config, data, teachers, adapter, run_dir, number, kept, verbose, team
        )
        if not last:
            teachers = [load_together(kept, team)]
    return seconds


def _teach_once(
    config: TrainingConfig,
    data: RunData,
    teachers: Sequence[PoseEstimator],
    adapter: DomainAdapter | None,
    run_dir: Path,
    number: int,
    kept: Path,
    verbose: int | str,
    team: Team,
) -> float:
    """One round, from lessons to the kept student; returns the seconds it has taken in all.

    From the second on, the student goes on from that of the round before, which is its teacher.
    """
    keras.utils.set_random_seed(config.seed + number)
    student = compiled_student(config, data.skeleton, team)
    checkpoint = run_dir / "checkpoints" / f"student_{number}.npz"
    progress = resume_together(checkpoint, student, team)
    if number > 1 and not progress["epochs"]:
        for network in (student.lifter, student.averaged_lifter):
            copy_weights(teachers[0].lifter, network)
    epochs = config.student.steps // config.steps_per_epoch
    if progress["epochs"] == epochs:
        return progress["seconds"]
    start = time.monotonic()
    student.take_lessons(
        lessons(data, teachers, adapter, config.student.refine, _trust(config, number))
    )
    clock = callbacks.Clock(progress["seconds"] + time.monotonic() - start)
    called = [clock, callbacks.StopOnDivergence()]
    if team.is_chief:
        last = dataclasses.replace(config, keep="last")
        keep = callbacks.KeepLifter(kept, student_estimator(student), last)
        called += [
            callbacks.LearningRates(),
            keep,
            callbacks.MetricsLog(run_dir / f"student_{number}.jsonl", progress["epochs"]),
            callbacks.SaveCheckpoint(checkpoint, keep),
        ]
    loop.fit(
        student,
        team,
        tf.data.Dataset.range(config.steps_per_epoch).repeat(),
        config.steps_per_epoch,
        initial_epoch=progress["epochs"],
        epochs=epochs,
        validation=pipeline.validation_batches(data.validation, config.batch_size),
        callbacks=called,
        verbose=verbose,
    )
    return clock.seconds


def make_student(
    config: TrainingConfig, skeleton: Skeleton, keypoints_2d: np.ndarray, keypoints_3d: np.ndarray
) -> StudentTrainer:
    """A compiled student with these lessons, `[N, J, 2]` normalised and `[N, J, 3]`."""
    student = compiled_student(config, skeleton)
    student.take_lessons(Lessons(keypoints_2d, keypoints_3d))
    return student


def compiled_student(
    config: TrainingConfig, skeleton: Skeleton, team: Team = ALONE
) -> StudentTrainer:
    """A compiled student that has no lessons yet."""
    with team.scope():
        student = StudentTrainer(config, skeleton)
        student.compile(make_student_optimizer(config), jit_compile=config.jit_compile)
    return student


def student_estimator(student: StudentTrainer) -> PoseEstimator:
    """An estimator with a copy of the student's averaged lifter and its statistics."""
    config = student.config
    lifter = Lifter.from_config(student.averaged_lifter.get_config())
    estimator = PoseEstimator(
        lifter,
        student.skeleton,
        elevation=config.elevation or 0.0,
        average_mirrored=config.mirror and config.average_mirrored,
        average_turned=config.average_turned,
    )
    copy_weights(student.averaged_lifter, lifter)
    copy_weights(student.gap_filler, estimator.gap_filler)
    return estimator


def lessons(
    data: RunData,
    teachers: Sequence[PoseEstimator],
    adapter: DomainAdapter | None = None,
    refined: bool = True,
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
      refined: Whether what is said of the frames of one body is made to agree.
      trust: Share of the source's poses that are lessons: those with the best scores.
    """
    rows = np.arange(0, len(data.train), -(-len(data.train) // _MOST_LESSONS))
    train = data.train.keep(rows)
    keypoints_2d = train.read()
    kind = np.zeros(len(rows), int) if len(teachers) == 1 else data.group[rows]
    keypoints_3d = np.empty((*keypoints_2d.shape[:2], 3), np.float32)
    for number, teacher in enumerate(teachers):
        own = kind == number
        if own.any():
            keypoints_3d[own] = teacher.lift(keypoints_2d[own], score=False).keypoints_3d
    if refined and len(data.train.lengths) > 1:  # else nothing says whose frames they are
        bodies = _bodies(train.pixels, data.group, rows)
        keypoints_3d = refine(keypoints_2d, keypoints_3d, train.lengths, bodies, data.skeleton)
    true_3d = None
    if data.procedural_3d is not None:
        place = np.cumsum(data.group)[rows] - 1  # among the procedural poses
        procedural = data.group[rows] == 1
        true_3d = np.full_like(keypoints_3d, np.nan)
        true_3d[procedural] = data.procedural_3d[place[procedural]]
    known = Lessons(keypoints_2d, keypoints_3d, train.elevation, true_3d)
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

    return Lessons(
        np.concatenate([known.keypoints_2d, source_2d]),
        np.concatenate([known.keypoints_3d, source_3d]),
        unknown(known.elevation),
        unknown(known.true_3d),
    )


def _trust(config: TrainingConfig, number: int) -> float:
    """Share of the source's poses that are lessons of a round.

    A lifter of the first stage knows its own cameras alone, a student knows all: where there is a
    second round, poses of another kind wait for it.
    """
    return 0.0 if number == 1 < config.student.rounds else config.student.trust


def _bodies(train: Poses2D, group: np.ndarray | None, rows: np.ndarray) -> list[str]:
    """Whose each sequence is; procedural bodies are numbered, and archives may have numbers too."""
    starts = np.cumsum(train.lengths) - train.lengths
    groups = np.zeros(len(starts), int) if group is None else group[rows][starts]
    return [f"{kind}/{name}" for kind, name in zip(groups, train.sequences, strict=True)]
