import numpy as np

from posenet3d.motion.steady import bone_lengths, steady_bones, steady_size, with_bones
from posenet3d.skeletons.skeleton import H36M_17

SIZES = np.random.default_rng(0).uniform(0.8, 1.25, (60, 1, 1))


def directions(poses):
    vectors = with_bones(poses, np.ones(16), H36M_17)
    return vectors - vectors[:, :1]


def test_bones_keep_their_length(noisy):
    lengths = bone_lengths(steady_bones(SIZES * noisy, H36M_17), H36M_17)
    np.testing.assert_allclose(lengths, lengths[:1].repeat(60, axis=0))


def test_a_body_of_flickering_size_gets_its_own_bones_back(motion):
    steady = steady_bones(SIZES * motion, H36M_17)
    np.testing.assert_allclose(steady, np.median(SIZES) * motion, rtol=0.02, atol=2.0)


def test_directions_and_root_stay(noisy):
    moved = noisy + (100.0, -50.0, 3000.0)
    steady = steady_bones(moved, H36M_17)
    np.testing.assert_array_equal(steady[:, 0], moved[:, 0])
    np.testing.assert_allclose(directions(steady), directions(moved), atol=1e-9)


def test_size_alone_keeps_the_pose(noisy):
    steady = steady_size(SIZES * noisy, H36M_17)
    factors = steady[:, 1:] / noisy[:, 1:]
    np.testing.assert_allclose(factors, factors[:, :1, :1] + 0 * factors)
    sums = bone_lengths(steady, H36M_17).sum(axis=1)
    np.testing.assert_allclose(sums, sums[0])


def test_frames_without_a_pose_stay_so_and_count_for_nothing(noisy):
    gap = noisy.copy()
    gap[10:40] = np.nan
    expected = steady_bones(np.delete(noisy, range(10, 40), axis=0), H36M_17)
    np.testing.assert_array_equal(np.delete(steady_bones(gap, H36M_17), range(10, 40), 0), expected)
    assert np.isnan(steady_bones(gap, H36M_17)[10:40]).all()
    assert np.isnan(steady_bones(np.full((3, 17, 3), np.nan), H36M_17)).all()


def test_joints_in_one_place_stay_there():
    np.testing.assert_array_equal(steady_bones(np.ones((3, 17, 3)), H36M_17), 1.0)
