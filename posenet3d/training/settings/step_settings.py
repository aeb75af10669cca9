"""Settings of the training steps: views, losses, damage to the poses, optimisers."""

from __future__ import annotations

import dataclasses
from typing import Literal

from posenet3d.errors import ConfigError
from posenet3d.settings import check_range, setting
from posenet3d.training.settings.optimizer_names import accepted, optimizer_class


@dataclasses.dataclass(frozen=True)
class ViewConfig:
    """From where lifted poses are looked at anew."""

    kind: Literal["uniform", "known", "learned"] = setting(
        "known",
        "How new views are drawn. uniform: as in the paper; cameras count as level, and new "
        "views lie within +-view_max_elevation. known: the cameras' mean elevation is undone, "
        "the person is turned about the vertical, and seen from elevation +- "
        "view_elevation_spread. learned: as known, but the lifter has a second output, the "
        "difference of each camera's elevation from the mean. This is undone, too.",
    )
    elevation_spread: float = setting(
        6.0, "Standard deviation in degrees of the new views' elevation (known, learned)."
    )
    max_elevation: float = setting(
        20.0, "Largest elevation in degrees of the new views (kind uniform)."
    )
    max_azimuth: float = setting(
        180.0,
        "Largest turn about the vertical in degrees. Use less than 180 if people face the "
        "camera, as in photographs: turned further, they look unlike the data even if lifted "
        "well.",
    )
    ramp: float = setting(
        0.0,
        "Curriculum: share of the run in which the largest turn grows from 0 to "
        "view_max_azimuth; 0: no curriculum.",
    )

    def __post_init__(self) -> None:
        check_range("view_max_azimuth", self.max_azimuth, 1.0, 180.0)
        check_range("view_ramp", self.ramp, 0.0, 1.0)
        check_range("view_elevation_spread", self.elevation_spread, 0.0, 90.0)
        check_range("view_max_elevation", self.max_elevation, 0.0, 90.0)


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
        "discriminator sees. It hides what only real poses have: a detector's or an "
        "annotator's jitter, interpolated joints.",
    )
    motion: float = setting(
        0.0,
        "Weight of the adversarial loss on the difference of neighbouring frames, with a "
        "discriminator of its own (the paper's temporal loss).",
    )
    flow: float = setting(
        0.0,
        "Weight of the new views' negative log likelihood under a normalising flow (ElePose). "
        "The flow is first fitted to the training poses. Use it with the adversarial loss or "
        "instead of it.",
    )
    signs: float = setting(
        0.0,
        "Largest weight of the distance of the depths from those that a search has found. Before "
        "every epoch but the first, the signs of depth of some poses are changed as long as the "
        "flow finds them likelier from new sides. The weight is 0 at the first and the last step, "
        "and largest in the middle. With procedural motion beside an archive, it is for the former "
        "alone. Needs loss_flow.",
    )
    elevation: float = setting(
        1.0,
        "Weight of the error, in squared radians, of the lifter's elevation for the new "
        "views; their true elevation is known (view_kind learned).",
    )
    deformation: float = setting(
        0.0,
        "Weight of the pairwise deformation: the difference of two poses of a batch must be "
        "the same after the cycle (ElePose; in squared units of the pose's size).",
    )
    same_body: float = setting(
        0.0,
        "Weight of the squared difference in bone ratios between two frames of one sequence; "
        "they show the same body.",
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
                check_range(f"loss_{field.name}", getattr(self, field.name), 0.0, 1e9)
        check_range("loss_adversarial_noise", self.adversarial_noise, 0.0, 1.0)
        check_range("loss_bone_ramp", self.bone_ramp, 0.0, 1.0)
        leading = ("consistency_2d", "consistency_3d", "adversarial", "flow")
        if not any(getattr(self, name) for name in leading):
            raise ConfigError(f"All of {', '.join(leading)} are 0: nothing leads the lifter.")
        if self.signs and not (self.flow and self.bone):
            raise ConfigError("loss_signs needs loss_flow and loss_bone above 0.")


@dataclasses.dataclass(frozen=True)
class AugmentConfig:
    """What is done to complete 2D poses before they are lifted; the losses see them whole.

    With a second stage (`student`) it is done there alone: the cycle learns best from whole poses.
    """

    placements: int = setting(
        0,
        "Number of other joint placements along the bones. They are used for half of the "
        "poses; 0: only the data's own placement. They help if a detector or a lab places "
        "joints differently, and cost some accuracy on the data's own placement.",
    )
    hide: float = setting(
        0.0, "Largest share of a pose's joints that are hidden, to be filled in; below 0.5."
    )
    noise: float = setting(
        0.0,
        "Typical standard deviation of noise on the joints, in parts of a pose's size. It "
        "varies from pose to pose and grows along the limbs. Confidence falls with it.",
    )
    swap: float = setting(0.0, "Share of damaged poses in which left and right are exchanged.")
    clean: float = setting(0.5, "Share of poses without hidden joints, noise or exchanged sides.")

    def __post_init__(self) -> None:
        check_range("augment_placements", self.placements, 0, 10_000)
        check_range("augment_hide", self.hide, 0.0, 0.5)
        for name in ("noise", "swap", "clean"):
            check_range(f"augment_{name}", getattr(self, name), 0.0, 1.0)

    @property
    def damages(self) -> bool:
        """Whether poses are changed in a way that a lifter should mend."""
        return bool(self.hide or self.noise or self.swap)


@dataclasses.dataclass(frozen=True)
class OptimizerConfig:
    """How both networks are optimised."""

    name: str = setting(
        "adam",
        "Kind of optimizer, also for the student. Keras's by name (adam, adamw, sgd, rmsprop, "
        "lion and so on) or, with TensorFlow Addons, theirs (addons/Lookahead, "
        "addons/RectifiedAdam and so on; docs/stacks.md).",
    )
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
    beta_1: float = setting(0.5, "First moment's decay of Adam and others that have it.")
    beta_2: float = setting(0.999, "Second moment's decay of Adam and others that have it.")
    weight_decay: float | None = setting(
        None, "Weight decay, where the optimizer has one; auto: the optimizer's own, mostly none."
    )
    momentum: float | None = setting(
        None, "Momentum of sgd, rmsprop and muon; auto: the optimizer's own."
    )
    clip_norm: float = setting(
        0.0, "Gradients of each network are scaled down to this global norm; 0: never."
    )
    discriminator_every: int = setting(1, "The discriminator learns at every k-th step.")
    average_decay: float = setting(
        0.999, "Decay at each step of the averaged lifter, which is the one kept; 0: no averaging."
    )

    def __post_init__(self) -> None:
        kind = optimizer_class(self.name)
        for name in ("weight_decay", "momentum"):
            if getattr(self, name) is None:
                continue
            check_range(f"optimizer_{name}", getattr(self, name), 0.0, 1.0)
            if not accepted(kind, {name: getattr(self, name)}):
                raise ConfigError(
                    f"optimizer_{name} must be auto: the optimizer {self.name} has none."
                )
        check_range("optimizer_learning_rate", self.learning_rate, 1e-9, 1.0)
        rate = self.discriminator_learning_rate
        check_range("optimizer_discriminator_learning_rate", rate, 0.0, 1.0)
        check_range("optimizer_decay", self.decay, 1e-6, 1.0)
        check_range("optimizer_clip_norm", self.clip_norm, 0.0, 1e9)
        for name in ("beta_1", "beta_2", "average_decay"):
            check_range(f"optimizer_{name}", getattr(self, name), 0.0, 0.999999)
        check_range("optimizer_discriminator_every", self.discriminator_every, 1, 10**6)
