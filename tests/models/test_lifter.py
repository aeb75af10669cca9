import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models import Lifter


@pytest.mark.parametrize("normalisation", ["none", "batch", "layer"])
def test_keeps_the_guarantees(keeps, normalised_2d, normalisation):
    keeps(
        lambda: Lifter(width=16, num_blocks=2, normalisation=normalisation, activation="silu"),
        normalised_2d,
    )


def test_size_is_the_papers():
    lifter = Lifter()
    lifter.build()
    units = 34 * 1024 + 1024 + 8 * (1024 * 1024 + 1024)
    batch_norm, head = 9 * 4 * 1024, 1024 * 17 + 17
    assert lifter.count_params() == units + batch_norm + head == 8_486_929


@pytest.mark.parametrize("root", [0, 16])
def test_root_has_depth_zero(normalised_2d, root):
    depth_offsets = Lifter(root=root, width=8, num_blocks=1)(normalised_2d).numpy()
    assert depth_offsets.shape == (8, 17)
    np.testing.assert_array_equal(depth_offsets[:, root], 0)
    assert np.abs(np.delete(depth_offsets, root, axis=1)).min() > 0


def test_training_starts_near_the_flat_pose(normalised_2d):
    keras.utils.set_random_seed(0)
    depth_offsets = Lifter()(normalised_2d)
    assert np.abs(depth_offsets).max() < 0.5 * (camera.DISTANCE - camera.MIN_DEPTH)


@pytest.mark.parametrize("settings", [{"normalisation": "batch"}, {"dropout": 0.5}])
def test_training_flag_reaches_the_layers(normalised_2d, settings):
    lifter = Lifter(width=16, num_blocks=1, **{"normalisation": "none"} | settings)
    still = lifter(normalised_2d)
    assert np.abs(lifter(normalised_2d, training=True) - still).max() > 1e-4


@pytest.mark.parametrize("root", [-1, 17])
def test_root_must_be_a_joint(root):
    with pytest.raises(ValueError, match=f"one of the 17 joints, got {root}"):
        Lifter(root=root)


@pytest.mark.parametrize("shape", [(2, 34, 2), (17, 2), (2, 17, 3)])
def test_poses_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"must have the shape \[N, 17, 2\]"):
        Lifter(width=8, num_blocks=1)(tf.zeros(shape))
