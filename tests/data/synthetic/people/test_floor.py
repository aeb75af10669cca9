import numpy as np
import pytest

from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import draw_bodies
from posenet3d.data.synthetic.people.floor import CLEARANCE, place_on_floor
from posenet3d.data.synthetic.people.kinematics import forward_kinematics
from posenet3d.skeletons.skeleton import H36M_17

FRAME_RATE = 30.0
UNKNOWN = np.full((6, 60), np.nan)


@pytest.fixture
def people():
    return draw_bodies(np.random.default_rng(1), 6)


def test_body_rests_on_the_floor_and_the_planted_foot_stays(people):
    frames = np.linspace(0, 1, 40)
    values = np.zeros((6, 40, len(ANGLES)))
    values[..., ANGLES.index("right_hip_flexion")] = -20 + 30 * frames
    values[..., ANGLES.index("left_knee")] = 60  # the left foot is in the air
    joints = forward_kinematics(values, people)
    placed = place_on_floor(joints, people, np.zeros((6, 40)), UNKNOWN[:, :40], FRAME_RATE)
    right, left = (placed[:, :, H36M_17.index(f"{side}_ankle")] for side in ("right", "left"))
    np.testing.assert_allclose(
        right[..., 1], 0.039 * people.stature[:, None].repeat(40, 1), atol=0.01
    )
    assert (left[..., 1] > right[..., 1] + 0.1).all()
    assert (np.ptp(right[..., 2], axis=1) < 0.05).all()
    travelled = placed[:, -1, H36M_17.root, 2] - placed[:, 0, H36M_17.root, 2]
    assert (travelled < -0.3).all()  # a leg that swings forward on the ground pushes the body back


def test_lift_raises_the_body(people):
    values = np.zeros((6, 30, len(ANGLES)))
    joints = forward_kinematics(values, people)
    low, high = (
        place_on_floor(joints, people, np.full((6, 30), lift), UNKNOWN[:, :30], FRAME_RATE)
        for lift in (0, 0.2)
    )
    np.testing.assert_allclose(high[..., 1] - low[..., 1], 0.2, atol=1e-9)


def test_a_foot_said_to_bear_the_weight_stays(people):
    values = np.zeros((6, 40, len(ANGLES)))
    values[..., ANGLES.index("left_hip_flexion")] = np.linspace(30, -20, 40)
    joints = forward_kinematics(values, people)
    placed = place_on_floor(joints, people, np.zeros((6, 40)), np.ones((6, 40)), FRAME_RATE)
    left = placed[:, :, H36M_17.index("left_ankle"), 2]
    assert (np.ptp(left, axis=1) < 0.05).all()
    assert (placed[:, -1, H36M_17.root, 2] - placed[:, 0, H36M_17.root, 2] > 0.5).all()


# the pelvis's tilt and another angle, and a joint on which the body then rests
RESTS = [
    ({"pelvis_tilt": 90, "neck_flexion": 45}, "head"),
    ({"pelvis_tilt": 80, "left_shoulder_flexion": 90, "left_elbow": 10}, "left_wrist"),
    ({"pelvis_tilt": -90, "left_shoulder_flexion": -50, "left_elbow": 90}, "left_elbow"),
    ({"pelvis_tilt": -150}, "head"),
]


@pytest.mark.parametrize(("posed", "lowest"), RESTS)
def test_bodies_rest_on_any_joint(people, posed, lowest):
    values = np.zeros((6, 8, len(ANGLES)))
    for name, degrees in posed.items():
        values[..., ANGLES.index(name)] = degrees
    joints = forward_kinematics(values, people)
    placed = place_on_floor(joints, people, np.zeros((6, 8)), UNKNOWN[:, :8], FRAME_RATE)
    height = placed[:, :, H36M_17.index(lowest), 1] / people.stature[:, None]
    np.testing.assert_allclose(height, CLEARANCE[lowest.split("_")[-1]], atol=1e-9)
    assert placed[..., 1].min() > 0
