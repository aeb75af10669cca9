"""The first stage of a run: the cameras' elevation, the cycle, and the lifter it leaves."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from posenet3d.data import pipeline
from posenet3d.distribution import ALONE, Team
from posenet3d.models import DomainAdapter, PoseEstimator
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.training import loop
from posenet3d.training.build import make_estimator, make_trainer, training_data
from posenet3d.training.cycle.trainer import GeometricSelfSupervision
from posenet3d.training.estimates.elevation import ElevationSearch, search_elevation
from posenet3d.training.estimates.source_distance import source_distances
from posenet3d.training.estimates.view_distance import ViewDistance
from posenet3d.training.prepare import RunData
from posenet3d.training.records import callbacks
from posenet3d.training.records.team_checkpoint import (
    load_together,
    plain_copy,
    resume_together,
)
from posenet3d.training.records.text_files import record
from posenet3d.training.search_signs import SearchSigns
from posenet3d.training.second_stage import first_stage
from posenet3d.training.settings.config import TrainingConfig

_PICTURED_POSES = 6
_PICTURES_A_RUN = 10

Say = Callable[[str], None] | None


@dataclasses.dataclass(frozen=True)
class Stage:
    """What comes out of the first stage."""

    teachers: tuple[PoseEstimator, ...]  # one, or one for each kind of body
    untrained: PoseEstimator | None
    adapter: DomainAdapter | None
    elevation: float  # degrees
    seconds: float
    trials: tuple[dict[str, float], ...]  # of the search for the elevation
    facts: dict[str, Any]  # for the report


def train_first_stage(
    config: TrainingConfig,
    data: RunData,
    run_dir: Path,
    team: Team = ALONE,
    verbose: int | str = 0,
    say: Say = None,
    progress: callbacks.Tell | None = None,
) -> Stage:
    """Finds the elevation, trains in the cycle, goes on where it was stopped.

    Args:
      config: The run's settings.
      data: Its poses.
      run_dir: Its folder, which the chief alone writes to.
      team: The devices.
      verbose: As in `run.train_and_evaluate`.
      say: Likewise.
      progress: Likewise.
    """
    kept = run_dir / ("teacher" if config.student.steps else "best") / ESTIMATOR_FILE
    config, trials = first_stage(config), ()
    known = data.train.elevation
    if config.elevation is None and np.isfinite(known).all():
        median = round(float(np.degrees(np.median(known))), 1)
        config = dataclasses.replace(config, elevation=median)
    if config.elevation is None and config.view.kind != "uniform":
        search = find_elevation(config, data, run_dir / "elevation.json", say, team)
        config, trials = dataclasses.replace(config, elevation=search.elevation), search.trials

    keras.utils.set_random_seed(config.seed)
    checkpoint = run_dir / "checkpoints" / "latest.npz"
    begun = team.share(b"begun" if team.is_chief and checkpoint.exists() else b"")
    start = time.monotonic()
    if say is not None and config.loss.flow and not begun:
        say("Fitting the flow to the 2D poses.")
    trainer = make_trainer(config, data, fit=not begun, team=team)
    fitting = 0.0 if begun else time.monotonic() - start  # of the flow; else nearly nothing
    untrained = make_estimator(trainer, data)
    done = resume_together(checkpoint, trainer, team)
    done["seconds"] += fitting
    seconds = done["seconds"]
    if done["epochs"] < config.epochs:
        seconds = _fit(config, data, trainer, done, verbose, kept, team, progress)
    facts: dict[str, Any] = {"steps": config.steps}
    if config.view.kind != "uniform":
        facts["elevation"] = config.elevation
    if trainer.bone_ratios is not None:
        skeleton = data.skeleton
        names = [skeleton.joint_names[child] for _, child in skeleton.bones]
        ratios = np.round(trainer.bone_ratios[0][0], 3).tolist()
        facts["bone_ratios"] = dict(zip(names, ratios, strict=True))
    adapter = trainer.adapter if team.strategy is None else plain_copy(trainer.adapter)
    if data.source is not None and team.is_chief:
        distances = source_distances(data.train, data.source, adapter, config.seed)
        facts["source_distance"] = distances
    seconds += sum(trial["seconds"] for trial in trials)
    teacher = load_together(kept, team)
    return Stage((teacher,), untrained, adapter, teacher.elevation, seconds, trials, facts)


def train_a_teacher_each(
    config: TrainingConfig,
    data: RunData,
    run_dir: Path,
    team: Team = ALONE,
    verbose: int | str = 0,
    say: Say = None,
    progress: callbacks.Tell | None = None,
) -> Stage:
    """A first stage on the archive's poses, then one on procedural ones, in `procedural/`.

    One lifter for both is worse on each: its flow, its bones and its cameras are those of neither.
    The second stage makes one of the two. Signs of depth are searched for procedural poses alone,
    which have all signs alike. Recordings do not: a lifter of them lost accuracy when other signs
    of its limbs were tried; the search itself has not been measured on them.
    Arguments as those of `train_first_stage`.
    """
    no_signs = dataclasses.replace(config, loss=dataclasses.replace(config.loss, signs=0.0))
    first = train_first_stage(no_signs, data.of_kind(0), run_dir, team, verbose, say, progress)
    own = data.of_kind(1)
    seen = own.train.keep(np.arange(0, len(own.train), -(-len(own.train) // len(own.validation))))
    folder = run_dir / "procedural"
    if team.is_chief:
        (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    alone = dataclasses.replace(
        config, run_dir=str(folder), elevation=None, source_data="", init_model=""
    )
    own = dataclasses.replace(own, source=None, validation=seen)
    second = train_first_stage(alone, own, folder, team, verbose, say, progress)
    return dataclasses.replace(
        first,
        teachers=(*first.teachers, *second.teachers),
        seconds=first.seconds + second.seconds,
    )


def find_elevation(
    config: TrainingConfig,
    data: RunData,
    record_file: Path,
    say: Say = None,
    team: Team = ALONE,
) -> ElevationSearch:
    """Searches the cameras' elevation; trials on record are not done again."""
    known = team.is_chief and record_file.exists()
    trials = team.share_value(json.loads(record_file.read_text()) if known else [])

    data = dataclasses.replace(data, source=None)  # as in a trial's settings
    view_distance = ViewDistance(data.train, config.seed) if team.is_chief else None

    def train(trial: TrainingConfig) -> dict[str, float]:
        start = time.monotonic()
        keras.utils.set_random_seed(trial.seed)
        trainer = make_trainer(trial, data, team=team)
        history = loop.fit(trainer, team, training_data(trial, data, team=team), trial.steps)
        losses = {name: float(values[-1]) for name, values in history.items()}
        distance = view_distance.of(trainer) if team.is_chief else None
        seconds = time.monotonic() - start
        return team.share_value({"view_distance": distance, "seconds": seconds, **losses})

    def progress(trial: dict[str, float]) -> None:
        trials.append(trial)
        if team.is_chief:
            record(record_file.parent, {record_file.name: json.dumps(trials, indent=1)})
        if say is not None:
            say(
                f"Cameras at {trial['elevation']:g} degrees: new views are "
                f"{trial['view_distance']:.3f} from real poses."
            )

    return search_elevation(config, train, progress, tuple(trials))


