"""Who says what a student is to learn: the first stage's lifters, saved ones, several together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from posenet3d.errors import ConfigError
from posenet3d.evaluation.metrics.joint_errors import pa_mpjpe
from posenet3d.models import PoseEstimator, load
from posenet3d.models.weights import named_weights
from posenet3d.poses.lift_result import LiftResult
from posenet3d.training.first_stage import Stage
from posenet3d.training.prepare import RunData
from posenet3d.training.run_joints import RunJoints
from posenet3d.training.settings.config import TrainingConfig
from posenet3d.training.student.student_trainer import StudentTrainer

MOST_APART = 1.5
"""A lifter that is trained from nothing is left out where it disagrees with the pretrained one by
more than so many times the error that this expects of itself. Ours: a lifter with 45 mm has 1.2 on
the recordings it was trained on, one with 76 mm, of another lab, 1.6."""

_SAMPLE = 4096  # poses that are compared


def apart(own: PoseEstimator, before: PoseEstimator, keypoints_2d: np.ndarray) -> float:
    """How far two lifters disagree, over the error that the second expects.

    Args:
      own: The first.
      before: The second. Of one that does not estimate its error, a tenth of a pose's size counts.
      keypoints_2d: `[N, J, 2]`.
    """
    sample = keypoints_2d[:: -(-len(keypoints_2d) // _SAMPLE)]
    said, was = own.lift(sample, score=False), before.lift(sample)
    moved = float(pa_mpjpe(said.keypoints_3d, was.keypoints_3d).mean())
    expected = float(np.mean(was.expected_error_mm))
    return moved / (expected if expected > 0 else 0.1)


class Together:
    """The mean of what lifters say: where they err differently, it errs less than each.

    Args:
      *models: Lifters of one skeleton that see poses at one scale.
    """

    def __init__(self, *models: PoseEstimator) -> None:
        self.models = models

    def lift(self, keypoints_2d: np.ndarray, score: bool = True) -> LiftResult:
        """As `PoseEstimator.lift`; all but the 3D poses is what the first says."""
        results = [model.lift(keypoints_2d, score=score) for model in self.models]
        keypoints_3d = np.mean([result.keypoints_3d for result in results], axis=0)
        return dataclasses.replace(results[0], keypoints_3d=keypoints_3d)


def given_teachers(config: TrainingConfig, joints: RunJoints) -> Stage:
    """Saved models in the place of a first stage: one, or another for procedural poses.

    Raises:
      InputError: If there is no such model.
      ConfigError: If it has another skeleton.
    """
    setting = "sequence_teacher" if config.sequence.teacher else "student_teacher"
    name = config.sequence.teacher or config.student.teacher
    teacher = _saved(setting, name, joints)
    elevation = teacher.elevation if config.elevation is None else config.elevation
    facts = {"teacher": name}
    stage = Stage((teacher,), None, None, elevation, 0.0, (), facts)
    return with_saved(config, joints, stage)


def with_saved(
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


def check_student(config: TrainingConfig, joints: RunJoints) -> None:
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
