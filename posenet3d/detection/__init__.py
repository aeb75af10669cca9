"""2D keypoints found in videos, images and cameras: what posenet3d detect does."""

from posenet3d.detection.config import DetectConfig
from posenet3d.detection.interface.detector import Detector, Found
from posenet3d.detection.job import detect_file
from posenet3d.detection.summary import Detected

__all__ = ["DetectConfig", "Detected", "Detector", "Found", "detect_file"]
