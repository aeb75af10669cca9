"""Small pose archives."""

import numpy as np
import pytest

from posenet3d.skeletons.skeleton import H36M_17


@pytest.fixture
def arrays():
    """What a small archive with everything in it holds: six frames of two sequences."""
    rng = np.random.default_rng(0)
    return {
        "keypoints_2d": rng.uniform(0, 1000, (6, 17, 2)).astype(np.float32),
        "keypoints_2d_noisy": rng.uniform(0, 1000, (6, 17, 2)).astype(np.float32),
        "confidence": rng.uniform(0, 1, (6, 17)).astype(np.float32),
        "keypoints_3d": rng.normal(0, 300, (6, 17, 3)).astype(np.float32),
        "lengths": np.array([2, 4]),
        "sequences": np.array(["walk", "run"]),
        "joints": np.array(H36M_17.joint_names),
        "image_size": np.array([1000, 800]),
        "frame_rate": np.array(29.97),
    }


@pytest.fixture
def save(tmp_path):
    """Writes arrays as `poses.npz`; returns its path."""

    def save(arrays, compressed=False):
        path = tmp_path / "poses.npz"
        (np.savez_compressed if compressed else np.savez)(path, **arrays)
        return path

    return save
