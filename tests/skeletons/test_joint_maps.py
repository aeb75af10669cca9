import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from posenet3d.skeletons import joint_maps, skeleton
from posenet3d.skeletons.joint_maps import Copy, Extrapolate, JointMap, Mean
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

COCO_TO_H36M = joint_maps.get("coco17", "h36m17")
H36M_TO_COCO = joint_maps.get("h36m17", "coco17")
LIMBS = [n for n in COCO_17.joint_names if n in H36M_17.joint_names]
FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")


def standing_coco() -> np.ndarray:
    """A person of stature 1000 px facing the camera, the ground at y = 0, heights as y upwards."""
    heights = dict(nose=0.905, eye=0.936, ear=0.925, shoulder=0.818, elbow=0.63, wrist=0.485)
    heights |= dict(hip=0.53, knee=0.285, ankle=0.04)
    widths = dict(nose=0, eye=0.02, ear=0.04, shoulder=0.11, elbow=0.12, wrist=0.12)
    widths |= dict(hip=0.06, knee=0.06, ankle=0.06)
    pose = np.zeros((1, 17, 2))
    for j, name in enumerate(COCO_17.joint_names):
        part = name.split("_")[-1]
        side = 1 if name.startswith("left") else -1
        pose[0, j] = 1000 * side * widths[part], -1000 * heights[part]
    return pose


def joint(mapped, name):
    return mapped[0][0, H36M_17.index(name)]


def confidence_without(*names):
    confidence = np.ones((1, 17), np.float32)
    confidence[0, [COCO_17.index(n) for n in names]] = 0
    return confidence


def test_limbs_survive_the_way_there_and_back():
    pose = np.random.default_rng(0).normal(size=(5, 17, 3)).astype(np.float32)
    confidence = np.random.default_rng(1).random((5, 17)).astype(np.float32)
    there = COCO_TO_H36M.apply(pose, confidence)
    back, back_confidence = H36M_TO_COCO.apply(*there)
    for name in LIMBS:
        j = COCO_17.index(name)
        np.testing.assert_array_equal(back[:, j], pose[:, j])
        np.testing.assert_array_equal(back_confidence[:, j], confidence[:, j])
    face = [COCO_17.index(n) for n in FACE]
    assert (back_confidence[:, face] == 0).all()
    assert (back[:, face] == 0).all()


@pytest.mark.parametrize("missing", [(), ("left_ear", "right_ear")])
def test_trunk_and_head_stand_where_the_body_has_them(missing):
    mapped = COCO_TO_H36M.apply(standing_coco(), confidence_without(*missing))
    expected = dict(pelvis=-530, spine=-674, thorax=-818, neck=-925, head=-1000)
    for name, y in expected.items():
        np.testing.assert_allclose(joint(mapped, name), [0, y], atol=0.5)


def test_head_is_found_from_what_is_left_of_the_face():
    pose = standing_coco()
    seen = [("left_ear", "right_ear"), ("left_eye", "right_eye"), ("left_ear",), ("right_ear",)]
    for kept in [*seen, ("nose",)]:
        hidden = confidence_without(*(n for n in FACE if n not in kept))
        mapped = COCO_TO_H36M.apply(pose, hidden)
        assert mapped[1].min() == 1
        x, y = joint(mapped, "head")
        assert y == pytest.approx(-1000, abs=1)
        assert abs(x) <= 70  # one ear is 40 px to the side


def test_ears_are_preferred_to_the_nose():
    pose = standing_coco()
    moved = pose.copy()
    moved[0, COCO_17.index("nose")] += 500
    np.testing.assert_array_equal(COCO_TO_H36M.apply(pose)[0], COCO_TO_H36M.apply(moved)[0])


def test_a_joint_nothing_tells_of_is_missing_and_its_garbage_ignored():
    pose = standing_coco()
    pose[0, :5] = np.nan
    mapped, confidence = COCO_TO_H36M.apply(pose, confidence_without(*FACE))
    gone = [H36M_17.index(n) for n in ("neck", "head")]
    assert (confidence[0, gone] == 0).all()
    assert (mapped[0, gone] == 0).all()
    assert confidence.sum() == 15
    assert np.isfinite(mapped).all()


def test_missing_hip_takes_pelvis_and_spine_with_it():
    _, confidence = COCO_TO_H36M.apply(standing_coco(), confidence_without("left_hip"))
    missing = {n for n, c in zip(H36M_17.joint_names, confidence[0], strict=True) if c == 0}
    assert missing == {"left_hip", "pelvis", "spine"}


def test_confidence_is_the_least_of_those_used():
    confidence = np.ones((1, 17), np.float32)
    confidence[0, COCO_17.index("left_hip")] = 0.25
    confidence[0, COCO_17.index("right_hip")] = 0.5
    mapped = COCO_TO_H36M.apply(standing_coco(), confidence)[1][0]
    assert mapped[H36M_17.index("pelvis")] == 0.25
    assert mapped[H36M_17.index("right_hip")] == 0.5
    assert mapped[H36M_17.index("thorax")] == 1


@given(
    hnp.arrays(np.float32, (2, 17, 2), elements=st.floats(-1e5, 1e5, width=32)),
    hnp.arrays(np.float32, (2, 17), elements=st.sampled_from([0.0, 0.3, 1.0])),
)
def test_any_pose_maps_to_finite_joints_inside_the_confidence(pose, confidence):
    mapped, mapped_confidence = COCO_TO_H36M.apply(pose, confidence)
    assert np.isfinite(mapped).all()
    assert (mapped[mapped_confidence == 0] == 0).all()
    assert set(mapped_confidence.ravel()) <= {np.float32(v) for v in (0, 0.3, 1)}


