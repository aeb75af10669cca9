import numpy as np

from posenet3d.skeletons.limbs import bone_paths, limbs
from posenet3d.skeletons.skeleton import H36M_17


def test_limbs_begin_below_hips_and_shoulders():
    named = {
        tuple(H36M_17.joint_names[H36M_17.bones[bone][1]] for bone in limb)
        for limb in limbs(H36M_17)
    }
    assert named == {
        ("left_knee", "left_ankle"), ("right_knee", "right_ankle"),
        ("left_elbow", "left_wrist"), ("right_elbow", "right_wrist"),
    }  # fmt: skip


def test_bones_on_the_way_from_the_root_add_up_to_a_joint():
    points = np.random.default_rng(0).normal(size=(17, 3))
    points -= points[H36M_17.root]
    parents, children = np.array(H36M_17.bones).T
    vectors = points[children] - points[parents]
    np.testing.assert_allclose(bone_paths(H36M_17) @ vectors, points, atol=1e-6)
