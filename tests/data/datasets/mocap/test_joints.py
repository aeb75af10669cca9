import numpy as np
import pytest

from posenet3d.data.datasets.mocap import joints as naming
from posenet3d.data.datasets.mocap.parsers.motion import Motion
from posenet3d.errors import ConfigError, InputError
from posenet3d.skeletons.skeleton import CMU_17

HAHNE = (
    "Hips LHipJoint LeftUpLeg LeftLeg LeftFoot LeftToeBase RHipJoint RightUpLeg RightLeg RightFoot "
    "RightToeBase LowerBack Spine Spine1 Neck Neck1 Head Head_end LeftShoulder LeftArm LeftForeArm "
    "LeftHand RightShoulder RightArm RightForeArm RightHand"
)
MIXAMO = (
    "Hips LeftUpLeg LeftLeg LeftFoot RightUpLeg RightLeg RightFoot Spine Spine1 Spine2 Neck Head "
    "HeadTop_End HeadTop_End_end LeftShoulder LeftArm LeftForeArm LeftHand RightShoulder RightArm "
    "RightForeArm RightHand"
)
FILES = {  # what a file's points are called, and what is found of it
    "cgspeed": (HAHNE, "cgspeed.com", {"spine": "Spine1", "left_hip": "LeftUpLeg"}),
    "Mixamo": (MIXAMO, "Mixamo", {"spine": "Spine1", "right_wrist": "RightHand"}),
    "Mixamo with its prefix": (
        " ".join(f"mixamorig:{name}" for name in MIXAMO.split()),
        "Mixamo",
        {"thorax": "mixamorig:Spine2", "left_elbow": "mixamorig:LeftForeArm"},
    ),
    "Mixamo through Blender": (
        " ".join(f"mixamorig1_{name}" for name in MIXAMO.split()),
        "Mixamo",
        {"pelvis": "mixamorig1_Hips"},
    ),
    "Mixamo's names, head ending at once": (
        MIXAMO.replace("HeadTop_End HeadTop_End_end", "Head_end"), "Mixamo", {"neck": "Head"},
    ),
    "the database's own": (
        "root lhipjoint lfemur ltibia lfoot ltoes rhipjoint rfemur rtibia rfoot lowerback "
        "upperback thorax lowerneck upperneck head head_end lclavicle lhumerus lradius lwrist "
        "rclavicle rhumerus rradius rwrist",
        "the CMU database's names in BVH",
        {"left_hip": "lfemur", "right_ankle": "rfoot", "spine": "thorax", "head": "head_end"},
    ),
    "Biovision": (
        "Hips LeftHip LeftKnee LeftAnkle RightHip RightKnee RightAnkle Chest LeftCollar "
        "LeftShoulder LeftElbow LeftWrist RightCollar RightShoulder RightElbow RightWrist Neck "
        "Head Head_end",
        "Biovision",
        {"right_knee": "RightKnee", "left_shoulder": "LeftShoulder"},
    ),
    "this package": (" ".join(CMU_17.joint_names), "this package", {"head": "head"}),
}  # fmt: skip


def motion_of(names):
    names = tuple(names.split())
    places = np.random.default_rng(0).normal(size=(2, len(names), 3))
    return Motion("some.bvh", names, places)


@pytest.mark.parametrize(("names", "origin", "expected"), FILES.values(), ids=FILES)
def test_files_of_known_origin_are_known_by_their_names(names, origin, expected):
    motion = motion_of(names)
    found = naming.convention(motion, naming.BVH)
    picked = naming.pick(motion, found.joints)
    assert found.name == origin
    assert picked.shape == (2, 17, 3)
    for joint, name in expected.items():
        place = motion.positions[:, motion.names.index(name)]
        np.testing.assert_array_equal(picked[:, CMU_17.index(joint)], place)


@pytest.mark.parametrize("known", [naming.ASF, *naming.BVH])
def test_left_and_right_have_names_of_their_own(known):
    for left, right in zip(CMU_17.left, CMU_17.right, strict=True):
        names = [known.joints[CMU_17.joint_names[joint]] for joint in (left, right)]
        assert names[0].lower().startswith("l")
        assert names[1].lower().startswith("r")
        assert names[0][1:].replace("eft", "ight") == names[1][1:]


def test_a_joint_may_be_the_middle_of_two():
    motion = motion_of(MIXAMO)
    head = naming.pick(motion, naming.convention(motion, naming.BVH).joints)[
        :, CMU_17.index("head")
    ]
    ends = [motion.positions[:, motion.names.index(name)] for name in ("Head", "HeadTop_End")]
    np.testing.assert_allclose(head, np.mean(ends, axis=0))


def test_names_that_do_not_match_are_listed_with_those_that_are_needed():
    with pytest.raises(InputError) as error:
        naming.convention(motion_of(HAHNE.replace("LeftArm", "Arm_L")), naming.BVH)
    assert "some.bvh: its joints are not of a known naming" in str(error.value)
    assert "LeftShoulder, Arm_L, LeftForeArm" in str(error.value)
    assert "Nearest is that of cgspeed.com, of which are missing LeftArm." in str(error.value)


def test_names_given_by_hand():
    names = {name: f"my_{name}" for name in CMU_17.joint_names}
    motion = motion_of(" ".join(names.values()))
    assert naming.convention(motion, (naming.given(names),)).joints == names
    with pytest.raises(InputError, match="of which are missing my_tail"):
        naming.convention(motion, (naming.given(names | {"head": "my_tail"}),))


@pytest.mark.parametrize("change", [{"tail": "Tail"}, None])
def test_names_given_by_hand_must_be_of_the_17_joints(change):
    names = {name: name for name in CMU_17.joint_names}
    names = names | change if change else {"pelvis": "Hips"}
    with pytest.raises(ConfigError, match=r"joints must name the joints pelvis.*too many"):
        naming.given(names)
