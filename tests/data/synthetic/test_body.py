import numpy as np
import pytest

from posenet3d.data.synthetic import body
from posenet3d.skeletons.skeleton import H36M_17

FRAME_RATE = 30.0
UNKNOWN = np.full((6, 60), np.nan)


@pytest.fixture
def people():
    return body.draw_bodies(np.random.default_rng(1), 6)


def pose(people, **angles):
    """Joints of each person, `[S, 17, 3]`, all other angles zero."""
    values = np.zeros((len(people.stature), 1, len(body.ANGLES)))
    for name, degrees in angles.items():
        values[..., body.ANGLES.index(name)] = degrees
    return body.forward_kinematics(values, people)[:, 0]


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


def test_people_differ_within_human_bounds():
    people = body.draw_bodies(np.random.default_rng(0), 500)
    assert 1.45 < people.stature.min() < 1.55
    assert 1.85 < people.stature.max() < 1.95
    legs = (people.segments["thigh"] + people.segments["shank"]) / people.stature
    assert legs.std() > 0.005
    np.testing.assert_allclose(legs.mean(), 0.491, atol=0.003)
    joints = pose(people)
    height = joint(joints, "head")[:, 1] - joint(joints, "left_ankle")[:, 1]
    height += people.segments["ankle_height"]
    ratio = height / people.stature
    assert ratio.mean() == pytest.approx(0.95, abs=0.02)  # the scalp is above the head's top joint
    assert ratio.min() > 0.88
    assert ratio.max() < 1.02


def test_body_rests_on_the_floor_and_the_planted_foot_stays(people):
    frames = np.linspace(0, 1, 40)
    values = np.zeros((6, 40, len(body.ANGLES)))
    values[..., body.ANGLES.index("right_hip_flexion")] = -20 + 30 * frames
    values[..., body.ANGLES.index("left_knee")] = 60  # the left foot is in the air
    joints = body.forward_kinematics(values, people)
    placed = body.place_on_floor(joints, people, np.zeros((6, 40)), UNKNOWN[:, :40], FRAME_RATE)
    right, left = (placed[:, :, H36M_17.index(f"{side}_ankle")] for side in ("right", "left"))
    np.testing.assert_allclose(
        right[..., 1], 0.039 * people.stature[:, None].repeat(40, 1), atol=0.01
    )
    assert (left[..., 1] > right[..., 1] + 0.1).all()
    assert (np.ptp(right[..., 2], axis=1) < 0.05).all()
    travelled = placed[:, -1, H36M_17.root, 2] - placed[:, 0, H36M_17.root, 2]
    assert (travelled < -0.3).all()  # a leg that swings forward on the ground pushes the body back


def test_lift_raises_the_body(people):
    values = np.zeros((6, 30, len(body.ANGLES)))
    joints = body.forward_kinematics(values, people)
    low, high = (
        body.place_on_floor(joints, people, np.full((6, 30), lift), UNKNOWN[:, :30], FRAME_RATE)
        for lift in (0, 0.2)
    )
    np.testing.assert_allclose(high[..., 1] - low[..., 1], 0.2, atol=1e-9)


def test_a_foot_said_to_bear_the_weight_stays(people):
    values = np.zeros((6, 40, len(body.ANGLES)))
    values[..., body.ANGLES.index("left_hip_flexion")] = np.linspace(30, -20, 40)
    joints = body.forward_kinematics(values, people)
    placed = body.place_on_floor(joints, people, np.zeros((6, 40)), np.ones((6, 40)), FRAME_RATE)
    left = placed[:, :, H36M_17.index("left_ankle"), 2]
    assert (np.ptp(left, axis=1) < 0.05).all()
    assert (placed[:, -1, H36M_17.root, 2] - placed[:, 0, H36M_17.root, 2] > 0.5).all()
