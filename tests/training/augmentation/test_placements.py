import dataclasses

import numpy as np
import pytest

from posenet3d.geometry import camera, mirror
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import CMU_17, H36M_17, Skeleton
from posenet3d.training.augmentation.placements import draw_placements

OWN = np.eye(17)
SKELETONS = pytest.mark.parametrize("skeleton", [H36M_17, CMU_17], ids=lambda s: s.name)
LIMBS = [
    H36M_17.index(f"{side}_{name}")
    for side in ("left", "right")
    for name in ("knee", "ankle", "elbow", "wrist")
]
TRUNK = [j for j in range(17) if j not in LIMBS]


@SKELETONS
def test_the_datas_own_placement_comes_first(skeleton):
    placements = draw_placements(skeleton, 5, seed=0)
    assert placements.shape == (6, 17, 17)
    assert placements.dtype == np.float32
    np.testing.assert_array_equal(placements[0], OWN)
    assert all(np.abs(p - OWN).max() > 0.01 for p in placements[1:])


def test_without_others_there_is_the_datas_own_alone():
    np.testing.assert_array_equal(draw_placements(H36M_17, 0, seed=0), [OWN])


@SKELETONS
def test_joints_are_weighted_sums_of_joints(skeleton):
    rows = draw_placements(skeleton, 50, seed=1).sum(axis=-1)
    np.testing.assert_allclose(rows, 1.0, atol=1e-5)


@SKELETONS
def test_left_and_right_are_placed_alike(skeleton):
    pose = np.random.default_rng(0).normal(size=(17, 3)).astype(np.float32)
    for placement in draw_placements(skeleton, 50, seed=2):
        np.testing.assert_allclose(
            mirror.mirror(placement @ pose, skeleton),
            placement @ mirror.mirror(pose, skeleton).numpy(),
            atol=1e-5,
        )


@SKELETONS
def test_limbs_move_little_and_the_trunk_more(skeleton):
    moved = np.abs(np.diagonal(draw_placements(skeleton, 200, seed=3), axis1=1, axis2=2) - 1.0)
    assert moved[:, LIMBS].max() < 0.09  # of the bone's length
    assert moved[:, TRUNK].mean() > 3 * moved[:, LIMBS].mean()
    assert moved[:, TRUNK].max() > 0.3


def test_joints_are_placed_in_the_image_as_in_space(poses):
    size = np.linalg.norm(poses.keypoints_3d[..., :2], axis=-1).mean(axis=-1)[:, None, None]
    pose_3d = poses.keypoints_3d / size
    for placement in draw_placements(H36M_17, 10, seed=4):
        in_space = camera.project(placement @ pose_3d).numpy()
        in_image = placement @ camera.project(pose_3d).numpy()
        error = np.linalg.norm(in_space - in_image, axis=-1) * camera.DISTANCE
        assert np.quantile(error, 0.99) < 0.02  # perspective alone


def test_half_reach_towards_another_placement_with_the_same_names():
    towards = joint_maps.get("cmu17", "h36m17").apply(OWN)[0] - OWN
    moved = draw_placements(CMU_17, 400, seed=5)[1:] - OWN
    share = (moved * towards).sum(axis=(1, 2)) / (towards**2).sum()
    around, on_the_way = share[::2], share[1::2]
    assert abs(around.mean()) < 0.1
    assert on_the_way.mean() == pytest.approx(0.6, abs=0.1)
    assert on_the_way.max() > 1.0


def test_same_seed_same_placements():
    first, second, other = (draw_placements(H36M_17, 3, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, second)
    assert np.any(first != other)


@pytest.mark.parametrize("root", [0, 1], ids=["root in the middle", "root in a pair"])
def test_joints_of_own_skeletons_move_along_their_bones_and_the_root_where_it_may(root):
    parents = (-1, 0, 0, 1, 2) if root == 0 else (1, -1, 0, 1, 2)
    own = Skeleton("own", ("neck", "l_hip", "r_hip", "l_paw", "r_paw"), parents, (1, 3), (2, 4))
    drawn = draw_placements(own, 20, seed=0)
    np.testing.assert_allclose(drawn.sum(-1), 1, atol=1e-6)
    near = np.eye(5) + sum(np.eye(5)[[a, b]].T @ np.eye(5)[[b, a]] for a, b in own.bones)
    for row in set(range(5)) - {root}:  # each stays on the bone to its parent
        assert set(np.flatnonzero(drawn[:, row].any(0))) <= {row, own.parents[row]}
        assert near[row, own.parents[row]]
    if root:
        np.testing.assert_array_equal(drawn[:, root], np.eye(5)[[root] * 21])


def test_own_skeleton_with_the_names_of_a_known_one_has_no_other_placements():
    own = dataclasses.replace(H36M_17, name="own")
    drawn = draw_placements(own, 30, seed=0)
    assert np.abs(drawn - np.eye(17)).max() < 0.8  # on the way to cmu17 it is more than 1
