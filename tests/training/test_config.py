import dataclasses
import json

import pytest

from posenet3d.errors import ConfigError
from posenet3d.training import (
    LifterConfig,
    LossConfig,
    OptimizerConfig,
    TrainingConfig,
    ViewConfig,
)
from posenet3d.training.config import config_from_dict


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TrainingConfig(steps=0), "steps must lie between 1 and 1000000000, got 0"),
        (lambda: TrainingConfig(batch_size=-1), "batch_size must .* got -1"),
        (lambda: TrainingConfig(steps=100, steps_per_epoch=30), "multiple of steps_per_epoch"),
        (lambda: LifterConfig(width=0), "lifter_width must .* got 0"),
        (lambda: LifterConfig(dropout=1.0), "lifter_dropout must .* got 1.0"),
        (lambda: ViewConfig(elevation=100.0), "view_elevation must .* got 100.0"),
        (lambda: ViewConfig(elevation_spread=-1.0), "view_elevation_spread must .* got -1.0"),
        (lambda: LossConfig(bone=float("nan")), "loss_bone must .* got nan"),
        (lambda: LossConfig(bone_ratios=(1.0, -1.0)), "loss_bone_ratios must all be positive"),
        (lambda: LossConfig(consistency_2d=0, consistency_3d=0, adversarial=0), "are 0"),
        (lambda: OptimizerConfig(learning_rate=0.0), "optimizer_learning_rate must .* got 0.0"),
        (lambda: OptimizerConfig(discriminator_every=0), "discriminator_every must .* got 0"),
    ],
)
def test_wrong_settings_are_refused_with_their_value(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


def test_settings_survive_json():
    config = TrainingConfig(seed=3, loss=LossConfig(bone_ratios=(1.0, 2.0)))
    assert config_from_dict(json.loads(json.dumps(dataclasses.asdict(config)))) == config


def test_epochs():
    assert TrainingConfig(steps=300, steps_per_epoch=100).epochs == 3
