import dataclasses
import json

import pytest

from posenet3d.skeletons import skeleton as skeletons
from posenet3d.skeletons.skeleton import CMU_17, COCO_17, H36M_17, Skeleton

ALL = pytest.mark.parametrize(
    "skeleton",
    [s for s in skeletons.SKELETONS.values() if s is not skeletons.CMU_17],  # H36M_17's joints
    ids=lambda s: s.name,
)


def test_h36m_has_the_order_of_the_literature():
    assert H36M_17.joint_names[:4] == ("pelvis", "right_hip", "right_knee", "right_ankle")
    assert H36M_17.joint_names[8:11] == ("thorax", "neck", "head")
    assert H36M_17.parents == (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15)


def test_coco_has_the_order_of_its_files():
    assert COCO_17.joint_names[:5] == ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
    assert COCO_17.joint_names[-2:] == ("left_ankle", "right_ankle")


ORDERS = {
    # Numbers from the documentation of OpenPose, Halpe and MediaPipe.
    "openpose18": {1: "neck", 4: "right_wrist", 7: "left_wrist", 10: "right_ankle", 17: "left_ear"},
    "body25": {4: "right_wrist", 8: "mid_hip", 14: "left_ankle", 15: "right_eye", 24: "right_heel"},
    "mpi15": {0: "head_top", 1: "upper_neck", 4: "right_wrist", 7: "left_wrist", 10: "right_ankle",
              13: "left_ankle", 14: "chest"},
    "halpe26": {5: "left_shoulder", 16: "right_ankle", 17: "head", 19: "hip", 22: "left_small_toe"},
    "mediapipe33": {3: "left_eye_outer", 8: "right_ear", 11: "left_shoulder", 22: "right_thumb",
                    24: "right_hip", 29: "left_heel", 32: "right_foot_index"},
}  # fmt: skip


@pytest.mark.parametrize(("name", "order"), ORDERS.items(), ids=ORDERS)
def test_detectors_have_the_order_of_their_files(name, order):
    skeleton = skeletons.get(name)
    assert {j: skeleton.joint_names[j] for j in order} == order
    assert skeleton.num_joints == int(name[-2:])


@pytest.mark.parametrize("skeleton", [skeletons.HALPE_26, skeletons.BODY_25B])
def test_sets_with_feet_begin_with_coco(skeleton):
    assert skeleton.joint_names[:17] == COCO_17.joint_names


def test_body25b_ends_with_the_feet_of_body25():
    assert skeletons.BODY_25B.joint_names[17:19] == ("upper_neck", "head_top")
    assert skeletons.BODY_25B.joint_names[19:] == skeletons.BODY_25.joint_names[19:]


@ALL
def test_every_bone_joins_a_joint_to_its_parent(skeleton):
    assert len(skeleton.bones) == skeleton.num_joints - 1
    assert {child for _, child in skeleton.bones} == set(range(skeleton.num_joints)) - {
        skeleton.root
    }
    assert all(skeleton.parents[child] == parent for parent, child in skeleton.bones)


@ALL
def test_mirror_swaps_left_and_right_names_and_undoes_itself(skeleton):
    swap = {"left": "right", "right": "left"}
    for joint, partner in enumerate(skeleton.mirror):
        side, _, part = skeleton.joint_names[joint].partition("_")
        expected = f"{swap[side]}_{part}" if side in swap else skeleton.joint_names[joint]
        assert skeleton.joint_names[partner] == expected
        assert skeleton.mirror[partner] == joint


@ALL
def test_bone_mirror_is_the_bone_between_the_mirrored_joints(skeleton):
    for (parent, child), other in zip(skeleton.bones, skeleton.bone_mirror, strict=True):
        mirrored = skeleton.mirror[parent], skeleton.mirror[child]
        assert skeleton.bones[other] == mirrored


@pytest.mark.parametrize(("skeleton", "trunk"), [(H36M_17, 0.288), (CMU_17, 0.698 * 0.288)])
def test_stature_is_legs_and_trunk_and_what_lies_above(skeleton, trunk):
    weights = dict(zip(skeleton.bones, skeleton.stature_weights, strict=True))
    of = {skeleton.joint_names[child]: weight for (_, child), weight in weights.items()}
    assert of["left_knee"] == of["right_ankle"] == of["left_ankle"]
    assert of["spine"] == of["thorax"]
    assert of["head"] == of["neck"] == of["left_elbow"] == of["right_hip"] == 0.0
    # Drillis and Contini's thigh, shank and trunk.
    tall = 2 * of["left_knee"] * (0.245 + 0.246) + of["spine"] * trunk
    assert tall == pytest.approx(1 - 0.039, abs=1e-3)


