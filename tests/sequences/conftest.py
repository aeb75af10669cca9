"""Lifters of sequences that the tests share, and somebody who walks."""

import numpy as np
import pytest

import posenet3d
from posenet3d.data import synthetic
from tests.sequences.small_estimators import sequence_estimator


@pytest.fixture(scope="session")
def alone():
    """The lifter of single frames."""
    return posenet3d.load("small")


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
