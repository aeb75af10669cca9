import dataclasses
import json

import pytest

from posenet3d.errors import ConfigError
from posenet3d.training import LifterConfig, LossConfig, OptimizerConfig, TrainingConfig, ViewConfig
from posenet3d.training.settings.config import (
    AdapterConfig,
    AugmentConfig,
    FlowConfig,
    StudentConfig,
    config_from_dict,
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TrainingConfig(steps=0), "steps must lie between 1 and 1000000000, got 0"),
        (lambda: TrainingConfig(batch_size=-1), "batch_size must .* got -1"),
        (lambda: TrainingConfig(steps=100, steps_per_epoch=30), "multiple of steps_per_epoch"),
        (lambda: LifterConfig(width=0), "lifter_width must .* got 0"),
        (lambda: LifterConfig(dropout=1.0), "lifter_dropout must .* got 1.0"),
        (lambda: TrainingConfig(elevation=100.0), "elevation must .* got 100.0"),
        (lambda: TrainingConfig(bone_ratios=(1.0, -1.0)), "bone_ratios must all be positive"),
        (lambda: TrainingConfig(synthetic_sequences=-1), "synthetic_sequences must .* got -1"),
        (lambda: ViewConfig(max_azimuth=181.0), "view_max_azimuth must .* got 181.0"),
        (lambda: ViewConfig(ramp=1.5), "view_ramp must .* got 1.5"),
        (lambda: ViewConfig(elevation_spread=-1.0), "view_elevation_spread must .* got -1.0"),
        (lambda: LossConfig(bone=float("nan")), "loss_bone must .* got nan"),
        (lambda: LossConfig(motion=-1.0), "loss_motion must .* got -1.0"),
        (lambda: LossConfig(adversarial_noise=2.0), "loss_adversarial_noise must .* got 2.0"),
        (lambda: LossConfig(consistency_2d=0, consistency_3d=0, adversarial=0), "are 0"),
        (lambda: AugmentConfig(hide=0.6), "augment_hide must .* got 0.6"),
        (lambda: AugmentConfig(placements=-1), "augment_placements must .* got -1"),
        (lambda: AdapterConfig(share=0.0), "adapter_share must .* got 0.0"),
        (lambda: FlowConfig(steps=0), "flow_steps must .* got 0"),
        (lambda: LossConfig(signs=1.0), "loss_signs needs loss_flow and loss_bone"),
        (lambda: StudentConfig(trust=1.5), "student_trust must .* got 1.5"),
        (lambda: OptimizerConfig(learning_rate=0.0), "optimizer_learning_rate must .* got 0.0"),
        (lambda: OptimizerConfig(discriminator_every=0), "discriminator_every must .* got 0"),
    ],
)
def test_wrong_settings_are_refused_with_their_value(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


def test_a_lifter_that_completes_needs_poses_of_their_own_size():
    with pytest.raises(ConfigError, match="lifter_completes needs scale=pose"):
        TrainingConfig(scale="dataset", lifter=LifterConfig(completes=True))


def test_a_flow_alone_leads_the_lifter():
    LossConfig(consistency_2d=0, consistency_3d=0, adversarial=0, flow=1.0)


@pytest.mark.parametrize(
    "config",
    [
        TrainingConfig(),
        TrainingConfig(
            seed=3,
            elevation=-8.0,
            bone_ratios=(1.0, 2.0),
            augment=AugmentConfig(hide=0.3),
            adapter=AdapterConfig(use=False),
            flow=FlowConfig(width=8),
        ),
    ],
)
def test_settings_survive_json(config):
    assert config_from_dict(json.loads(json.dumps(dataclasses.asdict(config)))) == config


def test_epochs():
    assert TrainingConfig(steps=300, steps_per_epoch=100).epochs == 3
