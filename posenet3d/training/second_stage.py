"""The second stage of a run: lessons, student, checkpoints, and the lifter it becomes."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from posenet3d.data import pipeline
from posenet3d.distribution import ALONE, Team
from posenet3d.models import DomainAdapter, Lifter, PoseEstimator, load
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.models.weights import copy_weights
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training import loop
from posenet3d.training.make_lessons import make_lessons
from posenet3d.training.prepare import RunData
from posenet3d.training.records import callbacks
from posenet3d.training.records.team_checkpoint import load_together, resume_together
from posenet3d.training.settings.config import AugmentConfig, TrainingConfig
from posenet3d.training.settings.sequence_settings import SequenceConfig
from posenet3d.training.student.lessons import Lessons
from posenet3d.training.student.student_trainer import StudentTrainer
from posenet3d.training.updates.optimizers import make_student_optimizer


def first_stage(config: TrainingConfig) -> TrainingConfig:
    """The settings of a run's first stage: with a second to come, whole poses alone."""
    if not config.student.steps:
        return config
    plain = dataclasses.replace(config.lifter, completes=False)
    return dataclasses.replace(
        config, lifter=plain, augment=AugmentConfig(), sequence=SequenceConfig()
    )


def teach(
    config: TrainingConfig,
    data: RunData,
    teachers: Sequence[PoseEstimator],
    adapter: DomainAdapter | None,
    run_dir: Path,
    verbose: int | str = 0,
    team: Team = ALONE,
    progress: callbacks.Tell | None = None,
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
      progress: As in `train_and_evaluate`.

    Returns:
      The seconds that the second stage has taken in all.
    """
    seconds = 0.0
    started_from = None
    if config.student.init:
        started_from = about(load(config.student.init).lifter, config.elevation or 0.0)
    for number in range(1, config.student.rounds + 1):
        last = number == config.student.rounds
        done = (number - 1) * config.student.steps
        told = [callbacks.Progress(progress, "student", "distance", done)] if progress else []
        kept = run_dir / ("best" if last else f"student_{number}") / ESTIMATOR_FILE
        seconds += _teach_once(
            config,
            data,
            teachers,
            adapter,
            started_from,
            run_dir,
            number,
            kept,
            verbose,
            team,
            told,
        )
        if not last:
            general = teachers[1:] if config.student.general else ()
            teachers = [load_together(kept, team), *general]
    return seconds


def _teach_once(
    config: TrainingConfig,
    data: RunData,
    teachers: Sequence[PoseEstimator],
    adapter: DomainAdapter | None,
    started_from: Lifter | None,
    run_dir: Path,
    number: int,
    kept: Path,
    verbose: int | str,
    team: Team,
    told: list[keras.callbacks.Callback],
) -> float:
    """One round, from lessons to the kept student; returns the seconds it has taken in all.

    The first may start from a saved lifter. From the second on, the student goes on from that of
    the round before, which is its teacher.
    """
    keras.utils.set_random_seed(config.seed + number)
    student = compiled_student(config, data.skeleton, team)
    checkpoint = run_dir / "checkpoints" / f"student_{number}.npz"
    progress = resume_together(checkpoint, student, team)
    before = started_from if number == 1 else teachers[0].lifter
    if before is not None and not progress["epochs"]:
        for network in (student.lifter, student.averaged_lifter):
            copy_weights(before, network)
    epochs = config.student.steps // config.steps_per_epoch
    if progress["epochs"] == epochs:
        return progress["seconds"]
    start = time.monotonic()
    student.take_lessons(
        make_lessons(data, teachers, adapter, config.student, _trust(config, number))
    )
    clock = callbacks.Clock(progress["seconds"] + time.monotonic() - start)
    called = [clock, callbacks.StopOnDivergence(), *told]
    if team.is_chief:
        last = dataclasses.replace(config, keep="last")
        share = config.student.kept if number == config.student.rounds else 0.0
        keep = callbacks.KeepLifter(
            kept, student_estimator(student), last, started_from=started_from, share=share
        )
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
        validation=_validation(config, data),
        callbacks=called,
        verbose=verbose,
    )
    return clock.seconds


def about(lifter: Lifter, elevation: float) -> Lifter:
    """The same lifter, whose second output predicts differences from another mean elevation."""
    moved = Lifter.from_config(lifter.get_config() | {"elevation": elevation})
    moved.build()
    copy_weights(lifter, moved)
    if moved.elevation_head is not None:
        moved.elevation_head.bias.assign_add([math.radians(lifter.elevation - elevation)])
    return moved


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
        student.compile(
            make_student_optimizer(config, config.student), jit_compile=config.jit_compile
        )
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


def _validation(config: TrainingConfig, data: RunData) -> tf.data.Dataset | None:
    """What the student is measured on; nothing where there is no true 3D.

    Keras 3 cannot evaluate a step that measures nothing (`Toutput_types` of length 0).
    """
    if data.validation.pixels.keypoints_3d is None:
        return None
    return pipeline.validation_batches(data.validation, config.batch_size)


def _trust(config: TrainingConfig, number: int) -> float:
    """Share of the source's poses that are lessons of a round.

    A lifter of the first stage knows its own cameras alone, a student or a saved model knows all:
    where there is a second round, poses of another kind wait for it.
    """
    knows_all = bool(config.student.teacher) or number > 1 or config.student.rounds == 1
    return config.student.trust if knows_all else 0.0