def _fit(
    config: TrainingConfig,
    data: RunData,
    trainer: GeometricSelfSupervision,
    before: dict[str, Any],
    verbose: int | str,
    kept: Path,
    team: Team,
    progress: callbacks.Tell | None,
) -> float:
    """Trains from where the run stands to its end; returns the seconds it has taken in all."""
    done = before["epochs"]
    clock = callbacks.Clock(before["seconds"])
    called = [clock, callbacks.StopOnDivergence()]
    if config.loss.signs:
        called.append(SearchSigns(trainer, data))
    validation = None
    if team.is_chief:
        called += _records(config, data, trainer, before, kept)
        if progress is not None:
            called.append(callbacks.Progress(progress, "cycle", "view_distance"))
        validation = pipeline.validation_batches(data.validation, config.batch_size)
    loop.fit(
        trainer,
        team,
        training_data(config, data, done * config.steps_per_epoch, team),
        config.steps_per_epoch,
        initial_epoch=done,
        epochs=config.epochs,
        validation=validation,
        callbacks=called,
        verbose=verbose,
    )
    return clock.seconds


def _records(
    config: TrainingConfig,
    data: RunData,
    trainer: GeometricSelfSupervision,
    progress: dict[str, Any],
    kept: Path,
) -> list[keras.callbacks.Callback]:
    """What measures, draws and writes after every epoch."""
    run_dir = Path(config.run_dir)
    estimator = make_estimator(trainer, data)
    best = math.inf if progress["best"] is None else progress["best"]
    keep = callbacks.KeepLifter(kept, estimator, config, best)
    board = run_dir / "tensorboard"
    pictures = []
    if config.figures:
        rows = np.linspace(0, len(data.validation) - 1, _PICTURED_POSES).astype(int)
        every = max(1, config.epochs // _PICTURES_A_RUN)
        pictured = data.validation.select(rows)
        pictures = [callbacks.PosePictures(board / "pictures", pictured, estimator, every)]
    return [
        callbacks.MeasureViews(ViewDistance(data.train, config.seed)),
        callbacks.LearningRates(),
        keep,
        callbacks.MetricsLog(run_dir / "metrics.jsonl", progress["epochs"]),
        keras.callbacks.TensorBoard(str(board), write_graph=False),
        *pictures,
        callbacks.SaveCheckpoint(run_dir / "checkpoints" / "latest.npz", keep),
    ]
