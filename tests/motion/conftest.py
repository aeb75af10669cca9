"""Motions that the tests of this folder share."""

import numpy as np
import pytest

from posenet3d.data import synthetic


@pytest.fixture(scope="session")
def motion():
    """`[60, 17, 3]` mm: two seconds of somebody's motion, 30 frames a second."""
    config = synthetic.SyntheticConfig(num_sequences=1, frames_per_sequence=60, seed=5)
    return synthetic.generate_poses(config).keypoints_3d.astype(np.float64)


@pytest.fixture(scope="session")
def noisy(motion):
    """The same, every joint but the pelvis off by some 30 mm in each frame."""
    noise = np.random.default_rng(0).normal(0, 20.0, motion.shape)
    noise[:, 0] = 0.0
    return motion + noise
