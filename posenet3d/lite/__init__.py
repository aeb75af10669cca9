"""Lifting with a .tflite file on the LiteRT runtime alone: nothing here needs TensorFlow."""

from posenet3d.lite.estimator import LiteEstimator

__all__ = ["LiteEstimator"]
