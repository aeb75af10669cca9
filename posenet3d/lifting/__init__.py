"""From files of 2D keypoints to files of 3D poses: what posenet3d lift does."""

from posenet3d.lifting.config import LiftConfig
from posenet3d.lifting.job import lift_file
from posenet3d.lifting.summary import Summary

__all__ = ["LiftConfig", "Summary", "lift_file"]
