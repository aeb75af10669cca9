"""posenet3d: learn to lift 2D human keypoints to 3D from 2D poses alone.

estimator = posenet3d.load()  # the pretrained lifter; "small", or a run of your own
result = estimator.lift(keypoints_2d, confidence)
"""

from posenet3d.models import LiftResult, PoseEstimator, load
from posenet3d.version import __version__

__all__ = ["LiftResult", "PoseEstimator", "__version__", "load"]
