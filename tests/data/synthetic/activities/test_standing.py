"""Activities on one's feet do what their name says, in a good share of frames."""

import numpy as np
import pytest

from tests.fixtures.procedural import (
    SEQUENCES,
    SIDES,
    angle,
    arms,
    bent,
    height,
    higher,
    joints,
    lower,
    motion,
    steepness,
    swing,
    travelled,
)


def test_t_poses_are_exact_and_common():
    level = (np.abs(arms("t_pose")) < 10).all(axis=0)
    straight = bent("t_pose", "knee") < 6
    assert (level & straight).mean() > 0.5
    assert (straight).mean() > 0.9


def test_arms_of_an_a_pose_point_down_obliquely():
    held = ((arms("a_pose") < -20) & (arms("a_pose") > -75)).all(axis=0)
    assert held.mean() > 0.5
    assert (bent("a_pose", "elbow") < 20).mean() > 0.7


@pytest.mark.parametrize("activity", ["standing_straight", "t_pose", "a_pose"])
def test_legs_are_straight_and_together_or_apart(activity):
    assert (bent(activity, "knee") < 6).mean() > 0.9
    ankles = joints(activity)["left_ankle"] - joints(activity)["right_ankle"]
    apart = np.linalg.norm(ankles, axis=-1).mean(1) / motion(activity).stature
    assert apart.min() < 0.12
    assert apart.max() > 0.3


def test_raised_arms_go_everywhere():
    assert (arms("raising_arms").max(axis=0) > 60).any()
    assert (np.abs(arms("raising_arms")) < 15).all(axis=0).any(axis=1).sum() >= 3


@pytest.mark.parametrize(
    ("activity", "least"),
    [("circling_arms", 40), ("swinging_arms", 50), ("moving_arms", 50), ("jumping_jacks", 60),
     ("raising_arms", 50), ("pointing", 30)],
)  # fmt: skip
def test_arms_move_far(activity, least):
    moved = np.hypot(swing(activity, "shoulder_flexion"), swing(activity, "shoulder_abduction"))
    assert np.median(moved) > least


def test_circles_are_made_by_one_arm_or_both_and_go_round():
    raised = np.stack([angle("circling_arms", f"{side}_shoulder_abduction") for side in SIDES])
    moving = np.ptp(raised, axis=-1) > 15
    assert moving.all(axis=0).any()
    assert (moving.sum(axis=0) == 1).any()


def test_hands_are_at_the_head():
    hand = joints("hands_to_head")["left_wrist"] - joints("hands_to_head")["neck"]
    near = np.linalg.norm(hand, axis=-1) / motion("hands_to_head").stature[:, None] < 0.22
    assert near.mean() > 0.4


def test_elbow_and_knee_meet():
    gaps = []
    for one, other in (("left", "right"), ("right", "left")):
        gap = joints("elbow_to_knee")[f"{one}_elbow"] - joints("elbow_to_knee")[f"{other}_knee"]
        gaps.append(np.linalg.norm(gap, axis=-1))
    nearest = np.minimum(*gaps).min(axis=1) / motion("elbow_to_knee").stature
    assert np.median(nearest) < 0.17


@pytest.mark.parametrize("activity", ["jumping_jacks", "skipping_rope", "hopping", "high_knees"])
def test_feet_leave_the_floor(activity):
    assert (lower(activity, "ankle").max(axis=1) > 0.05).sum() >= SEQUENCES / 3


def test_squats_reach_the_floor_and_some_stay_there():
    pelvis = height("deep_squats", "pelvis")
    assert np.median(pelvis.min(axis=1)) < 0.24
    assert (pelvis.max(axis=1) < 0.3).any()
    assert (pelvis.max(axis=1) > 0.48).any()
    assert bent("deep_squats", "knee").max() > 138


def test_lunges_go_forward_and_aside():
    legs = joints("lunging_about")["left_ankle"] - joints("lunging_about")["right_ankle"]
    apart = np.linalg.norm(legs, axis=-1).max(axis=1) / motion("lunging_about").stature
    assert np.median(apart) > 0.38
    abducted = bent("lunging_about", "hip_abduction").max(axis=1)
    assert 2 <= (abducted > 25).sum() <= SEQUENCES - 2


def test_kicks_reach_the_hips():
    assert np.median(higher("high_kicks", "ankle").max(axis=1)) > 0.35
    assert higher("high_kicks", "ankle").max() > 0.55


def test_balancing_is_on_one_leg_and_some_are_level():
    assert np.median(higher("balancing", "ankle").max(axis=1)) > 0.15
    trunk = steepness("balancing", "pelvis", "thorax")
    assert (trunk < 25).any(axis=1).sum() >= 2


def test_knees_go_high():
    assert np.median(higher("high_knees", "knee").max(axis=1)) > 0.33


def test_tiptoeing_is_slow():
    assert travelled("tiptoeing").max() < 1.5
    assert np.median(higher("tiptoeing", "ankle").max(axis=1)) > 0.08


