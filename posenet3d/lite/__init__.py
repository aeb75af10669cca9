"""Lifting with a .tflite file on the LiteRT runtime alone: nothing here needs TensorFlow."""

from posenet3d.lite.estimator import LiteEstimator
from posenet3d.lite.sequence import LiteSequenceEstimator

__all__ = ["LiteEstimator", "LiteSequenceEstimator"]
