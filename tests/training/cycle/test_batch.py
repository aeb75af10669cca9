import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.geometry import camera, mirror
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training.augmentation.placements import draw_placements
from posenet3d.training.cycle.batch import Batch, mirror_half, place

GROUPS, PLACEMENTS = 2, 4
ROOT = H36M_17.root
# Each names its group and its placement.
RATIOS = np.tile(
    10.0 * np.arange(GROUPS)[:, None, None] + np.arange(PLACEMENTS)[:, None], [1, 1, 16]
).astype(np.float32)


@pytest.fixture(scope="module")
def placements():
    return draw_placements(H36M_17, PLACEMENTS - 1, seed=0)


@pytest.fixture(scope="module")
def before(normalised_2d, group):
    """The last 100 poses do not count as real."""
    real = normalised_2d[:300]
    other = tf.roll(normalised_2d, 7, axis=0)[:300]
    unknown = tf.fill([len(normalised_2d)], math.nan)
    others = {"neighbour_2d": 1.1 * real, "same_body_2d": other}
    return Batch(normalised_2d, real, group, unknown, **others)


@pytest.fixture(scope="module")
def group():
    return np.random.default_rng(0).integers(0, GROUPS, 400).astype(np.int32)


@pytest.fixture(scope="module")
def placed(before, placements):
    return place(before, tf.constant(placements), RATIOS, ROOT, tf.constant([0, 1]))


def drawn(placed):
    """Which placement each pose has got."""
    return (placed.bone_ratios.numpy()[:, 0] % 10).astype(int)


def test_bone_ratios_are_those_of_the_group_and_the_placement(before, group, placements, placed):
    np.testing.assert_array_equal(placed.bone_ratios[:, 0] // 10, group)
    moved = placements[drawn(placed)] @ before.keypoints_2d.numpy()
    expected = camera.normalise(moved, ROOT).keypoints_2d
    np.testing.assert_allclose(placed.keypoints_2d, expected, atol=1e-6)


def test_more_than_half_keep_the_datas_own_placement(placed):
    share = np.bincount(drawn(placed), minlength=PLACEMENTS) / 400
    np.testing.assert_allclose(share, [5 / 8, 1 / 8, 1 / 8, 1 / 8], atol=0.07)


def test_placed_poses_are_normalised(placed):
    for poses_2d in (placed.keypoints_2d, placed.same_body_2d):
        size = np.linalg.norm(poses_2d, axis=-1).mean(axis=-1) * camera.DISTANCE
        np.testing.assert_allclose(size, 1.0, rtol=1e-5)
        np.testing.assert_array_equal(poses_2d[:, ROOT], 0.0)


def test_real_poses_are_the_first(placed):
    np.testing.assert_array_equal(placed.real_2d, placed.keypoints_2d[:300])


def test_neighbours_are_placed_and_scaled_alike(placed):
    np.testing.assert_allclose(placed.neighbour_2d, 1.1 * placed.real_2d, atol=1e-6)


def test_other_frames_of_a_body_are_placed_alike(before, placements, placed):
    moved = placements[drawn(placed)[:300]] @ before.same_body_2d.numpy()
    expected = camera.normalise(moved, ROOT).keypoints_2d
    np.testing.assert_allclose(placed.same_body_2d, expected, atol=1e-6)


def test_with_one_placement_poses_stay_and_get_the_ratios_of_their_group(before, group):
    same = place(before, tf.eye(17)[None], RATIOS[:, :1], ROOT, tf.constant([0, 1]))
    np.testing.assert_array_equal(same.keypoints_2d, before.keypoints_2d)
    np.testing.assert_array_equal(same.bone_ratios[:, 0] // 10, group)


def test_same_seed_same_placements(before, placements, placed):
    tables = tf.constant(placements), RATIOS
    again, other = (place(before, *tables, ROOT, tf.constant([0, seed])) for seed in (1, 2))
    np.testing.assert_array_equal(again.keypoints_2d, placed.keypoints_2d)
    assert np.any(other.keypoints_2d != placed.keypoints_2d)


def test_the_same_half_of_all_arrays_is_mirrored(normalised_2d):
    first, missing, second = mirror_half(
        [normalised_2d, None, 2.0 * normalised_2d], H36M_17, tf.constant([0, 1])
    )
    assert missing is None
    np.testing.assert_array_equal(second, 2.0 * first)
    mirrored = np.any(first != normalised_2d, axis=(1, 2))
    assert mirrored.mean() == pytest.approx(0.5, abs=0.1)
    expected = mirror.mirror(normalised_2d, H36M_17).numpy()[mirrored]
    np.testing.assert_array_equal(first.numpy()[mirrored], expected)
