"""A whole run: data, networks, training that can be resumed, evaluation, records."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from posenet3d.data import pipeline
from posenet3d.errors import ConfigError, InputError
from posenet3d.evaluation.report import Report, make_report, write_report
from posenet3d.formats.atomic import atomic_path
from posenet3d.models import DomainAdapter, PoseEstimator, load
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.training import callbacks
from posenet3d.training.build import make_estimator, make_trainer, training_data
from posenet3d.training.checkpoint import resume
from posenet3d.training.config import TrainingConfig
from posenet3d.training.elevation import ElevationSearch, search_elevation
from posenet3d.training.prepare import RunData, prepare
from posenet3d.training.run_joints import RunJoints, run_joints
from posenet3d.training.source_distance import source_distances
from posenet3d.training.teach import first_stage, teach
from posenet3d.training.trainer import GeometricSelfSupervision
from posenet3d.training.view_distance import ViewDistance

_PICTURED_POSES = 6
_PICTURES_A_RUN = 10


def train_and_evaluate(
    config: TrainingConfig,
    verbose: int | str = 0,
    records: dict[str, str] | None = None,
    say: Callable[[str], None] | None = None,
) -> Report:
    """Trains a lifter from 2D poses, evaluates the one that is kept, and records both.

    The run's folder gets `config.json`, `metrics.jsonl`, `tensorboard/`, `checkpoints/`,
    `best/estimator.keras`, `report.json`, `report.md` and pictures. A run that was stopped goes
    on from its last whole epoch when it is started again with the same settings, and ends with
    the weights it would have had.

    Args:
      config: The settings.
      verbose: Progress that Keras prints: 0 nothing, 1 a bar, 2 a line an epoch.
      records: Further texts for the run's folder by file name, written as training starts.
      say: Called with a line of text about what goes on outside of Keras's own progress.

    Returns:
      The report; `str(report)` is its table.

    Raises:
      ConfigError: If settings contradict each other or those of the run in the folder.
      InputError: If a file cannot be used.
      TrainingError: If the poses are no basis for training, or training diverges.
    """
    if not config.run_dir:
        raise ConfigError("run_dir is empty; name the folder the run is to be recorded in.")
    if config.figures and importlib.util.find_spec("matplotlib") is None:
        raise ConfigError(
            "figures needs Matplotlib: pip install 'posenet3d[viz]', or go without (--nofigures)."
        )
    run_dir = Path(config.run_dir)
    joints = run_joints(config)
    settings = _settings(config) | joints.records()
    _check_same_run(run_dir / "config.json", settings)
    data = prepare(config)
    stage = _given_teacher(config, joints) if config.student.teacher else None
    _record(run_dir, {"config.json": json.dumps(settings, indent=1)} | (records or {}))
    if say is not None and config.mirror and joints.note():
        say(joints.note())
    if stage is None:
        stage = _first_stage(config, data, run_dir, verbose, say)
    seconds, facts = stage.seconds, {"poses": len(data.train), "incomplete": data.dropped}
    if config.student.steps:
        known = dataclasses.replace(config, elevation=stage.elevation)
        seconds += teach(known, data, stage.kept, stage.adapter, run_dir, verbose)
        facts["student_steps"] = config.student.steps * config.student.rounds

    report = make_report(
        estimator=load(run_dir / "best"),
        untrained=stage.untrained,
        poses=data.evaluation,
        train_minutes=seconds / 60,
        training=facts | stage.facts,
        elevation_trials=stage.trials,
    )
    metrics = run_dir / "metrics.jsonl"
    lines = metrics.read_text().splitlines() if metrics.exists() else []
    history = [json.loads(line) for line in lines]
    write_report(report, run_dir, history, figures=config.figures)
    return report


@dataclasses.dataclass(frozen=True)
class _Stage:
    """What comes out of the first stage."""

    kept: PoseEstimator
    untrained: PoseEstimator | None
    adapter: DomainAdapter | None
    elevation: float  # degrees
    seconds: float
    trials: tuple[dict[str, float], ...]  # of the search for the elevation
    facts: dict[str, Any]  # for the report


def _given_teacher(config: TrainingConfig, joints: RunJoints) -> _Stage:
    """A saved model in the place of a first stage."""
    teacher = load(config.student.teacher)
    if teacher.skeleton != joints.skeleton:
        raise ConfigError(
            f"student_teacher {config.student.teacher} lifts the skeleton "
            f"{teacher.skeleton.name}; give --skeleton={teacher.skeleton.name}, or the map file "
            "with which it was trained."
        )
    elevation = teacher.elevation if config.elevation is None else config.elevation
    facts = {"teacher": config.student.teacher}
    return _Stage(teacher, None, None, elevation, 0.0, (), facts)


def _first_stage(
    config: TrainingConfig,
    data: RunData,
    run_dir: Path,
    verbose: int | str,
    say: Callable[[str], None] | None,
) -> _Stage:
    """Finds the elevation, trains in the cycle, goes on where it was stopped."""
    kept = run_dir / ("teacher" if config.student.steps else "best") / ESTIMATOR_FILE
    config, trials = first_stage(config), ()
    if config.elevation is None and config.view.kind != "uniform":
        search = find_elevation(config, data, run_dir / "elevation.json", say)
        config, trials = dataclasses.replace(config, elevation=search.elevation), search.trials

    keras.utils.set_random_seed(config.seed)
    checkpoint = run_dir / "checkpoints" / "latest.npz"
    trainer = make_trainer(config, data, fit=not checkpoint.exists())
    untrained = make_estimator(trainer, data)
    progress = resume(checkpoint, trainer)
    seconds = progress["seconds"]
    if progress["epochs"] < config.epochs:
        seconds = _fit(config, data, trainer, progress, verbose, kept)
    facts: dict[str, Any] = {"steps": config.steps}
    if config.view.kind != "uniform":
        facts["elevation"] = config.elevation
    if trainer.bone_ratios is not None:
        skeleton = data.train.skeleton
        names = [skeleton.joint_names[child] for _, child in skeleton.bones]
        ratios = np.round(trainer.bone_ratios[0][0], 3).tolist()
        facts["bone_ratios"] = dict(zip(names, ratios, strict=True))
    if data.source is not None:
        distances = source_distances(data.train, data.source, trainer.adapter, config.seed)
        facts["source_distance"] = distances
    seconds += sum(trial["seconds"] for trial in trials)
    teacher = load(kept)
    return _Stage(teacher, untrained, trainer.adapter, teacher.elevation, seconds, trials, facts)


def find_elevation(
    config: TrainingConfig,
    data: RunData,
    record: Path,
    say: Callable[[str], None] | None = None,
) -> ElevationSearch:
    """Searches the cameras' elevation; trials on record are not done again."""
    trials = json.loads(record.read_text()) if record.exists() else []

    data = dataclasses.replace(data, source=None)  # as in a trial's settings
    view_distance = ViewDistance(data.train, data.scale, config.seed)

    def train(trial: TrainingConfig) -> dict[str, float]:
        start = time.monotonic()
        keras.utils.set_random_seed(trial.seed)
        trainer = make_trainer(trial, data)
        batches = training_data(trial, data).take(trial.steps)
        history = trainer.fit(batches, verbose=0, shuffle=False).history
        losses = {name: float(values[-1]) for name, values in history.items()}
        distance = view_distance.of(trainer)
        return {"view_distance": distance, "seconds": time.monotonic() - start, **losses}

    def progress(trial: dict[str, float]) -> None:
        trials.append(trial)
        _record(record.parent, {record.name: json.dumps(trials, indent=1)})
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
    progress: dict[str, Any],
    verbose: int | str,
    kept: Path,
) -> float:
    """Trains from where the run stands to its end; returns the seconds it has taken in all."""
    run_dir = Path(config.run_dir)
    done = progress["epochs"]
    estimator = make_estimator(trainer, data)
    best = math.inf if progress["best"] is None else progress["best"]
    keep = callbacks.KeepLifter(kept, estimator, config, best)
    clock = callbacks.Clock(progress["seconds"])
    board = run_dir / "tensorboard"
    pictures = []
    if config.figures:
        rows = np.linspace(0, len(data.validation) - 1, _PICTURED_POSES).astype(int)
        every = max(1, config.epochs // _PICTURES_A_RUN)
        pictured = data.validation.select(rows)
        pictures = [callbacks.PosePictures(board / "pictures", pictured, estimator, every)]
    trainer.fit(
        training_data(config, data, done * config.steps_per_epoch),
        steps_per_epoch=config.steps_per_epoch,
        initial_epoch=done,
        epochs=config.epochs,
        validation_data=pipeline.validation_batches(data.validation, config.batch_size, data.scale),
        callbacks=[
            clock,
            callbacks.StopOnDivergence(),
            callbacks.MeasureViews(ViewDistance(data.train, data.scale, config.seed)),
            callbacks.LearningRates(),
            keep,
            callbacks.MetricsLog(run_dir / "metrics.jsonl", done),
            keras.callbacks.TensorBoard(str(board), write_graph=False),
            *pictures,
            callbacks.SaveCheckpoint(run_dir / "checkpoints" / "latest.npz", keep),
        ],
        shuffle=False,
        verbose=verbose,
    )
    return clock.seconds


def _check_same_run(path: Path, now: dict[str, Any]) -> None:
    """Refuses to resume a run with other settings than it was started with."""
    if not path.exists():
        return
    try:
        before = json.loads(path.read_text())
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); choose another run_dir.") from error
    now = json.loads(json.dumps(now))  # JSON has no tuples
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            raise ConfigError(
                f"{path.parent} holds a run with {name} = {before.get(name)}, not "
                f"{now.get(name)}. Choose another run_dir, or remove that folder."
            )


def _record(run_dir: Path, texts: dict[str, str]) -> None:
    for folder in ("best", "checkpoints"):
        (run_dir / folder).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with atomic_path(run_dir / name) as temporary:
            temporary.write_text(text + "\n")


def _settings(config: TrainingConfig) -> dict[str, Any]:
    """The settings as flat plain data; the folder itself may be moved, pictures may be left out."""
    values = json.loads(json.dumps(dataclasses.asdict(config)))
    flat = {}
    for name, value in values.items():
        if name in ("run_dir", "figures"):
            continue
        if isinstance(value, dict):
            flat |= {f"{name}_{key}": v for key, v in value.items()}
        else:
            flat[name] = value
    return flat
