"""Lifters of sequences that the tests share: small, and with weights that see other frames."""

import numpy as np
import pytest

import posenet3d
from posenet3d.data import synthetic
from posenet3d.models.weights import copy_weights
from posenet3d.sequences.estimator import SequenceEstimator
from posenet3d.sequences.lifter import SequenceLifter


@pytest.fixture(scope="session")
def alone():
    """The lifter of single frames."""
    return posenet3d.load("small")


def sequence_estimator(seed=None):
    """A lifter of sequences as it is before training; with a seed, as if it had learned."""
    own = posenet3d.load("small")
    estimator = SequenceEstimator(SequenceLifter(own.lifter, 16, 3), own.skeleton)
    copy_weights(own.gap_filler, estimator.gap_filler)
    if seed is not None:
        rng = np.random.default_rng(seed)
        layers = [unit.widen for unit in estimator.lifter.temporal]
        layers += [estimator.lifter.keypoint_filter.out, estimator.lifter.keypoint_filter.linear]
        for layer in layers:
            layer.kernel.assign(0.03 * rng.normal(size=layer.kernel.shape))
    return estimator


@pytest.fixture(scope="session")
def untrained():
    return sequence_estimator()


@pytest.fixture(scope="session")
def estimator():
    return sequence_estimator(seed=0)


@pytest.fixture(scope="session")
def walk(alone):
    """2D joints of 40 frames `[40, 17, 2]`, pixels, and confidence with gaps."""
    config = synthetic.SyntheticConfig(num_sequences=1, frames_per_sequence=40, seed=5)
    poses = synthetic.generate_poses(config).on(alone.skeleton)
    confidence = np.ones((40, 17), np.float32)
    confidence[np.random.default_rng(1).random((40, 17)) < 0.1] = 0
    confidence[20:22] = 0  # nobody is seen
    return poses.keypoints_2d, confidence
