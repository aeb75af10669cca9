"""Lifting with a .tflite file on the LiteRT runtime alone: nothing here needs TensorFlow.

`job.lift_file(LiteConfig(...))` is what scripts/lift_tflite.py does.
"""

from posenet3d.lite.config import LiteConfig
from posenet3d.lite.estimator import LiteEstimator

__all__ = ["LiteConfig", "LiteEstimator"]
