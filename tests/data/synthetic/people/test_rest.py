"""Bodies that rest: pushed over they fall to where a real body would lie or stand."""

import numpy as np
import pytest

from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import draw_bodies
from posenet3d.data.synthetic.people.floor import contacts
from posenet3d.data.synthetic.people.kinematics import forward_kinematics
from posenet3d.data.synthetic.people.rest import bring_to_rest
from posenet3d.skeletons.skeleton import H36M_17

NONE, ALL = np.zeros((6, 4)), np.ones((6, 4))


@pytest.fixture
def people():
    return draw_bodies(np.random.default_rng(1), 6)


def posed(**degrees):
    angles = np.zeros((6, 4, len(ANGLES)))
    for name, value in degrees.items():
        angles[..., ANGLES.index(name)] = value
    return angles


def value(angles, name):
    return angles[..., ANGLES.index(name)]


def test_nobody_is_moved_who_needs_not_rest(people):
    angles = posed(pelvis_tilt=20, spine_bend=10)
    np.testing.assert_array_equal(bring_to_rest(angles, people, NONE, NONE, NONE), angles)


@pytest.mark.parametrize("tilt", [-105, -75])
def test_who_lies_slantwise_comes_to_lie_flat(people, tilt):
    rested = bring_to_rest(posed(pelvis_tilt=tilt), people, ALL, NONE, NONE)
    np.testing.assert_allclose(value(rested, "pelvis_tilt"), -90, atol=6)


def test_who_is_on_all_fours_has_hands_and_knees_on_the_floor(people):
    arms = {f"{side}_shoulder_flexion": 90 for side in ("left", "right")}
    legs = {f"{side}_hip_flexion": 80 for side in ("left", "right")}
    knees = {f"{side}_knee": 90 for side in ("left", "right")}
    angles = posed(pelvis_tilt=60, **arms, **legs, **knees)
    rested = bring_to_rest(angles, people, ALL, NONE, NONE)
    joints = forward_kinematics(rested, people)
    apart = [joints[..., H36M_17.index(f"left_{name}"), 1] for name in ("wrist", "knee")]
    assert np.abs(apart[0] - apart[1]).max() < 0.08


def test_who_lies_on_the_side_rolls_no_further_than_the_upper_knee(people):
    angles = posed(pelvis_tilt=90, pelvis_twist=90, left_hip_flexion=80, left_knee=80)
    rested = bring_to_rest(angles, people, ALL, ALL, NONE)
    below = contacts(forward_kinematics(rested, people), people)[..., 1]
    assert value(rested, "pelvis_twist").min() > 40
    lowest = np.sort(below, axis=-1)
    assert (lowest[..., 2] - lowest[..., 0]).max() < 0.1  # three points of support


def test_who_bends_forward_puts_the_hips_back_over_the_feet(people):
    lean = {f"{side}_hip_flexion": 70 for side in ("left", "right")}
    rested = bring_to_rest(posed(pelvis_tilt=70, **lean), people, NONE, NONE, ALL)
    joints = forward_kinematics(rested, people)
    assert (joints[..., H36M_17.index("left_ankle"), 2] > 0.05).all()  # in front of the pelvis


def test_who_stands_on_one_leg_leans_over_it(people):
    rested = bring_to_rest(posed(right_hip_flexion=80, right_knee=80), people, NONE, NONE, ALL)
    joints = forward_kinematics(rested, people)
    over = joints[..., H36M_17.index("thorax"), 0] - joints[..., H36M_17.index("left_ankle"), 0]
    assert np.abs(over).max() < 0.1
