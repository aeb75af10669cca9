"""The third stage of a run: the lifter of sequences that its lifter becomes."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import keras
import tensorflow as tf

from posenet3d.distribution import ALONE
from posenet3d.errors import ConfigError
from posenet3d.files.atomic import atomic_path
from posenet3d.models import PoseEstimator, load
from posenet3d.models.loading import ESTIMATOR_FILE, SEQUENCE_FILE, WEIGHTS_FILE
from posenet3d.models.weights_file import save_weights_file
from posenet3d.sequences.weights_file import save_sequence_file
from posenet3d.training import loop
from posenet3d.training.make_lessons import make_lessons
from posenet3d.training.prepare import RunData
from posenet3d.training.records import callbacks
from posenet3d.training.records.checkpoint import resume
from posenet3d.training.sequences.trainer import SequenceTrainer
from posenet3d.training.sequences.windows import DrawnWindows
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.student.lessons import Lessons
from posenet3d.training.updates.optimizers import make_student_optimizer

_LEAST_FRAMES = 5


def teach_sequences(
    config: TrainingConfig,
    data: RunData,
    given: PoseEstimator,
    run_dir: Path,
    verbose: int | str = 0,
    progress: callbacks.Tell | None = None,
    lessons: Lessons | None = None,
) -> float:
    """Trains a lifter of sequences and keeps it as `best/sequence.npz`; goes on where it stopped.

    Args:
      config: The run's settings, the elevation a number.
      data: The run's poses; those of `source_data`, single images, are not looked at.
      given: The saved model that is the teacher, where there was no second stage; it becomes the
        run's lifter.
      run_dir: The run's folder.
      verbose: As in `train_and_evaluate`.
      progress: As in `train_and_evaluate`.
      lessons: What is learned, with its lengths; None: what the teacher says of the run's poses.

    Returns:
      The seconds that the third stage has taken in all.

    Raises:
      ConfigError: If the teacher cannot become a lifter of sequences.
    """
    kept = run_dir / "best" / ESTIMATOR_FILE
    if config.student.steps:
        teacher = load(kept)
    else:
        teacher = given
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_weights_file(teacher, kept.with_name(WEIGHTS_FILE))
        with atomic_path(kept) as temporary:
            teacher.save(temporary)
    # The second output predicts differences from the teacher's mean elevation, whatever the run's.
    config = dataclasses.replace(config, elevation=teacher.lifter.elevation)
    keras.utils.set_random_seed(config.seed)
    try:
        trainer = SequenceTrainer(config, teacher)
    except ValueError as error:  # a teacher that has not all outputs
        raise ConfigError(str(error)) from error
    sequence = config.sequence
    of_lifter = dataclasses.replace(sequence, learning_rate=sequence.lifter_learning_rate)
    trainer.compile(
        make_student_optimizer(config, sequence),
        make_student_optimizer(config, of_lifter),
        jit_compile=config.jit_compile,
    )
    checkpoint = run_dir / "checkpoints" / "sequence.npz"
    done = resume(checkpoint, trainer)
    epochs = config.sequence.steps // config.steps_per_epoch
    if done["epochs"] == epochs:
        return done["seconds"]
    start = time.monotonic()
    if lessons is None:
        own = dataclasses.replace(data, source=None)
        lessons = make_lessons(own, [teacher], config=config.student)
    if lessons.lengths.max() < _LEAST_FRAMES:
        raise ConfigError(
            f"No sequence to train on has {_LEAST_FRAMES} frames, so nothing can be learned over "
            "time; give the archive its `lengths` (docs/data.md)."
        )
    trainer.windows = DrawnWindows(config, data.skeleton, lessons, lessons.lengths)
    clock = callbacks.Clock(done["seconds"] + time.monotonic() - start)
    told = [callbacks.Progress(progress, "sequence", "distance")] if progress else []
    loop.fit(
        trainer,
        ALONE,
        tf.data.Dataset.range(config.steps_per_epoch).repeat(),
        config.steps_per_epoch,
        initial_epoch=done["epochs"],
        epochs=epochs,
        callbacks=[
            clock,
            callbacks.StopOnDivergence(),
            *told,
            callbacks.LearningRates(("learning_rate", "lifter_learning_rate")),
            _Keep(kept.with_name(SEQUENCE_FILE)),
            callbacks.MetricsLog(run_dir / "sequence.jsonl", done["epochs"]),
            callbacks.SaveCheckpoint(checkpoint),
        ],
        verbose=verbose,
    )
    return clock.seconds


class _Keep(keras.callbacks.Callback):
    """Keeps the averaged lifter after every epoch."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Replaces the file."""
        save_sequence_file(self.model.estimator(), self.path)
