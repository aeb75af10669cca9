import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.errors import TrainingError
from posenet3d.geometry import bones
from posenet3d.skeleton import H36M_17
from posenet3d.training.bone_ratios import estimate_bone_ratios


@pytest.fixture(scope="module")
def many_views():
    return synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=300, frames_per_sequence=20)
    )


def rms_error(ratios, poses):
    true = bones.bone_ratios(poses.keypoints_3d, H36M_17).numpy().mean(axis=0)
    return np.sqrt(np.mean((ratios - true / true.mean()) ** 2))


def test_ratios_come_close_to_the_bodies_that_were_seen(many_views):
    ratios = estimate_bone_ratios(many_views.keypoints_2d, H36M_17)
    assert rms_error(ratios, many_views) < 0.05
    assert rms_error(np.ones(16), many_views) > 0.3


@pytest.mark.parametrize("noise_px", [2.0, 5.0])
def test_ratios_hold_with_noise(many_views, noise_px):
    noise = np.random.default_rng(0).normal(scale=noise_px, size=many_views.keypoints_2d.shape)
    ratios = estimate_bone_ratios(many_views.keypoints_2d + noise, H36M_17)
    assert rms_error(ratios, many_views) < 0.06


def test_left_and_right_are_equal_and_the_mean_is_one(many_views):
    ratios = estimate_bone_ratios(many_views.keypoints_2d, H36M_17)
    np.testing.assert_array_equal(ratios, ratios[list(H36M_17.bone_mirror)])
    np.testing.assert_allclose(ratios.mean(), 1.0, rtol=1e-6)


def test_unit_of_the_poses_does_not_matter(many_views):
    np.testing.assert_allclose(
        estimate_bone_ratios(many_views.keypoints_2d * 0.01 + 3.0, H36M_17),
        estimate_bone_ratios(many_views.keypoints_2d, H36M_17),
        rtol=1e-3,
    )


def test_poses_without_extent_are_refused():
    with pytest.raises(TrainingError, match="all joints of every pose coincide"):
        estimate_bone_ratios(np.ones((10, 17, 2)), H36M_17)
