"""Training from 2D poses alone."""

from posenet3d.training.config import (
    DiscriminatorConfig,
    LifterConfig,
    LossConfig,
    OptimizerConfig,
    TrainingConfig,
    ViewConfig,
)
from posenet3d.training.run import train_and_evaluate
from posenet3d.training.trainer import GeometricSelfSupervision

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
