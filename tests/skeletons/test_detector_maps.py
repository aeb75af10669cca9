import numpy as np
import pytest

from posenet3d.skeletons import joint_maps, skeleton
from posenet3d.skeletons.detector_maps import DETECTOR_MAPS
from posenet3d.skeletons.skeleton import BODY_25, BODY_25B, H36M_17, HALPE_26, MPI_15

MAPS = pytest.mark.parametrize("joint_map", DETECTOR_MAPS, ids=str)
RNG = np.random.default_rng(0)


def without(source, *names):
    confidence = np.ones((1, source.num_joints), np.float32)
    confidence[0, [source.index(n) for n in names]] = 0
    return confidence


def mapped_joint(joint_map, pose, confidence, name):
    return joint_map.apply(pose, confidence)[0][0, joint_map.target.index(name)]


@MAPS
def test_complete_people_have_every_joint_and_limbs_are_copied(joint_map):
    pose = RNG.normal(size=(3, joint_map.source.num_joints, 2))
    mapped, confidence = joint_map.apply(pose)
    assert (confidence == 1).all()
    for name in set(joint_map.source.joint_names) & set(skeleton.COCO_17.joint_names[5:]):
        expected = pose[:, joint_map.source.index(name)]
        np.testing.assert_array_equal(mapped[:, joint_map.target.index(name)], expected)


@MAPS
@pytest.mark.parametrize("missing", [(), ("left_ear", "right_ear"), ("right_hip",)])
def test_moved_and_mirrored_people_map_to_moved_and_mirrored_joints(joint_map, missing):
    source, target = joint_map.source, joint_map.target
    pose = RNG.normal(size=(1, source.num_joints, 2))
    confidence = without(source, *(name for name in missing if name in source.joint_names))
    mapped, present = joint_map.apply(pose, confidence)
    flip = np.array([-1, 1])
    flipped, _ = joint_map.apply(
        pose[:, source.mirror] * flip + [30, -70], confidence[:, source.mirror]
    )
    expected = mapped[:, target.mirror] * flip + [30, -70]
    kept = present[:, target.mirror] > 0
    np.testing.assert_allclose(flipped[kept], expected[kept], atol=1e-9)


@pytest.mark.parametrize("target", ["h36m17", "cmu17"])
def test_top_of_the_head_is_believed_before_the_face(target):
    joint_map = joint_maps.get("halpe26", target)
    pose = RNG.normal(size=(1, 26, 2))
    moved = pose.copy()
    moved[0, : HALPE_26.index("left_shoulder")] += 500
    np.testing.assert_array_equal(joint_map.apply(pose)[0], joint_map.apply(moved)[0])
    assert joint_map.apply(pose, without(HALPE_26, "head"))[1].min() == 1


def test_joints_of_the_detector_itself_are_copied():
    pose = RNG.normal(size=(1, 26, 2))
    halpe = joint_maps.get("halpe26", "h36m17")
    for name, own in (("pelvis", "hip"), ("head", "head")):
        np.testing.assert_array_equal(
            mapped_joint(halpe, pose, None, name), pose[0, HALPE_26.index(own)]
        )
    body = joint_maps.get("body25", "h36m17")
    for name, own in (("pelvis", "mid_hip"), ("thorax", "neck")):
        np.testing.assert_array_equal(
            mapped_joint(body, pose[:, :25], None, name), pose[0, BODY_25.index(own)]
        )
    assert body.synthesised == ("spine", "neck", "head")
    mpi = joint_maps.get("mpi15", "h36m17")
    for name, own in (("spine", "chest"), ("neck", "upper_neck"), ("head", "head_top")):
        np.testing.assert_array_equal(
            mapped_joint(mpi, pose[:, :15], None, name), pose[0, MPI_15.index(own)]
        )
    assert mpi.synthesised == ("pelvis", "thorax")


def test_a_neck_above_the_shoulders_is_no_middle_of_them():
    pose = RNG.normal(size=(1, 25, 2))
    body = joint_maps.get("body25b", "h36m17")
    shoulders = [BODY_25B.index(f"{side}_shoulder") for side in ("left", "right")]
    middle = pose[0, shoulders].mean(axis=0)
    np.testing.assert_allclose(mapped_joint(body, pose, None, "thorax"), middle)
    head = mapped_joint(body, pose, None, "head")
    np.testing.assert_array_equal(head, pose[0, BODY_25B.index("head_top")])


@pytest.mark.parametrize(
    ("source", "gone", "lost"),
    [
        ("body25", ("mid_hip", "neck"), set()),
        ("body25", ("left_shoulder", "left_hip"), {"left_shoulder", "left_hip"}),
        ("halpe26", ("left_shoulder", "left_hip"), {"left_shoulder", "left_hip"}),
        ("halpe26", ("head", "nose", "left_eye", "left_ear"), set()),
        ("openpose18", ("right_shoulder",), {"right_shoulder"}),
        ("body25b", ("left_shoulder", "nose", "left_ear"), {"left_shoulder"}),
        ("body25b", ("head_top", "nose", "left_eye", "left_ear"), set()),
        ("mpi15", ("chest", "upper_neck"), set()),
        ("mpi15", ("left_shoulder",), {"left_shoulder"}),
        ("mpi15", ("head_top",), {"head"}),
        ("mediapipe33", ("right_shoulder",),
         {"right_shoulder", "spine", "thorax", "neck", "head"}),
    ],
)  # fmt: skip
def test_what_was_missed_is_found_another_way_where_there_is_one(source, gone, lost):
    source = skeleton.get(source)
    _, confidence = joint_maps.get(source.name, "h36m17").apply(
        RNG.normal(size=(1, source.num_joints, 2)), without(source, *gone)
    )
    names = H36M_17.joint_names
    assert {n for n, c in zip(names, confidence[0], strict=True) if c == 0} == lost
