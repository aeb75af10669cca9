"""The settings of a run: frozen dataclasses, checked once, each field a flag of scripts/train.py.

The `help` of a field is the flag's help text and the line in docs/training.md.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from posenet3d.errors import ConfigError

Activation = Literal["relu", "leaky_relu", "gelu", "silu"]
Normalisation = Literal["none", "batch", "layer"]


def setting(default: Any, help: str) -> Any:
    """A dataclass field with a help text."""
    return dataclasses.field(default=default, metadata={"help": help})


@dataclasses.dataclass(frozen=True)
class LifterConfig:
    """Size of the lifter."""

    width: int = setting(512, "Features between the lifter's layers.")
    num_blocks: int = setting(2, "Residual blocks of the lifter.")
    activation: Activation = setting("leaky_relu", "Activation of the lifter.")
    normalisation: Normalisation = setting("none", "Normalisation inside the lifter.")
    dropout: float = setting(0.0, "Share of the lifter's features dropped while training.")

    def __post_init__(self) -> None:
        _check_network("lifter", self)


@dataclasses.dataclass(frozen=True)
class DiscriminatorConfig:
    """Size of the pose discriminator."""

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

    kind: Literal["uniform", "known"] = setting(
        "known",
        "How new views are drawn. uniform: the paper's, cameras taken as level and new ones "
        "within +-view_max_elevation. known: the cameras' mean elevation is undone, the person "
        "turned about the vertical and seen from view_elevation +- view_elevation_spread.",
    )
    elevation: float = setting(
        8.0,
        "Mean elevation of the cameras in degrees, positive where they look down on people "
        "(kind known). Its sign tells the front of a body from its back.",
    )
    elevation_spread: float = setting(
        6.0, "Standard deviation in degrees of the new views' elevation (kind known)."
    )
    max_elevation: float = setting(
        20.0, "Largest elevation in degrees of the new views (kind uniform)."
    )

    max_azimuth: float = setting(
        180.0,
        "Largest turn about the vertical in degrees. Less than 180 where people face the camera, "
        "as in photographs: turned further, they would look unlike the data however well lifted.",
    )

    def __post_init__(self) -> None:
        _check_range("view_max_azimuth", self.max_azimuth, 1.0, 180.0)
        for name in ("elevation", "elevation_spread", "max_elevation"):
            _check_range(f"view_{name}", getattr(self, name), -90.0, 90.0)
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
    bone: float = setting(50.0, "Weight of the bone-ratio prior at the end of its ramp; 0: off.")
    bone_start: float = setting(5.0, "Weight of the bone-ratio prior at the first step.")
    bone_ramp: float = setting(
        0.5, "Share of the run over which the bone-ratio weight rises from its start to its end."
    )
    bone_ratios: tuple[float, ...] = setting(
        (),
        "Typical bone lengths over their mean, one a bone in the order of the skeleton's bones. "
        "Empty: estimated from the training 2D.",
    )

    def __post_init__(self) -> None:
        for name in ("consistency_2d", "consistency_3d", "adversarial", "bone", "bone_start"):
            _check_range(f"loss_{name}", getattr(self, name), 0.0, 1e9)
        _check_range("loss_adversarial_noise", self.adversarial_noise, 0.0, 1.0)
        _check_range("loss_bone_ramp", self.bone_ramp, 0.0, 1.0)
        if any(not ratio > 0 for ratio in self.bone_ratios):
            raise ConfigError(f"loss_bone_ratios must all be positive, got {self.bone_ratios}.")
        if not (self.consistency_2d or self.consistency_3d or self.adversarial):
            raise ConfigError("All of consistency_2d, consistency_3d and adversarial are 0.")


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
        "val_pa_mpjpe",
        "Validation metric of the best lifter. val_pa_mpjpe and val_n_mpjpe need true 3D, and "
        "then the final table is no longer independent of the choice. val_consistency needs none, "
        "but is as small for a wrong lifter that agrees with itself.",
    )
    mirror: bool = setting(True, "Mirror every other pose, left and right joints changed.")
    jit_compile: bool = setting(False, "Compile the training step with XLA.")
    seed: int = setting(0, "Seed of weights, batches and views.")
    figures: bool = setting(True, "Draw pictures into the report and TensorBoard (extra viz).")
    lifter: LifterConfig = dataclasses.field(default_factory=LifterConfig)
    discriminator: DiscriminatorConfig = dataclasses.field(default_factory=DiscriminatorConfig)
    view: ViewConfig = dataclasses.field(default_factory=ViewConfig)
    loss: LossConfig = dataclasses.field(default_factory=LossConfig)
    optimizer: OptimizerConfig = dataclasses.field(default_factory=OptimizerConfig)

    def __post_init__(self) -> None:
        for name in ("steps", "steps_per_epoch", "batch_size", "validation_poses"):
            _check_range(name, getattr(self, name), 1, 10**9)
        _check_range("synthetic_sequences", self.synthetic_sequences, 0, 10**6)
        _check_range("seed", self.seed, 0, 2**31 - 1)
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
    groups = {
        "lifter": LifterConfig,
        "discriminator": DiscriminatorConfig,
        "view": ViewConfig,
        "loss": LossConfig,
        "optimizer": OptimizerConfig,
    }
    values = dict(values)
    for name, group in groups.items():
        fields = {k: tuple(v) if isinstance(v, list) else v for k, v in values[name].items()}
        values[name] = group(**fields)
    return TrainingConfig(**values)