def test_moving_the_image_moves_every_joint():
    pose = standing_coco()
    moved = COCO_TO_H36M.apply(pose + [30, -70])[0] - COCO_TO_H36M.apply(pose)[0]
    np.testing.assert_allclose(moved, np.broadcast_to([30, -70], moved.shape), atol=1e-9)


def test_mirrored_person_maps_to_the_mirrored_pose():
    pose = np.random.default_rng(2).normal(size=(3, 17, 2))
    flip = np.array([-1, 1])
    mirrored = COCO_TO_H36M.apply(pose[:, COCO_17.mirror] * flip)[0]
    np.testing.assert_allclose(mirrored, COCO_TO_H36M.apply(pose)[0][:, H36M_17.mirror] * flip)


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17], ids=lambda s: s.name)
def test_identity_changes_nothing_and_keeps_missing_joints_missing(skeleton):
    pose = np.random.default_rng(3).normal(size=(4, 17, 2)).astype(np.float32)
    confidence = (np.arange(68).reshape(4, 17) % 5 > 0).astype(np.float32)
    mapped, mapped_confidence = joint_maps.get(skeleton.name, skeleton.name).apply(pose, confidence)
    np.testing.assert_array_equal(mapped_confidence, confidence)
    np.testing.assert_array_equal(mapped[confidence > 0], pose[confidence > 0])


def test_a_map_says_what_it_makes_up_and_what_it_lacks():
    assert COCO_TO_H36M.synthesised == ("pelvis", "spine", "thorax", "neck", "head")
    assert COCO_TO_H36M.absent == ()
    assert H36M_TO_COCO.synthesised == ()
    assert H36M_TO_COCO.absent == FACE


def test_extrapolate_goes_on_along_the_line_and_nests():
    rule = Extrapolate(Mean(("left_hip", "right_hip")), "nose", 2.0)
    head = JointMap(COCO_17, H36M_17, {"head": rule})
    pose = np.zeros((1, 17, 2))
    pose[0, COCO_17.index("nose")] = 0, -10
    np.testing.assert_allclose(joint(head.apply(pose), "head"), [0, -20])


BAD_RULES = {
    "target lacks": ({"tail": Copy("nose")}, "no joint 'tail'"),
    "source lacks": ({"head": Copy("crown")}, "uses 'crown', which the source lacks"),
    "nested": ({"head": Extrapolate("nose", Mean(("left_ear", "fin")), 2.0)}, "uses 'fin'"),
    "no alternative": ({"head": ()}, "empty tuple"),
    "not a rule": ({"head": "nose"}, "needs a Copy"),
}


@pytest.mark.parametrize(("rules", "message"), BAD_RULES.values(), ids=BAD_RULES)
def test_bad_declarations_are_refused(rules, message):
    with pytest.raises(ValueError, match=message):
        JointMap(COCO_17, H36M_17, rules)


@pytest.mark.parametrize(
    "make",
    [lambda: Mean(()), lambda: Mean("nose"), lambda: Extrapolate("nose", "left_ear", np.inf)],
)
def test_bad_rules_are_refused(make):
    with pytest.raises(ValueError, match=r"Mean needs|finite factor"):
        make()


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"needs keypoints \[..., 17, D\], got \[1, 16, 2\]"):
        COCO_TO_H36M.apply(np.zeros((1, 16, 2)))
    with pytest.raises(ValueError, match=r"needs confidence \[1, 17\], got \[2, 17\]"):
        COCO_TO_H36M.apply(np.zeros((1, 17, 2)), np.ones((2, 17)))


def test_unknown_map_lists_those_there_are():
    with pytest.raises(ValueError, match=r"'coco17' to 'smpl24'.*coco17 -> h36m17"):
        joint_maps.get("coco17", "smpl24")


@pytest.mark.parametrize("other", ["h36m17", "coco17"])
def test_trunk_of_cmu_lies_where_its_motion_capture_has_it(other):
    rng = np.random.default_rng(0)
    source = skeleton.get(other)
    keypoints = rng.normal(size=(5, source.num_joints, 2))
    mapped, _ = joint_maps.get(other, "cmu17").apply(keypoints)

    def middle(name):
        return keypoints[:, [source.index(f"left_{name}"), source.index(f"right_{name}")]].mean(1)

    hips, shoulders = middle("hip"), middle("shoulder")
    for joint, share in (("pelvis", 0.204), ("spine", 0.670), ("thorax", 0.902)):
        expected = hips + share * (shoulders - hips)
        np.testing.assert_allclose(mapped[:, skeleton.H36M_17.index(joint)], expected)


def test_placing_joints_as_cmu_and_back_changes_limbs_and_head_not():
    names = skeleton.H36M_17.joint_names
    there, back = joint_maps.get("cmu17", "h36m17"), joint_maps.get("h36m17", "cmu17")
    poses = np.random.default_rng(0).normal(size=(5, 17, 3))
    again, _ = back.apply(there.apply(poses)[0])
    kept = [i for i, n in enumerate(names) if n == "head" or n.startswith(("left_", "right_"))]
    np.testing.assert_allclose(again[:, kept], poses[:, kept])
