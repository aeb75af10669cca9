"""The networks and what is made of them."""

from posenet3d.models.discriminator import MotionDiscriminator, PoseDiscriminator
from posenet3d.models.domain_adapter import DomainAdapter
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.flow import PoseFlow
from posenet3d.models.gap_filling import GapFiller
from posenet3d.models.lift_result import LiftResult
from posenet3d.models.lifter import Lifter
from posenet3d.models.loading import load
from posenet3d.models.weights_file import save_weights_file

__all__ = [
    "DomainAdapter",
    "GapFiller",
    "LiftResult",
    "Lifter",
    "MotionDiscriminator",
    "PoseDiscriminator",
    "PoseEstimator",
    "PoseFlow",
    "load",
    "save_weights_file",
]
