"""A lifter whose network computes with 8-bit whole numbers, and everything around it in float32.

Around the network are pixels of any size, divisions and the gap filler's equations, none of which
bear 8 bits. So the converter is not left to quantise all it can: the network alone says, by fake
quantisation with ranges found on 2D poses, where its numbers are 8-bit ones (Jacob et al.,
"Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
CVPR 2018).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from posenet3d.models.blocks import ACTIVATIONS, DenseUnit, ResidualTrunk
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.weights import copy_weights
from posenet3d.poses.records import Poses2D


class Ranges:
    """The range of each quantity by its name: first found, then kept to in 8 bits."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[float, float]] = {}
        self.fixed = False

    def __call__(self, name: str, tensor: tf.Tensor) -> tf.Tensor:
        """Looks at a tensor while ranges are being found; afterwards rounds it to 256 steps."""
        if self.fixed:
            low, high = self.found[name]
            return tf.quantization.fake_quant_with_min_max_args(tensor, low, high)
        low, high = self.found.get(name, (0.0, 0.0))  # 0 is always one of the steps
        values = tensor.numpy()
        self.found[name] = min(low, float(values.min())), max(high, float(values.max()), 1e-6)
        return tensor


def quantise(estimator: PoseEstimator, poses: Poses2D) -> PoseEstimator:
    """An estimator like another, whose network is quantised to 8 bits when it is converted.

    Args:
      estimator: The estimator, which is not changed.
      poses: Poses such as will be lifted, with gaps if there will be gaps: by them the ranges of
        the network's numbers are found.
    """
    copy = PoseEstimator.from_config(estimator.get_config())
    copy_weights(estimator, copy)
    lifter, ranges = copy.lifter, Ranges()
    # Not layers but functions of them, so that Keras does not take them for new weights.
    lifter.trunk = _trunk(lifter.trunk, ranges)
    for name in ("head", "correction_head", "elevation_head"):
        if getattr(lifter, name) is not None:
            setattr(lifter, name, _dense(getattr(lifter, name), name, ranges))
    for name in ("error_hidden", "error_head"):
        if getattr(lifter, name) is not None:
            setattr(lifter, name, _dense(getattr(lifter, name), name, ranges, rounds_input=True))
    confidence = poses.confidence
    if confidence is None:
        confidence = np.ones(poses.keypoints_2d.shape[:2], np.float32)
    copy({"keypoints_2d": tf.constant(poses.keypoints_2d), "confidence": tf.constant(confidence)})
    ranges.fixed = True
    return copy


def _trunk(trunk: ResidualTrunk, ranges: Ranges) -> Any:
    def call(features: tf.Tensor, training: bool = False) -> tf.Tensor:
        features = ranges("features", features)
        features = _unit(trunk.widen, "widen", ranges)(features)
        for number, (first, second) in enumerate(trunk.blocks):
            inner = _unit(first, f"{number}_first", ranges)(features)
            inner = _unit(second, f"{number}_second", ranges)(inner)
            features = ranges(f"{number}_sum", features + inner)
        return features

    return call


def _unit(unit: DenseUnit, name: str, ranges: Ranges) -> Any:
    def call(features: tf.Tensor) -> tf.Tensor:
        features = _dense(unit.dense, name, ranges)(features)
        if unit.norm is not None:
            features = ranges(f"{name}_norm", unit.norm(features))
        return ranges(f"{name}_activation", ACTIVATIONS[unit.activation](features))

    return call


def _dense(dense: keras.layers.Dense, name: str, ranges: Ranges, rounds_input: bool = False) -> Any:
    def call(features: tf.Tensor) -> tf.Tensor:
        if rounds_input:
            features = ranges(f"{name}_input", features)
        return ranges(name, dense(features))

    return call
