"""Activities that bend the trunk or load it: bending, shelves, pushing, a chair; by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.hands import place_of, put_hand
from posenet3d.data.synthetic.clips.stances import (
    SIDES,
    any_arms,
    hanging_arms,
    load_arms,
    look_around,
    stand_straight,
)


def bending_forward(clip: Clip) -> None:
    """Bends forward on straight or hardly bent legs, as far as the floor; hands anywhere."""
    stand_straight(clip, bent=(0, 10))
    bend = clip.routine(moves=[(0.7, 1.4)] * 2, holds=[(0.0, 0.6), (0.2, 1.4)])
    stays = clip.chance(0.3)
    down = np.where(stays, clip.draw(0.4, 1), bend.course((0, 0.15), (0.3, 1)))
    knees = clip.draw(0, 22) * clip.chance(0.5) * down
    clip["pelvis_tilt"] += clip.draw(45, 92) * down
    clip["spine_flexion"] += clip.draw(-8, 70) * down
    clip["spine_twist"] += clip.draw(0, 1) * bend.course((-6, 6), (-40, 40))
    clip["neck_flexion"] += clip.draw(-40, 25) * down
    look_around(clip, bend, amount=0.5)
    clip.balanced += down
    any_arms(clip, bend, free=0.15)
    low, one = clip.chance(0.65), clip.chance(0.3)
    for side in SIDES:
        clip[f"{side}_hip_flexion"] += clip["pelvis_tilt"] + 0.5 * knees
        clip[f"{side}_knee"] += knees
        hanging_arms(clip, side, share=low & ~(one & (side == "left")))
        clip.hold_arm(side, "hip", "behind", where=~low & clip.chance(0.3))


def bending_aside(clip: Clip) -> None:
    """Bends to one side and the other, one arm over the head, or backward."""
    stand_straight(clip, bent=(0, 8))
    bend = clip.routine(moves=[(0.6, 1.2)], holds=[(0.1, 1.2)])
    backward = clip.chance(0.35)
    way = bend.course((-1, 1)) * clip.draw(0.5, 1.2)
    back = np.where(backward, bend.course((0, 1)), 0)
    aside = np.where(backward, 0.2, 1) * way
    clip["spine_bend"] += 38 * aside
    clip["pelvis_list"] += 9 * aside
    clip["left_hip_abduction"] += 9 * aside  # the legs stay as they are
    clip["right_hip_abduction"] -= 9 * aside
    clip["neck_bend"] += clip.draw(0, 25) * aside
    clip["spine_flexion"] -= 36 * back
    clip["pelvis_tilt"] -= 14 * back
    clip["neck_flexion"] -= clip.draw(0, 38) * back
    clip["spine_twist"] += clip.draw(0, 1) * bend.course((-30, 30))
    clip.balanced += backward
    any_arms(clip, bend, free=0.2)
    over, small = clip.chance(0.5), clip.draw(10, 60)
    for side, sign in (("right", 1), ("left", -1)):
        clip.pose(side, hip_flexion=clip[f"{side}_hip_flexion"] - 6 * back)
        raised = small + (168 - small) * np.clip(0.5 + sign * way, 0, 1)
        clip.aim(side, raised, 85, where=over)
        elbow = np.where(over, clip.draw(5, 40), clip[f"{side}_elbow"])
        clip.pose(side, elbow=elbow)


def leaning_on_the_knees(clip: Clip) -> None:
    """Stands bent with the hands on knees or thighs, out of breath, or crouches to look at it."""
    stand_straight(clip, bent=(4, 14), apart=(0, 18))
    rest = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.1, 0.8), (0.8, 2.0)])
    down = np.where(clip.chance(0.5), 1, rest.course((0, 0.2), (0.8, 1)))
    bent = clip.draw(5, 45) * down
    clip["pelvis_tilt"] += clip.draw(46, 64) * down
    clip["spine_flexion"] += clip.draw(18, 42) * down
    clip["neck_flexion"] += clip.draw(-40, 15) * down
    look_around(clip, rest)
    clip.balanced += 1
    for side in SIDES:
        clip.leg(side, thigh=0.6 * bent, shank=0.5 * bent + 4)
    along, out = clip.draw(0.0, 0.5), clip.draw(0, 1.2)
    for side in SIDES:  # on the knee or higher on the thigh
        knee, hip = (place_of(clip, f"{side}_{joint}") for joint in ("knee", "hip"))
        place = [k + along * (h - k) for k, h in zip(knee, hip, strict=True)]
        put_hand(clip, side, (place[0], place[1] + 0.02, place[2] + 0.04), out)


def filling_shelves(clip: Clip) -> None:
    """Takes and deposits things on the floor and on low, middle and high shelves."""
    stand_straight(clip, bent=(2, 12))
    clip.restless = clip.draw(0.3, 1)
    put = clip.routine(moves=[(0.6, 1.2)], holds=[(0.1, 0.9)])
    levels = np.array([0.0, 0.12, 0.3, 0.5, 0.7, 1.0])
    level = levels[np.floor(put.draw((0, 6))).astype(int)] + put.draw((-0.04, 0.04))
    low = put.follow(np.clip(1 - level / 0.5, 0, 1))
    raise_arms = put.follow(np.interp(level, [0, 0.5, 0.75, 1.05], [6, 52, 95, 158]))
    elbow = put.follow(np.interp(level, [0, 0.5, 0.75, 1], [10, 62, 30, 18]))
    knees = clip.draw(0, 1)  # 0: bends the back, 1: the knees
    clip["pelvis_tilt"] += (72 - 44 * knees) * low
    clip["spine_flexion"] += (42 - 8 * knees) * low + put.course((-8, 8))
    clip["heading"] += put.course((-70, 70)) * clip.draw(0, 1)
    clip["spine_twist"] += put.course((-32, 32)) * clip.draw(0, 1)
    clip["neck_flexion"] += put.follow(np.interp(level, [0, 0.5, 1], [-15, 18, -28]))
    clip.balanced += 1
    inclined = clip["pelvis_tilt"] + clip["spine_flexion"]
    one = clip.chance(0.35)
    for side in SIDES:
        back = clip.draw(-14, 14) * knees * low
        thigh = 3 + (8 + 98 * knees) * low + back
        clip.leg(side, thigh=thigh, shank=3 + (4 + 34 * knees) * low - 0.4 * back)
        clip.pose(side, hip_abduction=clip.draw(0, 10) + 12 * knees * low)
        clip.pose(side, shoulder_flexion=0.9 * inclined + raise_arms + clip.draw(-6, 6))
        clip.pose(side, shoulder_abduction=clip.draw(-8, 12), shoulder_rotation=clip.draw(-8, 25))
        clip.pose(side, elbow=elbow + clip.draw(0, 10))
        idle = one & (side == "left")
        clip.hold_arm(side, "hang", "hip", "bent", where=idle)


def pushing(clip: Clip) -> None:
    """Pushes against or pulls at something heavy in a wide stride, leaning into it or away."""
    stand_straight(clip, bent=(2, 14))
    work = clip.routine(moves=[(0.5, 1.0)] * 2, holds=[(0.1, 0.8)] * 2)
    pulls, effort = clip.chance(0.4), work.course((0.2, 0.6), (0.6, 1))
    lean = np.where(pulls, -clip.draw(4, 26), clip.draw(8, 48)) * effort
    clip["pelvis_tilt"] += lean
    clip["spine_flexion"] += clip.draw(-8, 30) * effort
    clip["neck_flexion"] -= 0.5 * np.maximum(lean, 0)
    look_around(clip, work, amount=0.4)
    # The straight leg is behind who pushes and before who pulls; the other bends as deep as that.
    straight = clip.draw(2, 14) + np.abs(lean) * 0.85
    bent = clip.draw(2, 60) * effort
    extent = 2 * np.cos(np.radians(straight)) - np.cos(np.radians(bent))
    under = np.degrees(np.arccos(np.clip(extent, -0.2, 1)))
    height, bend = clip.draw(35, 110), np.where(pulls, clip.draw(0, 70), clip.draw(0, 110))
    bend = bend * np.where(clip.chance(0.5), effort, 1)
    one = clip.chance(0.2)
    for side, sign in (("right", -1), ("left", 1)):
        rear = np.where(pulls, straight, -straight)
        thigh, shank = (rear, -rear) if sign < 0 else (bent, under)
        clip.leg(side, thigh=thigh, shank=shank)
        clip.pose(side, shoulder_flexion=height + 0.6 * lean - 0.55 * bend)
        clip.pose(side, shoulder_abduction=clip.draw(-4, 14) + 0.25 * bend, elbow=bend)
        clip.pose(side, shoulder_rotation=clip.draw(0, 25))
        clip.hold_arm(side, "hang", "back", "hip", where=one & (side == "left"))


def on_a_chair(clip: Clip) -> None:
    """Sits on a chair and does gymnastics: arms anywhere, trunk bent and turned, legs lifted."""
    move = clip.routine(moves=[(0.4, 1.1)], holds=[(0.1, 1.2)])
    clip["pelvis_tilt"] = clip.draw(-22, 12) + move.course((-4, 4))
    lean = np.where(clip.chance(0.3), move.course((0, 1)), 0) * clip.draw(20, 75)
    clip["pelvis_tilt"] += 0.5 * lean
    clip["spine_flexion"] = clip.draw(-10, 28) + move.course((-8, 10)) + 0.6 * lean
    clip["spine_twist"] += clip.draw(0, 1) * move.course((-40, 40))
    clip["spine_bend"] += clip.draw(0, 1) * move.course((-28, 28))
    look_around(clip, move)
    lifts, apart = clip.chance(0.35), clip.draw(-3, 26)
    high = clip.draw(80, 98)
    any_arms(clip, move, free=0.4)
    for side in SIDES:
        clip.move_arm(move, side, ("low_front", "carry", "offer", "chest"), where=clip.chance(0.3))
        shank = clip.draw(-40, 35) - np.where(lifts, move.course((0, 75)), 0)
        raised = np.where(lifts, move.course((0, 22)), 0)
        clip.leg(side, thigh=high + raised, shank=shank)
        clip.pose(side, hip_abduction=apart + clip.draw(-4, 4), hip_rotation=clip.draw(-25, 10))


def carrying(clip: Clip) -> None:
    """Stands or shifts about with a load before the body, overhead, on a shoulder or in a hand."""
    stand_straight(clip, bent=(2, 14))
    clip.restless = clip.draw(0.3, 1)
    move = clip.routine(moves=[(0.6, 1.2)], holds=[(0.3, 1.2)])
    clip["heading"] += move.course((-60, 60)) * clip.draw(0, 1)
    load_arms(clip)
    look_around(clip, move, amount=0.6)
    lift = np.where(clip.chance(0.4), move.course((0, 1)), 0)
    for side in SIDES:
        clip[f"{side}_shoulder_flexion"] += clip.draw(0, 30) * lift
    clip.balanced += 1
