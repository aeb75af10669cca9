"""A whole run: data, networks, training that can be resumed, evaluation, records."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from posenet3d.distribution import Team, make_team
from posenet3d.errors import ConfigError, InputError
from posenet3d.evaluation.report import Report, make_report, write_report
from posenet3d.files.locks import alone
from posenet3d.models import load
from posenet3d.training.first_stage import train_a_teacher_each, train_first_stage
from posenet3d.training.loop import lost_workers
from posenet3d.training.prepare import prepare, source_batch_size
from posenet3d.training.records.callbacks import Tell
from posenet3d.training.records.text_files import record
from posenet3d.training.run_joints import run_joints
from posenet3d.training.second_stage import teach
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.teachers import check_student, given_teachers, with_saved
from posenet3d.training.third_stage import teach_sequences


def train_and_evaluate(
    config: TrainingConfig,
    verbose: int | str = 0,
    records: dict[str, str] | None = None,
    say: Callable[[str], None] | None = None,
    progress: Tell | None = None,
) -> Report | None:
    """Trains a lifter from 2D poses, evaluates the one that is kept, and records both.

    The run's folder gets `config.json`, `metrics.jsonl`, `tensorboard/`, `checkpoints/`,
    `best/estimator.keras`, `report.json`, `report.md` and pictures. A run that was stopped goes
    on from its last whole epoch when it is started again with the same settings, and ends with
    the weights it would have had. Of several workers (`config.strategy`) the first one, the
    chief, writes and says all this; the others leave nothing behind.

    Args:
      config: The settings.
      verbose: Progress that Keras prints: 0 nothing, 1 a bar, 2 a line an epoch.
      records: Further texts for the run's folder by file name, written as training starts.
      say: Called with a line of text about what goes on outside of Keras's own progress.
      progress: Called after every epoch, see `callbacks.Progress`.

    Returns:
      The report; `str(report)` is its table. None in a worker that is not the chief.

    Raises:
      ConfigError: If settings contradict each other or those of the run in the folder.
      InputError: If a file cannot be used, or another run is writing to the folder.
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
    _check_devices(config)
    with contextlib.ExitStack() as held:
        with lost_workers(config.strategy):
            team = make_team(config.strategy, config.worker_timeout)
            if team.is_chief:
                held.enter_context(_alone_in(run_dir))
                _check_same_run(run_dir / "config.json", settings)
            else:
                verbose, say, progress = 0, None, None
            _check_shares(config, team)
            if say is not None and config.strategy != "none":
                say(f"Training on {team}.")
            check_student(config, joints)
            data = prepare(config)
            given = config.student.teacher or config.sequence.teacher
            stage = given_teachers(config, joints) if given else None
            if team.is_chief:
                record(run_dir, {"config.json": json.dumps(settings, indent=1)} | (records or {}))
            if say is not None and config.mirror and joints.note():
                say(joints.note())
            each = config.student.steps and data.group is not None
            if stage is None and each and not config.student.general:
                stage = train_a_teacher_each(config, data, run_dir, team, verbose, say, progress)
            elif stage is None:
                own = data.of_kind(0) if each else data
                stage = train_first_stage(config, own, run_dir, team, verbose, say, progress)
                stage = with_saved(config, joints, stage, own, say)
            seconds, facts = stage.seconds, {"poses": len(data.train), "incomplete": data.dropped}
            if config.student.steps:
                known = dataclasses.replace(config, elevation=stage.elevation)
                seconds += teach(
                    known, data, stage.teachers, stage.adapter, run_dir, verbose, team, progress
                )
                facts["student_steps"] = config.student.steps * config.student.rounds
            if config.sequence.steps:
                known = dataclasses.replace(config, elevation=stage.elevation)
                seconds += teach_sequences(
                    known, data, stage.teachers[0], run_dir, verbose, progress
                )
                facts["sequence_steps"] = config.sequence.steps
        if not team.is_chief:
            return None

        report = make_report(
            estimator=load(run_dir / "best"),
            untrained=stage.untrained,
            poses=data.evaluation,
            train_minutes=seconds / 60,
            training=facts | stage.facts,
            elevation_trials=stage.trials,
        )
        write_report(report, run_dir, _history(run_dir), figures=config.figures)
        return report


@contextlib.contextmanager
def _alone_in(run_dir: Path) -> Iterator[None]:
    """The run's folder for this process alone; where nothing has come into it, it goes again."""
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot write to {run_dir}: {error.strerror}.") from error
    try:
        with alone(run_dir / ".lock", run_dir, "run_dir"):
            yield
    finally:
        with contextlib.suppress(OSError):  # not empty
            run_dir.rmdir()


def _history(run_dir: Path) -> list[dict[str, float]]:
    """The logs of each epoch: of the first stage, or where there was none, of the students."""
    students = sorted(run_dir.glob("student_*.jsonl"), key=lambda path: int(path.stem[8:]))
    first = run_dir / "metrics.jsonl"
    paths = [first] if first.exists() else students
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def _check_devices(config: TrainingConfig) -> None:
    if config.strategy != "none" and config.jit_compile:
        raise ConfigError(
            "jit_compile does not go with strategy: XLA cannot compile what replicas exchange "
            "here. Leave one of them out."
        )


def _check_shares(config: TrainingConfig, team: Team) -> None:
    """Every replica must have as many rows of a batch as every other."""
    if not (config.student.teacher or config.sequence.teacher):
        team.check_shares(batch_size=config.batch_size)
        if config.source_data:
            rows = source_batch_size(config)
            name = f"adapter_share x batch_size = {rows}"
            team.check_shares(**{name: rows})
    if config.student.steps:
        team.check_shares(student_batch_size=config.student.batch_size)


def _check_same_run(path: Path, now: dict[str, Any]) -> None:
    """Refuses to resume a run with other settings than it was started with."""
    if not path.exists():
        return
    try:
        before = json.loads(path.read_text())
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); choose another run_dir.") from error
    now = json.loads(json.dumps(now))  # JSON has no tuples
    # A run from before there was some setting was trained as that setting's default says.
    before = _settings(TrainingConfig()) | before
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            raise ConfigError(
                f"{path.parent} holds a run with {name} = {before.get(name)}, not "
                f"{now.get(name)}. Choose another run_dir, or remove that folder."
            )


_FREE = ("run_dir", "figures", "strategy", "worker_timeout")
"""The folder may be moved, pictures may be left out, a run may go on on other devices."""


def _settings(config: TrainingConfig) -> dict[str, Any]:
    """The settings as flat plain data, but for those that another start may have otherwise."""
    values = json.loads(json.dumps(dataclasses.asdict(config)))
    flat = {}
    inside = f"{config.run_dir}/"
    for name, value in values.items():
        if name in _FREE:
            continue
        if isinstance(value, str) and value.startswith(inside):  # the folder may be moved
            value = value.replace(inside, "run_dir/", 1)
        if isinstance(value, dict):
            flat |= {f"{name}_{key}": v for key, v in value.items()}
        else:
            flat[name] = value
    return flat
