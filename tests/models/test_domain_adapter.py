import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera
from posenet3d.models import DomainAdapter


@pytest.fixture
def poses_2d(normalised_2d):
    """Eight poses, each normalised by its own size."""
    return camera.normalise(normalised_2d, root=0).keypoints_2d


def moving(**settings):
    """An adapter that moves joints."""
    keras.utils.set_random_seed(0)
    adapter = DomainAdapter(**{"width": 16} | settings)
    adapter.build()
    shape = adapter.head.kernel.shape
    adapter.head.kernel.assign(np.random.default_rng(0).normal(scale=0.2, size=shape))
    return adapter


@pytest.mark.parametrize("settings", [{}, {"num_blocks": 2, "activation": "gelu", "root": 8}])
def test_keeps_the_guarantees(keeps, poses_2d, settings):
    keeps(lambda: DomainAdapter(width=16, **settings), poses_2d)


def test_starts_as_the_identity(poses_2d):
    np.testing.assert_allclose(DomainAdapter(width=16)(poses_2d), poses_2d, rtol=1e-5, atol=1e-7)


def test_can_be_learnt_from_the_identity(poses_2d):
    adapter = DomainAdapter(width=16)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(adapter(poses_2d) - 2.0 * poses_2d[::-1]))
    gradient = tape.gradient(loss, adapter.head.kernel)
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() > 1e-4


@pytest.mark.parametrize("root", [0, 8])
def test_adapted_poses_stay_normalised_about_the_root(normalised_2d, root):
    poses_2d = camera.normalise(normalised_2d, root).keypoints_2d
    adapted_2d = moving(root=root)(poses_2d)
    assert np.abs(adapted_2d - poses_2d).max() > 0.1 / camera.DISTANCE
    np.testing.assert_array_equal(adapted_2d[:, root], 0)
    size = np.linalg.norm(adapted_2d, axis=-1).mean(axis=-1)
    np.testing.assert_allclose(size, 1 / camera.DISTANCE, rtol=1e-5)


def test_each_pose_is_moved_in_its_own_way(poses_2d):
    moved = moving()(poses_2d) - poses_2d
    assert np.std(moved, axis=0).max() > 0.01 / camera.DISTANCE


def test_poses_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"must have the shape \[N, 16, 2\]"):
        DomainAdapter(num_joints=16, width=8)(tf.zeros((2, 17, 2)))
