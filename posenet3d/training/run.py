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
from posenet3d.models import PoseEstimator, load
from posenet3d.models.weights import named_weights
from posenet3d.training.first_stage import Stage, train_a_teacher_each, train_first_stage
from posenet3d.training.loop import lost_workers
from posenet3d.training.prepare import RunData, prepare, source_batch_size
from posenet3d.training.records.callbacks import Tell
from posenet3d.training.records.text_files import record
from posenet3d.training.run_joints import RunJoints, run_joints
from posenet3d.training.second_stage import teach
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.student.student_trainer import StudentTrainer
from posenet3d.training.teachers import MOST_APART, Together, apart


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
            _check_student(config, joints)
            data = prepare(config)
            stage = _given_teachers(config, joints) if config.student.teacher else None
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
                stage = _with_saved(config, joints, stage, own, say)
            seconds, facts = stage.seconds, {"poses": len(data.train), "incomplete": data.dropped}
            if config.student.steps:
                known = dataclasses.replace(config, elevation=stage.elevation)
                seconds += teach(
                    known, data, stage.teachers, stage.adapter, run_dir, verbose, team, progress
                )
                facts["student_steps"] = config.student.steps * config.student.rounds
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


def _given_teachers(config: TrainingConfig, joints: RunJoints) -> Stage:
    """Saved models in the place of a first stage: one, or another for procedural poses."""
    teacher = _saved("student_teacher", config.student.teacher, joints)
    elevation = teacher.elevation if config.elevation is None else config.elevation
    facts = {"teacher": config.student.teacher}
    stage = Stage((teacher,), None, None, elevation, 0.0, (), facts)
    return _with_saved(config, joints, stage)


def _with_saved(
    config: TrainingConfig,
    joints: RunJoints,
    stage: Stage,
    own: RunData | None = None,
    say: Callable[[str], None] | None = None,
) -> Stage:
    """The stage with what saved models say beside its teacher, where the settings name any.

    Args:
      config: The run's settings.
      joints: Its joints.
      stage: The first stage, or saved models in its place.
      own: What a first stage was trained on; None: there was none.
      say: As in `train_and_evaluate`.
    """
    student, teachers = config.student, stage.teachers
    before = stage.untrained
    if student.steps and student.init:
        before = _saved("student_init", student.init, joints)
        if own is not None:
            ratio = apart(teachers[0], before, own.train.read())
            teachers = (Together(*teachers, before),) if ratio <= MOST_APART else (before,)
            if say is not None and ratio > MOST_APART:
                say(
                    f"The lifter that was trained from nothing is left out: it disagrees with "
                    f"{student.init} by {ratio:.1f} times the error that this expects of itself."
                )
    if student.steps and student.general:
        teachers = (*teachers, _saved("student_general", student.general, joints))
    return dataclasses.replace(stage, teachers=teachers, untrained=before)


def _check_student(config: TrainingConfig, joints: RunJoints) -> None:
    """Refuses a model to start the student from that has another size, and one for nothing."""
    if config.student.general and not (config.train_data and config.synthetic_sequences):
        raise ConfigError(
            "student_general says what procedural poses beside train_data are; give train_data "
            "and synthetic_sequences, or leave it out."
        )
    if not (config.student.steps and config.student.init):
        return
    both = config.train_data and config.synthetic_sequences
    if both and not (config.student.teacher or config.student.general):
        raise ConfigError(
            "student_init beside a teacher for train_data and one for procedural poses needs "
            "student_general, which says what procedural poses are."
        )
    lifter = _saved("student_init", config.student.init, joints).lifter
    own = StudentTrainer(config, joints.skeleton).lifter
    given, wanted = ({**net.trunk.settings, "completes": net.completes} for net in (lifter, own))
    differ = [
        f"{name} {given[name]}, not {wanted[name]}" for name in given if given[name] != wanted[name]
    ]
    if not differ and named_weights(lifter).keys() != named_weights(own).keys():
        differ = ["no estimate of its error, or of the elevation"]
    if differ:
        raise ConfigError(
            f"student_init {config.student.init} has another size than the student: "
            f"{'; '.join(differ)}."
        )


def _saved(setting: str, model: str, joints: RunJoints) -> PoseEstimator:
    """A saved model that has the run's skeleton."""
    estimator = load(model)
    if estimator.skeleton != joints.skeleton:
        name = estimator.skeleton.name
        raise ConfigError(
            f"{setting} {model} lifts the skeleton {name}; give --skeleton={name}, or the map file "
            "with which it was trained."
        )
    return estimator


def _check_devices(config: TrainingConfig) -> None:
    if config.strategy != "none" and config.jit_compile:
        raise ConfigError(
            "jit_compile does not go with strategy: XLA cannot compile what replicas exchange "
            "here. Leave one of them out."
        )


def _check_shares(config: TrainingConfig, team: Team) -> None:
    """Every replica must have as many rows of a batch as every other."""
    if not config.student.teacher:
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
