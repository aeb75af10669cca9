"""The networks and what is made of them."""

from typing import TYPE_CHECKING

from posenet3d.platform import lazy
from posenet3d.poses.lift_result import LiftResult

if TYPE_CHECKING:
    from posenet3d.models.discriminator import MotionDiscriminator, PoseDiscriminator
    from posenet3d.models.domain_adapter import DomainAdapter
    from posenet3d.models.estimator import PoseEstimator
    from posenet3d.models.flow import PoseFlow
    from posenet3d.models.gap_filling import GapFiller
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

# They need TensorFlow, which is imported with the first of them.
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "DomainAdapter": "posenet3d.models.domain_adapter",
        "GapFiller": "posenet3d.models.gap_filling",
        "Lifter": "posenet3d.models.lifter",
        "MotionDiscriminator": "posenet3d.models.discriminator",
        "PoseDiscriminator": "posenet3d.models.discriminator",
        "PoseEstimator": "posenet3d.models.estimator",
        "PoseFlow": "posenet3d.models.flow",
        "load": "posenet3d.models.loading",
        "save_weights_file": "posenet3d.models.weights_file",
    },
)
