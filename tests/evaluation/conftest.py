"""Poses that the evaluation's tests share."""

import numpy as np
import pytest

JOINTS = 17


@pytest.fixture(scope="session")
def random_poses():
    """Makes root-relative poses of about a person's size, mm."""

    def make(count=8, seed=0):
        poses = np.random.default_rng(seed).normal(scale=300.0, size=(count, JOINTS, 3))
        return poses - poses[:, :1]

    return make


@pytest.fixture(scope="session")
def degenerate_poses(random_poses):
    """Poses without volume: joints in one point (the origin, another), in a line, in a plane."""
    along = np.linspace(-500.0, 400.0, JOINTS)[:, None]
    return np.array(
        [
            np.zeros((JOINTS, 3)),
            np.full((JOINTS, 3), 123.4),
            along * [1.0, 2.0, -1.0] + 10.0,
            along * [0.0, 0.0, 1.0],
            random_poses(1, seed=5)[0] * [1.0, 1.0, 0.0],
        ]
    )
