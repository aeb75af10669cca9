"""The networks of the cycle, as many and as large as the settings say."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from posenet3d.models import (
    DomainAdapter,
    GapFiller,
    Lifter,
    MotionDiscriminator,
    PoseDiscriminator,
)
from posenet3d.platform.precision import POLICIES
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.training.settings.config import TrainingConfig


class Networks(NamedTuple):
    """What plays a part in a training; None: it does not."""

    lifter: Lifter
    discriminator: PoseDiscriminator
    motion_discriminator: MotionDiscriminator | None
    adapter: DomainAdapter | None
    adapter_discriminator: PoseDiscriminator | None
    gap_filler: GapFiller | None


def make_networks(config: TrainingConfig, skeleton: Skeleton) -> Networks:
    """New networks; their weights are made when they are built."""
    joints, root = skeleton.num_joints, skeleton.root
    dtype = POLICIES[config.mixed_precision]
    size = dataclasses.asdict(config.discriminator) | {"dtype": dtype}
    adapts = bool(config.source_data) and config.adapter.use
    adapter_size = {"width": config.adapter.width, "num_blocks": config.adapter.num_blocks}
    adapter_size["dtype"] = dtype
    return Networks(
        lifter=Lifter(
            joints,
            root,
            **dataclasses.asdict(config.lifter),
            elevation=config.elevation if config.view.kind == "learned" else None,
            dtype=dtype,
        ),
        discriminator=PoseDiscriminator(joints, **size),
        motion_discriminator=MotionDiscriminator(joints, **size) if config.loss.motion else None,
        adapter=DomainAdapter(joints, root, **adapter_size) if adapts else None,
        adapter_discriminator=PoseDiscriminator(joints, **size) if adapts else None,
        gap_filler=GapFiller(joints, root) if config.augment.hide else None,
    )


def averaged(lifter: Lifter) -> Lifter:
    """A new lifter of the same size for the moving average: float32 whatever the other is."""
    copy = Lifter.from_config(lifter.get_config() | {"dtype": "float32"})
    copy.trainable = False
    return copy
