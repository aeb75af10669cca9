import numpy as np
import pytest

from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import draw_bodies
from posenet3d.data.synthetic.people.kinematics import forward_kinematics, tip
from posenet3d.skeletons.skeleton import H36M_17


@pytest.fixture
def people():
    return draw_bodies(np.random.default_rng(1), 6)


def pose(people, **angles):
    """Joints of each person, `[S, 17, 3]`, all other angles zero."""
    values = np.zeros((len(people.stature), 1, len(ANGLES)))
    for name, degrees in angles.items():
        values[..., ANGLES.index(name)] = degrees
    return forward_kinematics(values, people)[:, 0]


def joint(joints, name):
    return joints[:, H36M_17.index(name)]


# angle, degrees, joint that moves, axis (0 left, 1 up, 2 forward), direction
DIRECTIONS = [
    ("right_knee", 60, "right_ankle", 2, -1),
    ("left_elbow", 60, "left_wrist", 2, 1),
    ("left_hip_flexion", 60, "left_knee", 2, 1),
    ("left_hip_abduction", 30, "left_ankle", 0, 1),
    ("right_hip_abduction", 30, "right_ankle", 0, -1),
    ("right_shoulder_flexion", 160, "right_wrist", 1, 1),
    ("right_shoulder_abduction", 80, "right_wrist", 0, -1),
    ("pelvis_tilt", 40, "head", 2, 1),
    ("pelvis_list", 15, "head", 0, 1),
    ("spine_flexion", 40, "thorax", 2, 1),
    ("spine_bend", 30, "head", 0, 1),
    ("spine_twist", 40, "right_shoulder", 2, 1),
    ("neck_flexion", 40, "head", 2, 1),
    ("neck_twist", 60, "neck", 0, 1),
]


@pytest.mark.parametrize(("angle", "degrees", "moved", "axis", "sign"), DIRECTIONS)
def test_positive_angles_move_the_way_documented(people, angle, degrees, moved, axis, sign):
    step = joint(pose(people, **{angle: degrees}), moved) - joint(pose(people), moved)
    assert (sign * step[:, axis] > 0.015).all()


def test_inward_rotation_turns_a_bent_forearm_to_the_midline(people):
    for side, sign in (("left", -1), ("right", 1)):
        straight = pose(people, **{f"{side}_elbow": 90})
        turned = pose(people, **{f"{side}_elbow": 90, f"{side}_shoulder_rotation": 40})
        step = joint(turned, f"{side}_wrist") - joint(straight, f"{side}_wrist")
        assert (sign * step[:, 0] > 0.05).all()


def test_right_angle_gives_right_angle(people):
    joints = pose(people, left_knee=90, left_hip_flexion=70, left_hip_rotation=20)
    thigh = joint(joints, "left_knee") - joint(joints, "left_hip")
    shank = joint(joints, "left_ankle") - joint(joints, "left_knee")
    np.testing.assert_allclose((thigh * shank).sum(-1), 0, atol=1e-9)


def test_mirrored_angles_give_the_mirrored_pose(people):
    rng = np.random.default_rng(0)
    limbs = {name: rng.uniform(0, 40) for name in ("hip_flexion", "hip_rotation", "knee")}
    limbs |= {name: rng.uniform(0, 90) for name in ("shoulder_abduction", "elbow")}
    trunk = {"spine_twist": 20.0, "neck_bend": 15.0, "pelvis_list": 8.0, "heading": 30.0}
    right = pose(people, **{f"right_{n}": v for n, v in limbs.items()}, **trunk)
    left = pose(
        people,
        **{f"left_{n}": v for n, v in limbs.items()},
        **{n: -v for n, v in trunk.items()},
    )
    np.testing.assert_allclose(left[:, H36M_17.mirror] * [-1, 1, 1], right, atol=1e-9)


def test_conventions_of_human36m(people):
    joints = pose(people, spine_twist=20, pelvis_tilt=10)
    hips = (joint(joints, "left_hip") + joint(joints, "right_hip")) / 2
    np.testing.assert_allclose(hips, joint(joints, "pelvis"), atol=1e-9)
    shoulders = (joint(joints, "left_shoulder") + joint(joints, "right_shoulder")) / 2
    np.testing.assert_allclose(shoulders, joint(joints, "thorax"), atol=0.03)
    assert joint(joints, "head")[:, 1].min() > joint(joints, "neck")[:, 1].max() - 0.2
    assert (joint(joints, "head")[:, 1] > joint(joints, "neck")[:, 1] + 0.05).all()


@pytest.mark.parametrize(
    ("tilt", "twist", "front", "left"),
    [(90, 0, (0, -1, 0), (1, 0, 0)), (-90, 0, (0, 1, 0), (1, 0, 0)),
     (90, 90, (1, 0, 0), (0, 1, 0)), (90, 180, (0, 1, 0), (-1, 0, 0))],
)  # fmt: skip
def test_people_lie_on_belly_back_and_side(people, tilt, twist, front, left):
    """Where the front of a lying body (a bent shank points to its back) and its left side are."""
    joints = pose(people, pelvis_tilt=tilt, pelvis_twist=twist, left_knee=90)
    back = joint(joints, "left_ankle") - joint(joints, "left_knee")
    to_left = joint(joints, "left_hip") - joint(joints, "pelvis")
    for vector, expected in ((-back, front), (to_left, left)):
        direction = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
        np.testing.assert_allclose(direction, np.tile(expected, (6, 1)), atol=1e-9)


def test_tipping_turns_the_whole_body_and_nothing_else(people):
    rng = np.random.default_rng(2)
    angles = rng.uniform(-40, 40, (6, 3, len(ANGLES)))
    angles[..., ANGLES.index("heading")] = 0
    angles[..., ANGLES.index("pelvis_twist")] = [170, 190, 380]
    degrees = np.full((6, 3), 25.0)
    forward = np.array([[1, 0, 0], [0, np.cos(0.1), -np.sin(0.1)], [0, np.sin(0.1), np.cos(0.1)]])
    before = forward_kinematics(angles, people)
    pushed = tip(angles, np.degrees(0.1 + 0 * degrees), 0 * degrees)
    np.testing.assert_allclose(forward_kinematics(pushed, people), before @ forward.T, atol=1e-9)
    assert np.abs(pushed - angles).max() < 60  # the twist does not wrap
    aside = forward_kinematics(tip(0 * angles, 0 * degrees, degrees), people)
    assert (joint(aside[:, 0], "head")[:, 0] > 0.2).all()  # to the left
