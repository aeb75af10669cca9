"""Settings of the networks: their sizes, and how adapter and flow are trained."""

from __future__ import annotations

import dataclasses
from typing import Literal

from posenet3d.settings import check_range, setting

Activation = Literal["relu", "leaky_relu", "gelu", "silu"]
Normalisation = Literal["none", "batch", "layer"]


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
        "The lifter uses the joints' confidence, fills in missing joints and corrects noisy "
        "ones. It learns this from augment_hide and augment_noise.",
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
class AdapterConfig:
    """The domain adapter of the poses of source_data."""

    use: bool = setting(
        True,
        "Let the adapter move the poses of source_data towards those of train_data before "
        "training. Off: they are used as they are, and count as real.",
    )
    lift: bool = setting(
        True,
        "Train the lifter on the adapted poses in the first stage, too. Off: the adapter is "
        "trained at the same time, and its poses are used in the second stage alone.",
    )
    share: float = setting(0.25, "Poses of source_data a step, per pose of train_data.")
    width: int = setting(256, "Features between the adapter's layers.")
    num_blocks: int = setting(1, "Residual blocks of the adapter.")
    penalty: float = setting(
        100.0,
        "Weight of the squared distance by which the joints are moved (in squared units of "
        "the image plane). The adversarial weight is 1.",
    )

    def __post_init__(self) -> None:
        check_range("adapter_share", self.share, 0.01, 10.0)
        check_range("adapter_width", self.width, 1, 65536)
        check_range("adapter_num_blocks", self.num_blocks, 0, 1000)
        check_range("adapter_penalty", self.penalty, 0.0, 1e9)


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
        "Standard deviation, in parts of a pose's size, of noise on the poses that the flow "
        "is fitted to. Without it the flow memorises single poses.",
    )

    def __post_init__(self) -> None:
        check_range("flow_width", self.width, 1, 65536)
        check_range("flow_num_blocks", self.num_blocks, 1, 1000)
        check_range("flow_num_components", self.num_components, 1, 10**6)
        check_range("flow_steps", self.steps, 1, 10**9)
        check_range("flow_batch_size", self.batch_size, 1, 10**9)
        check_range("flow_learning_rate", self.learning_rate, 1e-9, 1.0)
        check_range("flow_noise", self.noise, 0.0, 1.0)


def _check_network(name: str, config: LifterConfig | DiscriminatorConfig) -> None:
    check_range(f"{name}_width", config.width, 1, 65536)
    check_range(f"{name}_num_blocks", config.num_blocks, 0, 1000)
    check_range(f"{name}_dropout", config.dropout, 0.0, 0.99)
