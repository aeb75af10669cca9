"""The settings of a run: frozen dataclasses, checked once, each field a flag of scripts/train.py.

The `help` of a field is the flag's help text and the line in docs/training.md.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from typing import Any, Literal

from posenet3d.errors import ConfigError

Activation = Literal["relu", "leaky_relu", "gelu", "silu"]
Normalisation = Literal["none", "batch", "layer"]


def setting(default: Any, help: str) -> Any:
    """A dataclass field with a help text."""
    return dataclasses.field(default=default, metadata={"help": help})


@dataclasses.dataclass(frozen=True)
class LifterConfig:
    """Size of the lifter, and what it does beside lifting."""

    width: int = setting(512, "Features between the lifter's layers.")
    num_blocks: int = setting(2, "Residual blocks of the lifter.")
    activation: Activation = setting("leaky_relu", "Activation of the lifter.")
    normalisation: Normalisation = setting("none", "Normalisation inside the lifter.")
    dropout: float = setting(0.0, "Share of the lifter's features dropped while training.")
    completes: bool = setting(
        False,
        "The lifter looks at the joints' confidence, puts missing joints where it expects them "
        "and mends noisy ones. It learns that from augment_hide and augment_noise.",
    )

    def __post_init__(self) -> None:
        _check_network("lifter", self)


@dataclasses.dataclass(frozen=True)
class DiscriminatorConfig:
    """Size of the discriminators, of poses and of motion."""

    width: int = setting(512, "Features between the discriminator's layers.")
    num_blocks: int = setting(2, "Residual blocks of the discriminator.")
    activation: Activation = setting("leaky_relu", "Activation of the discriminator.")
    normalisation: Normalisation = setting("none", "Normalisation inside the discriminator.")
    dropout: float = setting(0.0, "Share of the discriminator's features dropped while training.")

    def __post_init__(self) -> None:
        _check_network("discriminator", self)


@dataclasses.dataclass(frozen=True)
class ViewConfig:
    """From where lifted poses are looked at anew."""

    kind: Literal["uniform", "known", "learned"] = setting(
        "known",
        "How new views are drawn. uniform: the paper's, cameras taken as level and new ones "
        "within +-view_max_elevation. known: the cameras' mean elevation is undone, the person "
        "turned about the vertical and seen from elevation +- view_elevation_spread. learned: the "
        "same, but the lifter has a second output, the elevation of each pose's own camera about "
        "the mean, and that is undone.",
    )
    elevation_spread: float = setting(
        6.0, "Standard deviation in degrees of the new views' elevation (known, learned)."
    )
    max_elevation: float = setting(
        20.0, "Largest elevation in degrees of the new views (kind uniform)."
    )
    max_azimuth: float = setting(
        180.0,
        "Largest turn about the vertical in degrees. Less than 180 where people face the camera, "
        "as in photographs: turned further, they would look unlike the data however well lifted.",
    )
    ramp: float = setting(
        0.0,
        "Curriculum: share of the run over which the largest turn grows from nothing to "
        "view_max_azimuth; 0: at once.",
    )

    def __post_init__(self) -> None:
        _check_range("view_max_azimuth", self.max_azimuth, 1.0, 180.0)
        _check_range("view_ramp", self.ramp, 0.0, 1.0)
        _check_range("view_elevation_spread", self.elevation_spread, 0.0, 90.0)
        _check_range("view_max_elevation", self.max_elevation, 0.0, 90.0)


@dataclasses.dataclass(frozen=True)
class LossConfig:
    """What the lifter is trained for. Weights are those of squared errors summed over a pose."""

    consistency_2d: float = setting(
        1000.0, "Weight of the 2D consistency (in squared units of the image plane)."
    )
    consistency_3d: float = setting(
        1.0, "Weight of the 3D consistency (in squared units of the pose's size)."
    )
    adversarial: float = setting(1.0, "Weight of the adversarial loss.")
    adversarial_kind: Literal["log", "softplus", "least_squares", "wgan_gp"] = setting(
        "least_squares", "Kind of the adversarial loss."
    )
    adversarial_noise: float = setting(
        0.0,
        "Standard deviation, in parts of a pose's size, of noise on every pose that the "
        "discriminator sees. Hides from it what only real poses have: a detector's or an "
        "annotator's jitter, joints that were interpolated.",
    )
    motion: float = setting(
        0.0,
        "Weight of the adversarial loss on the difference of neighbouring frames, with a "
        "discriminator of its own (the paper's temporal loss).",
    )
    flow: float = setting(
        0.0,
        "Weight of the new views' negative log likelihood under a normalising flow that is fitted "
        "to the training poses first (ElePose). It may stand beside the adversarial loss or in "
        "its place.",
    )
    elevation: float = setting(
        1.0,
        "Weight of the error, in squared radians, of the elevation that the lifter gives the new "
        "views, whose elevation is known (view_kind learned).",
    )
    deformation: float = setting(
        0.0,
        "Weight of the pairwise deformation: the difference of two poses of a batch must survive "
        "the cycle (ElePose; in squared units of the pose's size).",
    )
    same_body: float = setting(
        0.0,
        "Weight of the squared difference in bone ratios of two frames of one sequence, whose "
        "body is the same.",
    )
    completion: float = setting(
        1000.0,
        "Weight of the 2D error of poses that a lifter has completed and mended (lifter_completes; "
        "in squared units of the image plane).",
    )
    bone: float = setting(50.0, "Weight of the bone-ratio prior at the end of its ramp; 0: off.")
    bone_start: float = setting(5.0, "Weight of the bone-ratio prior at the first step.")
    bone_ramp: float = setting(
        0.5, "Share of the run over which the bone-ratio weight rises from its start to its end."
    )

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if field.name not in ("adversarial_kind", "adversarial_noise", "bone_ramp"):
                _check_range(f"loss_{field.name}", getattr(self, field.name), 0.0, 1e9)
        _check_range("loss_adversarial_noise", self.adversarial_noise, 0.0, 1.0)
        _check_range("loss_bone_ramp", self.bone_ramp, 0.0, 1.0)
        leading = ("consistency_2d", "consistency_3d", "adversarial", "flow")
        if not any(getattr(self, name) for name in leading):
            raise ConfigError(f"All of {', '.join(leading)} are 0: nothing leads the lifter.")


@dataclasses.dataclass(frozen=True)
class AugmentConfig:
    """What is done to complete 2D poses before they are lifted; the losses see them whole.

    With a second stage (`student`) it is done there alone: the cycle learns best from whole poses.
    """

    placements: int = setting(
        0,
        "Other placements of the joints along their bones to train on, half of the time; 0: only "
        "the data's own. They make a lifter usable on joints that a detector or a lab puts "
        "elsewhere, and cost some accuracy on the data's own.",
    )
    hide: float = setting(
        0.0, "Largest share of a pose's joints that are hidden, to be filled in; below 0.5."
    )
    noise: float = setting(
        0.0,
        "Typical standard deviation of noise on the joints, in parts of a pose's size; it varies "
        "from pose to pose and grows along the limbs, and confidence falls with it.",
    )
    swap: float = setting(0.0, "Share of damaged poses whose left and right are exchanged.")
    clean: float = setting(
        0.5, "Share of poses that are neither hidden from, nor noisy, nor exchanged."
    )

    def __post_init__(self) -> None:
        _check_range("augment_placements", self.placements, 0, 10_000)
        _check_range("augment_hide", self.hide, 0.0, 0.5)
        for name in ("noise", "swap", "clean"):
            _check_range(f"augment_{name}", getattr(self, name), 0.0, 1.0)

    @property
    def damages(self) -> bool:
        """Whether poses are changed in a way that a lifter should mend."""
        return bool(self.hide or self.noise or self.swap)


@dataclasses.dataclass(frozen=True)
class StudentConfig:
    """A second stage that makes a lifter for everywhere of one that knows its own data."""

    steps: int = setting(
        0,
        "Steps of a second stage, in which a new lifter learns from what the first says of the "
        "training poses, seen through virtual cameras, as other bodies, with joints placed "
        "elsewhere, noisy and incomplete (augment_*, which then leave the first stage alone). "
        "0: no such stage.",
    )
    teacher: str = setting(
        "",
        "Saved model (file, folder or name) that teaches; then there is no first stage. So a "
        "small lifter learns from a large one.",
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
        _check_range("student_steps", self.steps, 0, 10**9)
        if self.teacher and not self.steps:
            raise ConfigError("student_teacher is given, but student_steps is 0.")
        _check_range("student_batch_size", self.batch_size, 2, 10**9)
        _check_range("student_learning_rate", self.learning_rate, 1e-9, 1.0)
        _check_range("student_width", self.width, 0, 65536)
        _check_range("student_num_blocks", self.num_blocks, 0, 1000)
        _check_range("student_virtual", self.virtual, 0.0, 1.0)
        _check_range("student_bodies", self.bodies, 0.0, 1.0)
        _check_range("student_mixed", self.mixed, 0.0, 1.0)
        _check_range("student_lowest", self.lowest, -90.0, self.highest)
        _check_range("student_highest", self.highest, self.lowest, 90.0)
        _check_range("student_nearest", self.nearest, 2.5, self.farthest)
        _check_range("student_farthest", self.farthest, self.nearest, 1e6)


@dataclasses.dataclass(frozen=True)
class AdapterConfig:
    """The domain adapter of the poses of source_data."""

    use: bool = setting(
        True,
        "Carry the poses of source_data into the distribution of train_data's before they are "
        "trained on. Off: they are trained on as they are, and count as real.",
    )
    lift: bool = setting(
        True,
        "Train the lifter on the adapted poses in the first stage, too. Off: the adapter learns "
        "beside it, and its poses are lessons of the second stage alone.",
    )
    share: float = setting(0.25, "Poses of source_data a step, per pose of train_data.")
    width: int = setting(256, "Features between the adapter's layers.")
    num_blocks: int = setting(1, "Residual blocks of the adapter.")
    penalty: float = setting(
        100.0,
        "Weight of the squared way the joints are moved (in squared units of the image plane), "
        "against an adversarial weight of 1.",
    )

    def __post_init__(self) -> None:
        _check_range("adapter_share", self.share, 0.01, 10.0)
        _check_range("adapter_width", self.width, 1, 65536)
        _check_range("adapter_num_blocks", self.num_blocks, 0, 1000)
        _check_range("adapter_penalty", self.penalty, 0.0, 1e9)


@dataclasses.dataclass(frozen=True)
class FlowConfig:
    """Size of the normalising flow and how it is fitted."""

    width: int = setting(256, "Features between the layers of the flow's networks.")
    num_blocks: int = setting(8, "Coupling blocks of the flow.")
    num_components: int = setting(
        26, "Principal components of a 2D pose that the flow models; the rest counts as normal."
    )
    steps: int = setting(1500, "Steps by which the flow is fitted.")
    batch_size: int = setting(512, "Poses a step of fitting the flow.")
    learning_rate: float = setting(
        1e-3, "Learning rate of the flow at the first step; falls to 0 as a cosine."
    )
    noise: float = setting(
        0.02,
        "Standard deviation, in parts of a pose's size, of noise on the poses that the flow is "
        "fitted to. Without it the flow learns single poses by heart.",
    )

    def __post_init__(self) -> None:
        _check_range("flow_width", self.width, 1, 65536)
        _check_range("flow_num_blocks", self.num_blocks, 1, 1000)
        _check_range("flow_num_components", self.num_components, 1, 10**6)
        _check_range("flow_steps", self.steps, 1, 10**9)
        _check_range("flow_batch_size", self.batch_size, 1, 10**9)
        _check_range("flow_learning_rate", self.learning_rate, 1e-9, 1.0)
        _check_range("flow_noise", self.noise, 0.0, 1.0)


@dataclasses.dataclass(frozen=True)
class OptimizerConfig:
    """How both networks are optimised."""

    learning_rate: float = setting(1e-3, "Learning rate of the lifter at the first step.")
    discriminator_learning_rate: float = setting(
        0.0, "Learning rate of the discriminator at the first step; 0: the lifter's."
    )
    schedule: Literal["constant", "cosine", "exponential"] = setting(
        "cosine",
        "How both learning rates fall. cosine: to 0 at the last step; exponential: by "
        "decay at every epoch.",
    )
    decay: float = setting(0.95, "Factor an epoch of the exponential schedule.")
    beta_1: float = setting(0.5, "First moment's decay of Adam.")
    beta_2: float = setting(0.999, "Second moment's decay of Adam.")
    clip_norm: float = setting(
        0.0, "Gradients of each network are scaled down to this global norm; 0: never."
    )
    discriminator_every: int = setting(1, "The discriminator learns at every k-th step.")
    average_decay: float = setting(
        0.999, "Decay a step of the averaged lifter, which is the one kept; 0: no averaging."
    )

    def __post_init__(self) -> None:
        _check_range("optimizer_learning_rate", self.learning_rate, 1e-9, 1.0)
        rate = self.discriminator_learning_rate
        _check_range("optimizer_discriminator_learning_rate", rate, 0.0, 1.0)
        _check_range("optimizer_decay", self.decay, 1e-6, 1.0)
        _check_range("optimizer_clip_norm", self.clip_norm, 0.0, 1e9)
        for name in ("beta_1", "beta_2", "average_decay"):
            _check_range(f"optimizer_{name}", getattr(self, name), 0.0, 0.999999)
        _check_range("optimizer_discriminator_every", self.discriminator_every, 1, 10**6)


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
        "Second pose archive to train on, of another kind: photographs beside motion capture, "
        "say. The domain adapter carries its poses into the distribution of train_data's.",
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
        "Sequences of procedural motion (125 poses each) to train on. Without train_data 0 stands "
        "for as many as suit the quick start; with it, they are added to the archive's poses, 0: "
        "none. They help where people in the archive all face the camera.",
    )
    skeleton: Literal["h36m17", "cmu17"] = setting(
        "h36m17",
        "Where the lifter's 17 joints lie, and those of an archive that does not say otherwise: as "
        "in Human3.6M (pelvis in the middle of the hips) or in CMU's motion capture (above them).",
    )
    init_model: str = setting(
        "",
        "Saved model (file, folder or name) whose lifter the run starts from: to go on from one "
        "trained on other poses. Its size must be that of the settings.",
    )
    elevation: float | None = setting(
        None,
        "Mean elevation of the cameras in degrees, positive where they look down on people. Its "
        "sign tells the front of a body from its back. auto: searched before training, by which "
        "elevation short runs agree best with the data; no 3D needed.",
    )
    bone_ratios: tuple[float, ...] | None = setting(
        None,
        "Typical bone lengths over their mean, one a bone in the order of the skeleton's bones. "
        "auto: estimated from the training 2D.",
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
        "By what the best lifter is chosen. view_distance needs no 3D: how far its new views are "
        "from real poses. val_pa_mpjpe and val_n_mpjpe need true 3D, and then the final table is "
        "no longer independent of the choice. val_consistency needs none, but is as small for a "
        "wrong lifter that agrees with itself.",
    )
    mirror: bool = setting(True, "Mirror every other pose, left and right joints changed.")
    average_mirrored: bool = setting(
        True,
        "The kept lifter lifts each pose in a mirror as well and averages the two: a second lift, "
        "and a tenth less error. Needs mirror.",
    )
    average_turned: float = setting(
        0.0,
        "Share that the pose as lifted from six other sides has in the kept lifter's answer; six "
        "lifts more.",
    )
    jit_compile: bool = setting(False, "Compile the training step with XLA.")
    seed: int = setting(0, "Seed of weights, batches and views.")
    figures: bool = setting(True, "Draw pictures into the report and TensorBoard (extra viz).")
    lifter: LifterConfig = dataclasses.field(default_factory=LifterConfig)
    discriminator: DiscriminatorConfig = dataclasses.field(default_factory=DiscriminatorConfig)
    augment: AugmentConfig = dataclasses.field(default_factory=AugmentConfig)
    student: StudentConfig = dataclasses.field(default_factory=StudentConfig)
    adapter: AdapterConfig = dataclasses.field(default_factory=AdapterConfig)
    view: ViewConfig = dataclasses.field(default_factory=ViewConfig)
    loss: LossConfig = dataclasses.field(default_factory=LossConfig)
    flow: FlowConfig = dataclasses.field(default_factory=FlowConfig)
    optimizer: OptimizerConfig = dataclasses.field(default_factory=OptimizerConfig)

    def __post_init__(self) -> None:
        for name in ("steps", "steps_per_epoch", "batch_size", "validation_poses"):
            _check_range(name, getattr(self, name), 1, 10**9)
        _check_range("synthetic_sequences", self.synthetic_sequences, 0, 10**6)
        _check_range("average_turned", self.average_turned, 0.0, 1.0)
        _check_range("seed", self.seed, 0, 2**31 - 1)
        if self.elevation is not None:
            _check_range("elevation", self.elevation, -90.0, 90.0)
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
        if self.steps % self.steps_per_epoch:
            raise ConfigError(
                f"steps must be a multiple of steps_per_epoch, got {self.steps} and "
                f"{self.steps_per_epoch}."
            )

    @property
    def epochs(self) -> int:
        """Number of epochs, each of `steps_per_epoch` steps."""
        return self.steps // self.steps_per_epoch


def _check_network(name: str, config: LifterConfig | DiscriminatorConfig) -> None:
    _check_range(f"{name}_width", config.width, 1, 65536)
    _check_range(f"{name}_num_blocks", config.num_blocks, 0, 1000)
    _check_range(f"{name}_dropout", config.dropout, 0.0, 0.99)


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also for NaN
        raise ConfigError(f"{name} must lie between {low} and {high}, got {value}.")


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