def test_a_known_skeleton_of_an_older_file_has_the_stature_weights_of_today():
    older = dataclasses.asdict(CMU_17) | {"stature_weights": [1.0] * 16}
    assert Skeleton.from_dict(older) is CMU_17
    assert Skeleton.from_dict(older | {"stature_weights": ()}) is CMU_17
    own = Skeleton.from_dict(older | {"name": "own"})
    assert own.stature_weights == (1.0,) * 16
    renamed = ["hips", *CMU_17.joint_names[1:]]
    assert Skeleton.from_dict(older | {"joint_names": renamed}).stature_weights == (1.0,) * 16


@ALL
def test_found_by_name_and_by_joints(skeleton):
    assert skeletons.get(skeleton.name) is skeleton
    assert skeletons.from_joint_names(list(skeleton.joint_names)) is skeleton


def test_unknown_skeleton_joint_and_order_name_what_there_is():
    message = r"Unknown skeleton 'smpl24'; known are body25, body25b, cmu17, coco17, "
    with pytest.raises(ValueError, match=message):
        skeletons.get("smpl24")
    with pytest.raises(ValueError, match=r"no joint 'toe'; it has pelvis, "):
        H36M_17.index("toe")
    with pytest.raises(ValueError, match="in this order"):
        skeletons.from_joint_names(H36M_17.joint_names[::-1])


CHAIN = Skeleton("chain", ("a", "b", "c"), (-1, 0, 1), (1,), (2,))
BAD = {
    "too few parents": ({"parents": (-1, 0)}, "3 joint names but 2 parents"),
    "name twice": ({"joint_names": ("a", "b", "b")}, "names a joint twice"),
    "two roots": ({"parents": (-1, -1, 0)}, "exactly one root .* got 2"),
    "no root": ({"parents": (1, 2, 0)}, "exactly one root"),
    "cycle": ({"parents": (-1, 2, 1)}, "not a tree"),
    "parent out of range": ({"parents": (-1, 0, 7)}, "not a tree"),
    "unequal sides": ({"left": (1, 2)}, "disjoint lists of partners"),
    "both sides at once": ({"left": (2,)}, "disjoint lists of partners"),
    "same joint twice": ({"left": (1, 1), "right": (2, 2)}, "disjoint lists of partners"),
    "side out of range": ({"left": (7,)}, "left and right must be joints from 0 to 2"),
    "huge stature weight": ({"stature_weights": (1.0, 1e9)}, "must lie between -100 and 100"),
    "stature weights": ({"stature_weights": (1.0,)}, "2 bones but 1 stature weights"),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_bad_skeletons_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(CHAIN, **change)


def test_skeletons_can_be_dictionary_keys():
    assert len({H36M_17: 1, dataclasses.replace(H36M_17): 2, COCO_17: 3}) == 2


@ALL
def test_comes_back_from_json(skeleton):
    text = json.dumps(dataclasses.asdict(skeleton))
    assert Skeleton.from_dict(json.loads(text)) == skeleton


def test_bones_of_a_tree_that_is_not_symmetric_have_the_partners_there_are():
    """The left hip hangs on the right one: their bone is its own mirror image."""
    names = ("neck", "right_hip", "left_hip", "right_knee", "left_knee")
    skeleton = Skeleton("own", names, (-1, 0, 1, 1, 2), (2, 4), (1, 3))
    assert skeleton.bones == ((0, 1), (1, 2), (1, 3), (2, 4))
    assert skeleton.bone_mirror == (0, 1, 3, 2)


def test_poses_can_be_mirrored_where_there_are_pairs_and_the_root_is_in_none():
    own = Skeleton("own", ("a", "b", "c"), (-1, 0, 0), (1,), (2,))
    assert own.can_be_mirrored
    assert H36M_17.can_be_mirrored
    assert not dataclasses.replace(own, left=(), right=()).can_be_mirrored
    assert not dataclasses.replace(own, parents=(1, -1, 1)).can_be_mirrored
