"""The settings of a run: frozen dataclasses, checked once, each field a flag of scripts/train.py.

The `help` of a field is the flag's help text and the line in docs/training.md.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from typing import Any, Literal

from posenet3d.distribution.team import Strategy
from posenet3d.errors import ConfigError
from posenet3d.platform.precision import Precision
from posenet3d.settings import check_choice, check_range, setting
from posenet3d.training.settings.network_settings import (
    AdapterConfig,
    DiscriminatorConfig,
    FlowConfig,
    LifterConfig,
)
from posenet3d.training.settings.sequence_settings import SequenceConfig
from posenet3d.training.settings.step_settings import (
    AugmentConfig,
    LossConfig,
    OptimizerConfig,
    ViewConfig,
)
from posenet3d.training.settings.student_settings import StudentConfig

PLACEMENTS = ("h36m17", "cmu17")
"""The known skeletons that can be trained on."""


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """Everything a run depends on."""

    run_dir: str = setting("", "Folder of the run's records; made if absent, resumed if not empty.")
    train_data: str = setting(
        "", "Pose archive to train on (docs/data.md). Empty: procedural human motion."
    )
    train_keypoints: str = setting("keypoints_2d", "Which 2D poses of the archive to train on.")
    source_data: str = setting(
        "",
        "Second pose archive to train on, of another kind, for example photographs. The "
        "domain adapter makes its poses look like those of train_data.",
    )
    source_keypoints: str = setting("keypoints_2d", "Which 2D poses of source_data to train on.")
    eval_data: str = setting(
        "",
        "Pose archive to evaluate on. Empty: the test split of train_data if it has one, else "
        "poses held out from it.",
    )
    eval_keypoints: str = setting("keypoints_2d", "Which 2D poses of the archive to evaluate on.")
    synthetic_sequences: int = setting(
        0,
        "Sequences of procedural motion to train on. Without train_data: the quick start's "
        "everyday motion, 125 poses each, and 0 means as many as suit it. With train_data: all "
        "that people do (T-poses, gymnastics, lying, children and more), 40 poses each, beside "
        "the archive's poses; 0: none. They help with what the archive does not show.",
    )
    synthetic_cameras: int = setting(
        1,
        "Cameras that see each motion of synthetic_sequences beside train_data. With several, what "
        "a teacher says of one motion can be made to agree between them (student_agree).",
    )
    skeleton: str = setting(
        "h36m17",
        "Skeleton of the lifter, and of an archive that does not name one. h36m17: joints as "
        "in Human3.6M (pelvis in the middle of the hips). cmu17: as in CMU's motion capture "
        "(pelvis above the hips). Or the path of a map file (.toml) with your own skeleton "
        "(docs/own_skeleton.md).",
    )
    init_model: str = setting(
        "",
        "Saved model (file, folder or name). The run starts from its lifter, for example to "
        "continue with other poses. Its size must be that of the settings.",
    )
    elevation: float | None = setting(
        None,
        "Mean elevation of the cameras in degrees, positive if they look down on people. Its "
        "sign tells the front of a body from its back. auto: short runs before training find "
        "the elevation that fits the data best; they need no 3D.",
    )
    bone_ratios: tuple[float, ...] | None = setting(
        None,
        "Typical bone lengths divided by their mean, one for each bone, in the order of the "
        "skeleton's bones. auto: estimated from the 2D training poses.",
    )
    scale: Literal["pose", "dataset"] = setting(
        "pose",
        "What 2D poses are scaled by. pose: each by its own size; dataset: all by the mean "
        "head-root distance of the data set, as in the paper.",
    )
    steps: int = setting(2000, "Training steps of the whole run.")
    steps_per_epoch: int = setting(
        100, "Steps between two lines of progress, validations and checkpoints."
    )
    batch_size: int = setting(512, "Poses a step.")
    validation_poses: int = setting(2048, "Poses looked at after every epoch.")
    keep: Literal["best", "last"] = setting(
        "last",
        "Which lifter is kept. best: the one with the smallest keep_metric; last: that of the "
        "last epoch.",
    )
    keep_metric: str = setting(
        "view_distance",
        "Metric that chooses the best lifter. view_distance: how far its new views are from "
        "real poses; it needs no 3D. val_pa_mpjpe and val_n_mpjpe need true 3D, and then the "
        "final table is not independent of the choice. val_consistency needs no 3D, but it is "
        "also small for a wrong lifter that agrees with itself.",
    )
    mirror: bool = setting(True, "Mirror every second pose, with left and right joints exchanged.")
    average_mirrored: bool = setting(
        True,
        "The kept lifter also lifts each pose mirrored, and averages both results. This costs "
        "a second lift and reduces the error by a tenth. Needs mirror.",
    )
    average_turned: float = setting(
        0.0,
        "The kept lifter also lifts each pose from six other sides. This is the share of "
        "these results in its answer; above 0 it costs six more lifts.",
    )
    jit_compile: bool = setting(False, "Compile the training step with XLA.")
    mixed_precision: Precision = setting(
        "none",
        "Precision of the networks' layers; geometry, losses and weights stay float32. "
        "bfloat16: for GPUs since Ampere; float16: for older ones, with scaled losses "
        "(docs/gpu.md).",
    )
    strategy: Strategy = setting(
        "none",
        "Devices to train on (docs/distributed.md). none: one; mirrored: all GPUs of this "
        "machine; multiworker: all GPUs of the machines in the environment variable "
        "TF_CONFIG. They share every batch: batch_size is the size for all together.",
    )
    worker_timeout: float = setting(
        300.0, "Seconds to wait for the other machines at the start (strategy multiworker)."
    )
    seed: int = setting(0, "Seed of weights, batches and views.")
    figures: bool = setting(True, "Draw pictures into the report and TensorBoard (extra viz).")
    lifter: LifterConfig = dataclasses.field(default_factory=LifterConfig)
    discriminator: DiscriminatorConfig = dataclasses.field(default_factory=DiscriminatorConfig)
    augment: AugmentConfig = dataclasses.field(default_factory=AugmentConfig)
    student: StudentConfig = dataclasses.field(default_factory=StudentConfig)
    sequence: SequenceConfig = dataclasses.field(default_factory=SequenceConfig)
    adapter: AdapterConfig = dataclasses.field(default_factory=AdapterConfig)
    view: ViewConfig = dataclasses.field(default_factory=ViewConfig)
    loss: LossConfig = dataclasses.field(default_factory=LossConfig)
    flow: FlowConfig = dataclasses.field(default_factory=FlowConfig)
    optimizer: OptimizerConfig = dataclasses.field(default_factory=OptimizerConfig)

    def __post_init__(self) -> None:
        if self.skeleton not in PLACEMENTS and not self.skeleton.endswith(".toml"):
            raise ConfigError(
                f"skeleton must be one of {', '.join(PLACEMENTS)} or the path of a map file "
                f"(.toml), got {self.skeleton!r}."
            )
        for name, choices in (("mixed_precision", Precision), ("strategy", Strategy)):
            check_choice(name, getattr(self, name), typing.get_args(choices))
        for name in ("steps", "steps_per_epoch", "batch_size", "validation_poses"):
            check_range(name, getattr(self, name), 1, 10**9)
        check_range("synthetic_sequences", self.synthetic_sequences, 0, 10**6)
        check_range("synthetic_cameras", self.synthetic_cameras, 1, 100)
        check_range("average_turned", self.average_turned, 0.0, 1.0)
        check_range("seed", self.seed, 0, 2**31 - 1)
        check_range("worker_timeout", self.worker_timeout, 0.0, 1e6)
        if self.elevation is not None:
            check_range("elevation", self.elevation, -90.0, 90.0)
        if self.bone_ratios is not None and any(
            not 0 < ratio < math.inf for ratio in self.bone_ratios
        ):
            raise ConfigError(f"bone_ratios must all be positive, got {self.bone_ratios}.")
        if self.lifter.completes and self.scale != "pose":
            raise ConfigError(
                "lifter_completes needs scale=pose: a pose that has been completed is scaled anew, "
                "by its own size."
            )
        if (self.augment.damages or self.augment.placements) and self.scale != "pose":
            raise ConfigError("augment_* needs scale=pose: what is changed is scaled anew.")
        if self.student.steps and self.scale != "pose":
            raise ConfigError("student_steps needs scale=pose: virtual cameras see every size.")
        if self.student.steps % self.steps_per_epoch:
            raise ConfigError(
                f"student_steps must be a multiple of steps_per_epoch, got {self.student.steps} "
                f"and {self.steps_per_epoch}."
            )
        self._check_sequence()
        if self.steps % self.steps_per_epoch:
            raise ConfigError(
                f"steps must be a multiple of steps_per_epoch, got {self.steps} and "
                f"{self.steps_per_epoch}."
            )

    def _check_sequence(self) -> None:
        """Refuses a third stage that has nothing to learn from."""
        sequence = self.sequence
        if sequence.teacher and self.student.steps:
            raise ConfigError("sequence_teacher takes the place of a student; set student_steps=0.")
        if sequence.steps and not (sequence.teacher or self.student.steps):
            raise ConfigError("sequence_steps needs student_steps or sequence_teacher.")
        if sequence.steps and not (sequence.teacher or self.lifter.completes):
            raise ConfigError("sequence_steps needs lifter_completes.")
        if sequence.steps and self.strategy != "none":
            raise ConfigError("sequence_steps runs on one device; set strategy=none.")
        if sequence.steps and self.mixed_precision != "none":
            raise ConfigError("sequence_steps computes in float32; set mixed_precision=none.")
        if sequence.steps % self.steps_per_epoch:
            raise ConfigError(
                f"sequence_steps must be a multiple of steps_per_epoch, got {sequence.steps} and "
                f"{self.steps_per_epoch}."
            )

    @property
    def epochs(self) -> int:
        """Number of epochs, each of `steps_per_epoch` steps."""
        return self.steps // self.steps_per_epoch


def config_from_dict(values: dict[str, Any]) -> TrainingConfig:
    """Rebuilds a `TrainingConfig` from `dataclasses.asdict`, or from the JSON of it."""
    kinds = typing.get_type_hints(TrainingConfig)
    values = dict(values)
    for name, kind in kinds.items():
        if dataclasses.is_dataclass(kind):
            values[name] = kind(**{k: _plain(v) for k, v in values[name].items()})
        else:
            values[name] = _plain(values[name])
    return TrainingConfig(**values)


def _plain(value: Any) -> Any:
    """JSON has no tuples."""
    return tuple(value) if isinstance(value, list) else value
