import numpy as np
import pytest

from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.dataset_maps import DATASET_MAPS
from posenet3d.skeletons.skeleton import H36M_17, MPI_INF_3DHP_17, MPI_INF_3DHP_28, MPII_16

MAPS = pytest.mark.parametrize("joint_map", DATASET_MAPS, ids=str)
RNG = np.random.default_rng(0)


def joint(joint_map, pose, name):
    return joint_map.apply(pose)[0][0, joint_map.target.index(name)]


def test_joints_are_in_the_order_of_the_files():
    # MPII's ids; left and right as the metadata of VideoPose3D's hourglass files has them.
    assert [MPII_16.joint_names.index(n) for n in ("pelvis", "thorax", "upper_neck")] == [6, 7, 8]
    assert set(MPII_16.left) == {3, 4, 5, 13, 14, 15}
    assert set(MPII_16.right) == {0, 1, 2, 10, 11, 12}
    # joint_idx of the set "relevant" in mpii_get_joint_set.m, from 1.
    relevant = [8, 6, 15, 16, 17, 10, 11, 12, 24, 25, 26, 19, 20, 21, 5, 4, 7]
    assert MPI_INF_3DHP_17.joint_names == tuple(
        MPI_INF_3DHP_28.joint_names[i - 1] for i in relevant
    )
    # joint_parents_o1 of the set "all"; its root is its own parent.
    parents = [3, 1, 4, 5, 5, 2, 6, 7, 6, 9, 10, 11, 12, 6, 14, 15, 16, 17, 5, 19, 20, 21, 22, 5,
               24, 25, 26, 27]  # fmt: skip
    parents = [-1 if parent - 1 == i else parent - 1 for i, parent in enumerate(parents)]
    assert list(MPI_INF_3DHP_28.parents) == parents


@MAPS
def test_complete_people_have_every_joint_and_limbs_are_copied(joint_map):
    pose = RNG.normal(size=(3, joint_map.source.num_joints, 3))
    mapped, confidence = joint_map.apply(pose)
    assert (confidence == 1).all()
    for name in ("left_wrist", "right_ankle", "left_hip", "right_shoulder"):
        expected = pose[:, joint_map.source.index(name)]
        np.testing.assert_array_equal(mapped[:, joint_map.target.index(name)], expected)


@MAPS
def test_moved_and_mirrored_people_map_to_moved_and_mirrored_joints(joint_map):
    source, target = joint_map.source, joint_map.target
    pose = RNG.normal(size=(1, source.num_joints, 2))
    flip = np.array([-1, 1])
    flipped, _ = joint_map.apply(pose[:, source.mirror] * flip + [30, -70])
    expected = joint_map.apply(pose)[0][:, target.mirror] * flip + [30, -70]
    np.testing.assert_allclose(flipped, expected, atol=1e-9)


@pytest.mark.parametrize("source", [MPI_INF_3DHP_28, MPI_INF_3DHP_17], ids=lambda s: s.name)
def test_mpi_inf_3dhp_has_every_joint_of_human36m(source):
    joint_map = joint_maps.get(source.name, "h36m17")
    assert joint_map.synthesised == joint_map.absent == ()
    pose = RNG.normal(size=(1, source.num_joints, 3))
    for name, own in (("thorax", "neck"), ("neck", "head"), ("head", "head_top")):
        np.testing.assert_array_equal(joint(joint_map, pose, name), pose[0, source.index(own)])


def test_mpii_lacks_the_spine_alone():
    joint_map = joint_maps.get("mpii16", "h36m17")
    assert joint_map.synthesised == ("spine",)
    pose = RNG.normal(size=(1, 16, 2))
    np.testing.assert_allclose(joint(joint_map, pose, "spine"), pose[0, [6, 7]].mean(axis=0))


def test_missed_pelvis_and_thorax_lie_between_hips_and_shoulders():
    pose, confidence = RNG.normal(size=(1, 16, 2)), np.ones((1, 16))
    confidence[0, [6, 7]] = 0
    mapped, present = joint_maps.get("mpii16", "h36m17").apply(pose, confidence)
    assert (present == 1).all()
    np.testing.assert_allclose(mapped[0, H36M_17.index("pelvis")], pose[0, [2, 3]].mean(axis=0))
    np.testing.assert_allclose(mapped[0, H36M_17.index("thorax")], pose[0, [12, 13]].mean(axis=0))


def test_cmu_joints_lie_on_the_line_from_hips_to_shoulders_to_top():
    """A person standing straight, by the heights that `proportions` gives."""
    heights = {"hip": 0.53, "shoulder": 0.818, "top": 1.0, "pelvis": 0.53, "thorax": 0.818}
    for source in (MPII_16, MPI_INF_3DHP_17):
        pose = np.zeros((1, source.num_joints, 2))
        for j, name in enumerate(source.joint_names):
            pose[0, j, 1] = -1000 * heights.get(name.split("_")[-1], 0.818)
        joint_map = joint_maps.get(source.name, "cmu17")
        trunk = 0.818 - 0.53
        for name, share in (("pelvis", 0.204), ("spine", 0.670), ("neck", 1.245), ("head", 1.419)):
            expected = -1000 * (0.53 + share * trunk)
            assert joint(joint_map, pose, name)[1] == pytest.approx(expected, abs=0.5)
