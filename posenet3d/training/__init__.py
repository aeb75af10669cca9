"""Training from 2D poses alone."""

from posenet3d.training.cycle.trainer import GeometricSelfSupervision
from posenet3d.training.run import train_and_evaluate
from posenet3d.training.settings.config import (
    DiscriminatorConfig,
    LifterConfig,
    LossConfig,
    OptimizerConfig,
    TrainingConfig,
    ViewConfig,
)

__all__ = [
    "DiscriminatorConfig",
    "GeometricSelfSupervision",
    "LifterConfig",
    "LossConfig",
    "OptimizerConfig",
    "TrainingConfig",
    "ViewConfig",
    "train_and_evaluate",
]
