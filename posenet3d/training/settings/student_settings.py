"""The settings of a run's second stage."""

from __future__ import annotations

import dataclasses

from posenet3d.errors import ConfigError
from posenet3d.settings import check_range, setting


@dataclasses.dataclass(frozen=True)
class StudentConfig:
    """A second stage that makes a lifter for everywhere of one that knows its own data."""

    steps: int = setting(
        0,
        "Steps of the second stage; 0: no second stage. A new lifter learns from the 3D poses "
        "that the first lifter gives for the training poses: with virtual cameras, other "
        "bodies, other joint placements, noise and gaps. The augment_* settings then apply to "
        "the second stage alone.",
    )
    teacher: str = setting(
        "",
        "Saved model (file, folder or name) that is the teacher; then there is no first "
        "stage. Use it to train a small lifter by a large one.",
    )
    init: str = setting(
        "",
        "Saved model (file, folder or name) from whose lifter the student starts. Its size must be "
        "the student's. With a first stage, the lessons are the mean of what both lifters say, if "
        "these agree by and large. Empty: from random weights.",
    )
    general: str = setting(
        "",
        "Saved model whose 3D poses are the lessons for procedural poses in every round, so that "
        "the student keeps what that model knows. Empty: the teacher's.",
    )
    own: float = setting(
        0.0,
        "Share of the lessons that are poses of train_data, where there are procedural ones too. "
        "0: as many as there are.",
    )
    kept: float = setting(
        0.0,
        "Share of student_init's weights in the lifter that is kept; the rest is what the student "
        "has learned. A share between both is often better than either on new data.",
    )
    agree: bool = setting(
        False,
        "Before the student learns, make the poses agree that several cameras show at once: "
        "sequences of one name and one length. Cameras need not be calibrated.",
    )
    rounds: int = setting(
        1,
        "How often the second stage runs, each time with all its steps. From the second round "
        "on, the teacher is the student of the round before, from which the new one goes on.",
    )
    refine: bool = setting(
        True,
        "Before the student learns, make the training poses of one sequence agree. Bones get "
        "the lengths that they show across the line of sight, and depth is averaged over "
        "neighbouring frames with similar poses. Needs sequences in the data; sequences of "
        "the same name are the same body.",
    )
    trust: float = setting(
        1.0,
        "Share of the poses of source_data that are lessons: those that the teacher scores best. "
        "With several rounds, they are lessons from the second round on, or with student_teacher "
        "from the first.",
    )
    batch_size: int = setting(256, "Poses a step of the second stage.")
    learning_rate: float = setting(
        1e-3, "Learning rate of the second stage at its first step; falls to 0 as a cosine."
    )
    width: int = setting(0, "Features between the student's layers; 0: as the lifter's.")
    num_blocks: int = setting(0, "Residual blocks of the student; 0: as the lifter's.")
    virtual: float = setting(
        0.5, "Share of poses that are seen through virtual cameras; the others are real 2D."
    )
    bodies: float = setting(
        0.1, "Standard deviation of the factor by which virtual bodies' bones are lengthened."
    )
    mixed: float = setting(
        0.3, "Share of virtual bodies' limbs that have the pose of another body's limb."
    )
    lowest: float = setting(-20.0, "Least elevation of virtual cameras in degrees.")
    highest: float = setting(40.0, "Greatest elevation of virtual cameras in degrees.")
    nearest: float = setting(
        5.0,
        "Least distance of virtual cameras, in mean distances of the joints from the root.",
    )
    farthest: float = setting(50.0, "Greatest distance of virtual cameras, in the same unit.")

    def __post_init__(self) -> None:
        check_range("student_steps", self.steps, 0, 10**9)
        if self.teacher and not self.steps:
            raise ConfigError("student_teacher is given, but student_steps is 0.")
        if self.kept and not self.init:
            raise ConfigError("student_kept is above 0, but there is no student_init.")
        check_range("student_rounds", self.rounds, 1, 1000)
        check_range("student_own", self.own, 0.0, 1.0)
        check_range("student_kept", self.kept, 0.0, 1.0)
        check_range("student_trust", self.trust, 0.0, 1.0)
        check_range("student_batch_size", self.batch_size, 2, 10**9)
        check_range("student_learning_rate", self.learning_rate, 1e-9, 1.0)
        check_range("student_width", self.width, 0, 65536)
        check_range("student_num_blocks", self.num_blocks, 0, 1000)
        check_range("student_virtual", self.virtual, 0.0, 1.0)
        check_range("student_bodies", self.bodies, 0.0, 1.0)
        check_range("student_mixed", self.mixed, 0.0, 1.0)
        check_range("student_lowest", self.lowest, -90.0, self.highest)
        check_range("student_highest", self.highest, self.lowest, 90.0)
        check_range("student_nearest", self.nearest, 2.5, self.farthest)
        check_range("student_farthest", self.farthest, self.nearest, 1e6)
