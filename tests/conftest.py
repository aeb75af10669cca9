"""Poses that tests all over the package share."""

import pytest

from posenet3d.data import synthetic


@pytest.fixture(scope="session")
def people():
    """480 complete poses of 40 synthetic people, each in its own sequence, with their true 3D."""
    return synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=40, frames_per_sequence=12, seed=3)
    )
