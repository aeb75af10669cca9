import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.errors import TrainingError
from posenet3d.geometry import bones
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.augmentation.placements import draw_placements
from posenet3d.training.estimates.bone_ratios import estimate_bone_ratios, ratio_tables


@pytest.fixture(scope="module")
def many_views():
    return synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=300, frames_per_sequence=20)
    )


def rms_error(ratios, poses):
    return rms_error_3d(ratios, poses.keypoints_3d)


def rms_error_3d(ratios, keypoints_3d):
    true = bones.bone_ratios(keypoints_3d, H36M_17).numpy().mean(axis=0)
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


def test_tables_hold_for_each_kind_of_body_in_each_placement(many_views):
    short_arms = np.eye(17)
    for side in ("left", "right"):
        elbow, wrist = (H36M_17.index(f"{side}_{name}") for name in ("elbow", "wrist"))
        short_arms[wrist, [wrist, elbow]] = 0.5
    group = np.arange(len(many_views)) % 2
    poses_2d, poses_3d = (
        np.where(group[:, None, None] == 1, short_arms @ points, points)
        for points in (many_views.keypoints_2d, many_views.keypoints_3d)
    )
    placements = draw_placements(H36M_17, 2, seed=0)
    tables = ratio_tables(poses_2d, group, placements, H36M_17)
    assert tables.shape == (2, 3, 16)
    assert tables.dtype == np.float32
    for kind in range(2):
        for placement, ratios in zip(placements, tables[kind], strict=True):
            placed_3d = (placement @ poses_3d[group == kind]).astype(np.float32)
            assert rms_error_3d(ratios, placed_3d) < 0.06
        assert np.abs(tables[kind, 1:] - tables[kind, 0]).max() > 0.1
    forearms = [
        i for i, (_, child) in enumerate(H36M_17.bones) if "wrist" in H36M_17.joint_names[child]
    ]
    np.testing.assert_allclose(tables[1, 0, forearms] / tables[0, 0, forearms], 0.5, atol=0.1)


def test_table_of_one_kind_in_one_placement_is_the_estimate(many_views):
    table = ratio_tables(many_views.keypoints_2d, None, np.eye(17)[None], H36M_17)
    estimate = estimate_bone_ratios(many_views.keypoints_2d, H36M_17)
    np.testing.assert_allclose(table, estimate[None, None], rtol=1e-6)
