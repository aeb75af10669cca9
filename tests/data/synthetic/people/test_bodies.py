import numpy as np
import pytest

from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import draw_bodies, hold_arms_off
from posenet3d.data.synthetic.people.kinematics import forward_kinematics
from posenet3d.skeletons.skeleton import H36M_17


def joint(joints, name):
    return joints[:, H36M_17.index(name)]


def standing(people):
    return forward_kinematics(np.zeros((len(people.stature), 1, len(ANGLES))), people)[:, 0]


def leg_share(people):
    return (people.segments["thigh"] + people.segments["shank"]) / people.stature


def test_people_differ_within_human_bounds():
    people = draw_bodies(np.random.default_rng(0), 500)
    assert 1.45 < people.stature.min() < 1.55
    assert 1.85 < people.stature.max() < 1.95
    legs = (people.segments["thigh"] + people.segments["shank"]) / people.stature
    assert legs.std() > 0.005
    np.testing.assert_allclose(legs.mean(), 0.491, atol=0.003)
    joints = standing(people)
    height = joint(joints, "head")[:, 1] - joint(joints, "left_ankle")[:, 1]
    height += people.segments["ankle_height"]
    ratio = height / people.stature
    assert ratio.mean() == pytest.approx(0.95, abs=0.02)  # the scalp is above the head's top joint
    assert ratio.min() > 0.88
    assert ratio.max() < 1.02


def test_everyone_is_mostly_adults():
    people = draw_bodies(np.random.default_rng(0), 4000, everyone=True)
    child = people.stature < 1.475
    assert 0.08 < child.mean() < 0.16
    assert people.stature.min() < 1.02
    assert people.stature.max() > 2.0
    assert 0.04 < (people.girth > 0).mean() < 0.12


def test_children_have_a_larger_head_and_shorter_legs():
    people = draw_bodies(np.random.default_rng(0), 4000, everyone=True)
    small, grown = people.stature < 1.2, (people.stature > 1.5) & (people.stature < 1.9)
    assert leg_share(people)[small].mean() < leg_share(people)[grown].mean() - 0.02
    head = (people.segments["neck"] + people.segments["head"]) / people.stature
    assert head[small].mean() > 1.15 * head[grown].mean()
    joints = standing(people)
    height = joint(joints, "head")[:, 1] - joint(joints, "left_ankle")[:, 1]
    height += people.segments["ankle_height"]
    assert (height / people.stature)[small].mean() == pytest.approx(0.95, abs=0.03)


def test_arms_hang_beside_a_heavily_built_trunk():
    people = draw_bodies(np.random.default_rng(0), 300, everyone=True)
    held = hold_arms_off(np.zeros((300, 2, len(ANGLES))), people)
    hanging = held[:, 0, ANGLES.index("left_shoulder_abduction")]
    assert (hanging[people.girth > 0.5] > 6).all()
    assert (hanging[people.girth == 0] == 0).all()
    assert np.count_nonzero(held[people.girth == 0]) == 0
