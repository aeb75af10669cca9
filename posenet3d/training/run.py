"""A whole run: data, networks, training that can be resumed, evaluation, records."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np

from posenet3d.data import pipeline
from posenet3d.errors import ConfigError, InputError
from posenet3d.evaluation.report import Report, make_report, write_report
from posenet3d.formats.atomic import atomic_path
from posenet3d.models import Lifter, PoseEstimator, load
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.training import callbacks
from posenet3d.training.bone_ratios import estimate_bone_ratios
from posenet3d.training.checkpoint import restore_checkpoint
from posenet3d.training.config import TrainingConfig
from posenet3d.training.optimizers import make_optimizers
from posenet3d.training.prepare import RunData, prepare
from posenet3d.training.trainer import GeometricSelfSupervision

_PICTURED_POSES = 6
_PICTURES_A_RUN = 10


def train_and_evaluate(
    config: TrainingConfig, verbose: int | str = 0, records: dict[str, str] | None = None
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
    _check_same_run(run_dir / "config.json", config)
    data = prepare(config)

    keras.utils.set_random_seed(config.seed)
    trainer = make_trainer(config, data)
    untrained = make_estimator(trainer, data)
    checkpoint = run_dir / "checkpoints" / "latest.npz"
    progress: dict[str, Any] = {"epochs": 0, "best": None, "seconds": 0.0}
    _record(run_dir, {"config.json": json.dumps(_settings(config), indent=1)} | (records or {}))
    if checkpoint.exists():
        progress = restore_checkpoint(checkpoint, trainer)
    seconds = progress["seconds"]
    if progress["epochs"] < config.epochs:
        seconds = _fit(config, data, trainer, progress, verbose)

    report = make_report(
        estimator=load(run_dir / "best"),
        untrained=untrained,
        poses=data.evaluation,
        train_minutes=seconds / 60,
        training={"steps": config.steps, "poses": len(data.train), "incomplete": data.dropped},
    )
    history = [json.loads(s) for s in (run_dir / "metrics.jsonl").read_text().splitlines()]
    write_report(report, run_dir, history, figures=config.figures)
    return report


def make_trainer(config: TrainingConfig, data: RunData) -> GeometricSelfSupervision:
    """The compiled trainer of a run, with new weights."""
    skeleton = data.train.skeleton
    ratios: Any = config.loss.bone_ratios
    if ratios and len(ratios) != len(skeleton.bones):
        raise ConfigError(
            f"loss_bone_ratios has {len(ratios)} values; the skeleton {skeleton.name} has "
            f"{len(skeleton.bones)} bones."
        )
    if not ratios and config.loss.bone:
        ratios = estimate_bone_ratios(data.train.keypoints_2d, skeleton)
    trainer = GeometricSelfSupervision(config, skeleton, list(ratios) or None)
    if config.init_model:
        _start_from(trainer, config.init_model)
    trainer.compile(*make_optimizers(config), jit_compile=config.jit_compile)
    return trainer


def _start_from(trainer: GeometricSelfSupervision, model: str) -> None:
    """Gives both lifters the weights of a saved model's."""
    lifter = load(model).lifter
    sizes = [[w.shape for w in network.weights] for network in (lifter, trainer.lifter)]
    if sizes[0] != sizes[1]:
        raise ConfigError(
            f"init_model {model} has another size than the settings: it was made with "
            f"{lifter.trunk.settings}."
        )
    for network in (trainer.lifter, trainer.averaged_lifter):
        network.set_weights(lifter.get_weights())


def make_estimator(trainer: GeometricSelfSupervision, data: RunData) -> PoseEstimator:
    """An estimator with a copy of the averaged lifter and the training poses' statistics."""
    lifter = Lifter.from_config(trainer.averaged_lifter.get_config())
    estimator = PoseEstimator(lifter, data.train.skeleton, data.scale)
    lifter.set_weights(trainer.averaged_lifter.get_weights())
    step = max(1, len(data.train) // 50_000)
    estimator.gap_filler.adapt(data.train.keypoints_2d[::step])
    return estimator


def _fit(
    config: TrainingConfig,
    data: RunData,
    trainer: GeometricSelfSupervision,
    progress: dict[str, Any],
    verbose: int | str,
) -> float:
    """Trains from where the run stands to its end; returns the seconds it has taken in all."""
    run_dir = Path(config.run_dir)
    done = progress["epochs"]
    estimator = make_estimator(trainer, data)
    best = math.inf if progress["best"] is None else progress["best"]
    keep = callbacks.KeepLifter(run_dir / "best" / ESTIMATOR_FILE, estimator, config, best)
    save = callbacks.SaveCheckpoint(
        run_dir / "checkpoints" / "latest.npz", keep, progress["seconds"]
    )
    board = run_dir / "tensorboard"
    pictures = []
    if config.figures:
        rows = np.linspace(0, len(data.validation) - 1, _PICTURED_POSES).astype(int)
        every = max(1, config.epochs // _PICTURES_A_RUN)
        pictured = data.validation.select(rows)
        pictures = [callbacks.PosePictures(board / "pictures", pictured, estimator, every)]
    trainer.fit(
        pipeline.training_batches(
            data.train, config.batch_size, config.seed, done * config.steps_per_epoch, data.scale
        ),
        steps_per_epoch=config.steps_per_epoch,
        initial_epoch=done,
        epochs=config.epochs,
        validation_data=pipeline.validation_batches(data.validation, config.batch_size, data.scale),
        callbacks=[
            callbacks.StopOnDivergence(),
            callbacks.LearningRates(),
            keep,
            callbacks.MetricsLog(run_dir / "metrics.jsonl", done),
            keras.callbacks.TensorBoard(str(board), write_graph=False),
            *pictures,
            save,
        ],
        shuffle=False,
        verbose=verbose,
    )
    return save.seconds


def _check_same_run(path: Path, config: TrainingConfig) -> None:
    """Refuses to resume a run with other settings than it was started with."""
    if not path.exists():
        return
    try:
        before = json.loads(path.read_text())
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); choose another run_dir.") from error
    now = _settings(config)
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
