"""posenet3d: learn to lift 2D human keypoints to 3D from 2D poses alone.

estimator = posenet3d.load()  # the pretrained lifter; "small", or a run of your own
result = estimator.lift(keypoints_2d, confidence)
"""

from typing import TYPE_CHECKING

from posenet3d.platform import lazy
from posenet3d.poses.lift_result import LiftResult
from posenet3d.skeletons.skeleton import Skeleton
from posenet3d.version import __version__

if TYPE_CHECKING:
    from posenet3d.adapting import adapt
    from posenet3d.models import PoseEstimator, load

__all__ = ["LiftResult", "PoseEstimator", "Skeleton", "__version__", "adapt", "load"]

# TensorFlow is imported with the first of these, not with the package.
__getattr__, __dir__ = lazy.exports(
    __name__,
    dict.fromkeys(("PoseEstimator", "load"), "posenet3d.models") | {"adapt": "posenet3d.adapting"},
)
