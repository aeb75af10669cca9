"""posenet3d: learn to lift 2D human keypoints to 3D from 2D poses alone.

estimator = posenet3d.load()  # the pretrained lifter; "small", or a run of your own
result = estimator.lift(keypoints_2d, confidence)

estimator = posenet3d.load("full_sequence")  # one person over time
result = estimator.lift_sequence(keypoints_2d, confidence, frame_rate=30)
"""

from typing import TYPE_CHECKING

from posenet3d.loading import load
from posenet3d.platform import lazy
from posenet3d.poses.lift_result import LiftResult
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.version import __version__

if TYPE_CHECKING:
    from posenet3d.adapting import adapt
    from posenet3d.models import PoseEstimator
    from posenet3d.sequences.estimator import SequenceEstimator
    from posenet3d.sequences.live import LiveLifter

__all__ = [
    "LiftResult",
    "LiveLifter",
    "PoseEstimator",
    "SequenceEstimator",
    "Skeleton",
    "__version__",
    "adapt",
    "load",
]

# TensorFlow is imported with the first of these, not with the package.
__getattr__, __dir__ = lazy.exports(
    __name__,
    {
        "LiveLifter": "posenet3d.sequences.live",
        "PoseEstimator": "posenet3d.models",
        "SequenceEstimator": "posenet3d.sequences.estimator",
        "adapt": "posenet3d.adapting",
    },
)