def test_bends_forward_on_straight_legs_to_the_floor():
    assert np.median(steepness("bending_forward", "pelvis", "neck").min(axis=1)) < 25
    assert lower("bending_forward", "wrist").min() < 0.12
    assert (bent("bending_forward", "knee") < 35).all()


def test_bends_aside_and_back():
    assert (np.ptp(angle("bending_aside", "spine_bend"), axis=1) > 30).sum() >= SEQUENCES / 3
    assert angle("bending_aside", "spine_flexion").min() < -25


def test_leans_on_the_knees():
    hand = (
        joints("leaning_on_the_knees")["left_wrist"] - joints("leaning_on_the_knees")["left_knee"]
    )
    near = np.linalg.norm(hand, axis=-1).min(axis=1) / motion("leaning_on_the_knees").stature
    assert np.median(near) < 0.17


def test_shelves_are_low_and_high():
    assert lower("filling_shelves", "wrist").min() < 0.15
    assert higher("filling_shelves", "wrist").max() > 1.0


def test_who_pushes_leans():
    trunk = steepness("pushing", "pelvis", "thorax")
    assert (trunk.min(axis=1) < 70).sum() >= 4
    assert np.median(np.abs(arms("pushing")).min(axis=0)) < 40


def test_who_is_on_a_chair_sits():
    assert height("on_a_chair", "pelvis").max() < 0.4
    assert height("on_a_chair", "pelvis").min() > 0.05
    assert higher("on_a_chair", "wrist").max() > 0.7


@pytest.mark.parametrize("activity", ["carrying", "walking_loaded"])
def test_loads_are_carried_low_and_overhead(activity):
    overhead = (lower(activity, "wrist") > height(activity, "head")).mean(axis=1) > 0.5
    front = (bent(activity, "elbow") > 45).mean(axis=1) > 0.5
    assert overhead.any()
    assert (front & ~overhead).any()


@pytest.mark.parametrize(
    ("activity", "ahead"),
    [("walking_backward", -1), ("walking_with_busy_arms", 1), ("walking_loaded", 1),
     ("walking_stooped", 1)],
)  # fmt: skip
def test_walks_that_way(activity, ahead):
    heading = np.radians(angle(activity, "heading"))[:, 1:]
    steps = np.diff(joints(activity)["pelvis"], axis=1)
    forward = steps[..., 0] * np.sin(heading) + steps[..., 2] * np.cos(heading)
    assert (ahead * forward.sum(axis=1) > 0.8).all()


def test_stooped_walkers_are_bent():
    assert np.median(steepness("walking_stooped", "pelvis", "thorax")) < 65


def test_busy_arms_go_high():
    assert (higher("walking_with_busy_arms", "wrist") > 0.9).any(axis=1).sum() >= 2


def test_sidesteps_go_sideways():
    across = joints("sidestepping")["left_hip"] - joints("sidestepping")["right_hip"]
    across = across / np.linalg.norm(across, axis=-1, keepdims=True)
    steps = np.diff(joints("sidestepping")["pelvis"], axis=1)
    aside = np.abs((steps * across[:, 1:]).sum(-1))
    along = np.abs((steps * np.cross(across[:, 1:], [0.0, 1.0, 0.0])).sum(-1))
    assert np.median(aside) > np.median(along)


def test_stairs_lift_the_knees_in_turns():
    knees = [angle("climbing_stairs", f"{side}_knee") for side in SIDES]
    assert np.median(np.max(knees, axis=(0, 2))) > 70
    correlations = [np.corrcoef(*pair)[0, 1] for pair in zip(*knees, strict=True)]
    assert np.median(correlations) < -0.5


@pytest.mark.parametrize(
    ("activity", "speed"),
    [("throwing_a_ball", 3), ("hitting_with_a_racket", 4), ("swinging_a_club", 4),
     ("dancing_widely", 2.5)],
)  # fmt: skip
def test_hands_are_fast(activity, speed):
    hands = [joints(activity)[f"{side}_wrist"] - joints(activity)["pelvis"] for side in SIDES]
    fastest = np.linalg.norm(np.diff(hands, axis=2), axis=-1).max(axis=(0, 2)) * 30
    assert np.median(fastest) > speed


def test_both_hands_hold_the_club():
    gap = joints("swinging_a_club")["left_wrist"] - joints("swinging_a_club")["right_wrist"]
    gap = np.linalg.norm(gap, axis=-1) / motion("swinging_a_club").stature[:, None]
    assert np.quantile(gap, 0.8) < 0.15


def test_dancers_turn_and_crouch():
    turned = np.ptp(angle("dancing_widely", "heading"), axis=1)
    assert np.median(turned) > 60
    assert np.ptp(height("dancing_widely", "pelvis")) > 0.12


def test_who_hangs_has_the_hands_overhead_at_one_bar():
    hands = [height("hanging_from_a_bar", f"{side}_wrist") for side in SIDES]
    assert np.abs(hands[0] - hands[1]).mean() < 0.06
    assert (hands[0] > height("hanging_from_a_bar", "neck")).mean() > 0.9
    assert np.ptp(angle("hanging_from_a_bar", "left_elbow"), axis=1).max() > 60
    assert bent("hanging_from_a_bar", "hip_flexion").max() > 80
