"""Activities on the floor: sitting, kneeling, on all fours, getting down and up; by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.hands import place_of, put_hand
from posenet3d.data.synthetic.clips.lying import Pose, arm, move_limb
from posenet3d.data.synthetic.clips.routine import Routine
from posenet3d.data.synthetic.clips.stances import (
    SIDES,
    any_arms,
    hanging_arms,
    look_around,
    straight_arm,
)

_REST = ("carry", "bent", "chest", "offer", "chin", "low_front", "crossed", "ear", "hang", "head")
_BEHIND: dict[str, Pose] = {"behind": arm((-55, -25), (8, 30), (-40, 20), (0, 20))}


def sitting_on_the_floor(clip: Clip) -> None:
    """Sits on the floor: legs stretched, crossed, drawn up, apart or one folded."""
    talk = clip.routine(moves=[(0.5, 1.2)], holds=[(0.2, 1.6)])
    _seat(clip, talk)
    kind = np.floor(clip.draw(0, 5))
    stretched, both_folded, drawn_up, apart, one_folded = (kind == k for k in range(5))
    one_up = clip.chance(0.35) & (stretched | drawn_up)
    raised = clip.draw(18, 62)
    for side, left in (("right", False), ("left", True)):
        crossed = both_folded | (one_folded & left)
        straight = stretched & ~(one_up & left) | drawn_up & one_up & left
        up = (stretched | drawn_up) & ~straight
        thigh = np.where(up, 90 + raised, clip.draw(86, 95))
        knee = np.where(up, 2 * raised + clip.draw(-8, 30), clip.draw(0, 14))
        knee = np.where(crossed, clip.draw(115, 138), knee)
        thigh = np.where(crossed, clip.draw(86, 104), thigh)
        clip.leg(side, thigh=thigh, shank=knee - thigh)
        out = np.where(apart, clip.draw(24, 48), clip.draw(-3, 12))
        out = np.where(crossed, clip.draw(36, 50), out)
        turn = np.where(crossed, clip.draw(-90, -80), clip.draw(-25, 5))
        clip.pose(side, hip_abduction=out, hip_rotation=turn)
    reaches = clip.chance(0.2)  # forward to the feet
    lean = talk.course((0, 1)) * np.where(reaches, clip.draw(15, 45), 0)
    clip["pelvis_tilt"] += 0.5 * lean
    clip["spine_flexion"] += lean
    _seated_arms(clip, talk)
    for side in SIDES:
        put_hand(clip, side, place_of(clip, f"{side}_ankle"), 0.4, where=reaches)


def sitting_on_the_heels(clip: Clip) -> None:
    """Kneels and sits on the heels or between them, bows, or comes up to upright kneeling."""
    move = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.3, 1.6)] * 2)
    _seat(clip, move)
    up = np.where(clip.chance(0.35), move.course((0, 0), (0.4, 1)), 0)
    bow = np.where(clip.chance(0.3), move.course((0, 0), (0.4, 1)) * clip.draw(20, 80), 0)
    clip["pelvis_tilt"] = clip.draw(-8, 16) + 0.6 * bow
    clip["spine_flexion"] += 0.6 * bow
    low = clip.draw(50, 64)
    for side in SIDES:
        clip.leg(side, thigh=low * (1 - up), shank=90 + 0 * up)
        clip.pose(side, hip_abduction=clip.draw(-2, 22), hip_rotation=clip.draw(-8, 25))
    _seated_arms(clip, move)
    for side in SIDES:
        hanging_arms(clip, side, share=np.clip(bow / 40, 0, 1))


def kneeling_upright(clip: Clip) -> None:
    """Kneels upright on both knees or on one, the arms anywhere, or leans on the hands."""
    move = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.2, 1.4)] * 2)
    _seat(clip, move)
    clip["pelvis_tilt"] = clip.draw(-8, 10)
    lean = np.where(clip.chance(0.4), move.course((0, 0), (0.5, 1)), 0) * clip.draw(30, 75)
    clip["pelvis_tilt"] += 0.75 * lean
    clip["spine_flexion"] += 0.45 * lean
    clip["neck_flexion"] -= clip.draw(0, 0.5) * lean
    one, front = clip.chance(0.5), clip.draw(80, 105)
    for side in SIDES:
        down = clip.draw(-12, 12) - 0.1 * lean
        thigh = np.where(one & (side == "left"), front, down)
        clip.leg(side, thigh=thigh, shank=np.where(one & (side == "left"), clip.draw(-14, 22), 90))
        clip.pose(side, hip_abduction=clip.draw(-2, 18), hip_rotation=clip.draw(-15, 10))
    any_arms(clip, move, free=0.3)
    for side in SIDES:
        hanging_arms(clip, side, share=np.clip(lean / 30, 0, 1))
    clip.settled[:] = np.clip(lean / 40, 0, 1)


def crawling(clip: Clip) -> None:
    """On all fours: crawls on hands and knees, rests there, lifts an arm and the other leg."""
    move = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.2, 1.2)] * 2)
    _on_all_fours(clip, move, tilt=(74, 84))
    phase = clip.phase(0.35, 0.9)
    going = np.where(clip.chance(0.55), clip.draw(8, 24), 0)
    lifts = (going == 0) & clip.chance(0.5)
    lifted = np.where(lifts, move.course((0, 0), (0.6, 1)), 0)
    rock = np.where(lifts, 0, clip.draw(0, 26)) * move.course((-1, 1)) * (going == 0)
    for side, shift in (("right", 0.0), ("left", 0.5)):
        swing = np.sin(2 * np.pi * (phase + shift))
        raised = np.maximum(np.cos(2 * np.pi * (phase + shift)), 0)
        leg = lifted * (side == "right")
        thigh = going * swing + rock - 70 * leg
        knee = 90 + thigh * (1 - leg) + 6 * raised * (going > 0) - leg * 75
        clip.leg(side, thigh=thigh, shank=knee - thigh)
        clip.pose(side, hip_abduction=clip.draw(-3, 14), hip_rotation=clip.draw(-10, 12))
        clip[f"{side}_shoulder_flexion"] += -going * swing - rock + 75 * lifted * (side == "left")
        clip[f"{side}_elbow"] += 14 * raised * (going > 0)


def bear_walking(clip: Clip) -> None:
    """On hands and feet, the hips high: walks like that, or holds it as in yoga."""
    move = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.2, 1.2)] * 2)
    _on_all_fours(clip, move, tilt=(92, 122))
    clip["spine_flexion"] = clip.draw(-12, 16)
    phase, going = clip.phase(0.35, 0.9), np.where(clip.chance(0.6), clip.draw(6, 20), 0)
    high = (clip["pelvis_tilt"] - 92) / 30  # the higher the hips, the more the arms are overhead
    bent = clip.draw(0, 50) * (1 - 0.7 * high)
    for side, shift in (("right", 0.0), ("left", 0.5)):
        swing = np.sin(2 * np.pi * (phase + shift))
        raised = np.maximum(np.cos(2 * np.pi * (phase + shift)), 0) * (going > 0)
        thigh = 0.5 * bent - 16 * high + going * swing
        clip.leg(side, thigh=thigh, shank=bent + 28 * raised - thigh)
        clip.pose(side, hip_abduction=clip.draw(-3, 14))
        clip[f"{side}_shoulder_flexion"] += 68 * high - going * swing
        clip[f"{side}_elbow"] += 10 * raised


def push_ups(clip: Clip) -> None:
    """Push-ups on toes or knees, planks on hands or forearms, an arm or a leg lifted at times."""
    push = clip.routine(moves=[(0.4, 0.9)] * 2, holds=[(0.0, 0.6)] * 2)
    _on_all_fours(clip, push, tilt=(76, 84))
    clip["spine_flexion"] = clip.draw(-10, 10)
    clip["neck_flexion"] -= 6
    plank, forearms = clip.chance(0.4), clip.chance(0.4)
    bent = np.where(plank, np.where(forearms, 90, clip.draw(0, 8)), push.course((0, 8), (50, 115)))
    knees, sag, wide = clip.chance(0.25), clip.draw(-10, 18), clip.draw(4, 40)
    lifted = np.where(clip.chance(0.2), push.course((0, 0), (0, 25)), 0)
    for side in SIDES:
        clip.pose(
            side, hip_flexion=sag - lifted * (side == "left"), hip_abduction=clip.draw(-4, 10)
        )
        clip.pose(side, knee=np.where(knees, clip.draw(60, 110), clip.draw(0, 8)))
        held = plank & forearms
        clip.pose(side, elbow=bent + clip.draw(0, 4), shoulder_abduction=wide * bent / 100 + 4)
        clip.pose(side, shoulder_flexion=np.where(held, 72, 78 - 0.62 * bent) + clip.draw(-6, 6))
        clip.pose(side, shoulder_rotation=np.where(held, 20, clip.draw(-10, 15)))


def sit_ups(clip: Clip) -> None:
    """Sits up from lying on the back and lies down again, or holds half-way; bends to the knees."""
    sit = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.0, 0.8)] * 2)
    up = sit.course((0, 0.1), (0.3, 1))
    _seat(clip, sit)
    clip.settled[:] = 1
    clip["pelvis_tilt"] = -90 + clip.draw(55, 88) * up
    clip["spine_flexion"] = clip.draw(-4, 4) + clip.draw(15, 50) * np.minimum(1.6 * up, 1)
    clip["neck_flexion"] += 20 * np.minimum(2 * up, 1)
    straight, raised = clip.chance(0.3), clip.draw(30, 58)
    in_air = clip.chance(0.15) * clip.draw(5, 40)
    for side in SIDES:
        thigh = 90 + np.where(straight, clip.draw(-2, 3), raised) + 0.3 * in_air
        knee = np.where(straight, clip.draw(0, 10), 2 * raised + clip.draw(-10, 10)) - in_air
        clip.leg(side, thigh=thigh, shank=np.maximum(knee, 0) - thigh)
        clip.pose(side, hip_abduction=clip.draw(-3, 12), hip_rotation=clip.draw(-12, 5))
        clip.hold_arm(side, "head", "crossed", "ear", "chest")
    straight_arms = clip.chance(0.5)
    for side in SIDES:
        reach = clip.draw(20, 75) + 30 * up
        for name, value in (("shoulder_flexion", reach), ("shoulder_abduction", 8), ("elbow", 12)):
            clip[f"{side}_{name}"] = np.where(straight_arms, value, clip[f"{side}_{name}"])


def bridging(clip: Clip) -> None:
    """On the back with the feet near: lifts the hips high, one leg stretched at times."""
    move = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.1, 1.2)] * 2)
    _seat(clip, move)
    clip.settled[:] = 1
    up = np.where(clip.chance(0.4), 1, move.course((0, 0.1), (0.7, 1)))
    clip["pelvis_tilt"] = -90 - 30 * up
    clip["spine_flexion"] = 4 + clip.draw(-22, 4) * up
    clip["neck_flexion"] = 34 * up
    raised, one = clip.draw(38, 58), clip.chance(0.25)
    for side in SIDES:
        hip = raised + (clip.draw(-12, 8) - raised) * up
        knee = 2 * raised - 8 + (clip.draw(75, 100) - 2 * raised) * up
        free = one & (side == "left")
        clip.pose(side, hip_flexion=np.where(free, hip + 10, hip), knee=np.where(free, 8, knee))
        clip.pose(side, hip_abduction=clip.draw(-2, 12), hip_rotation=clip.draw(-10, 5))
        beside: dict[str, Pose] = {"beside": arm((-25, 5), (6, 40), (-30, 60), (0, 20))}
        move_limb(clip, side, move, beside)


def getting_down(clip: Clip) -> None:
    """From standing to the floor and up again: by a squat to sitting and lying on the back, or by
    kneeling and all fours to lying on the belly or the side."""
    down = clip.routine(moves=[(0.7, 1.3)] * 6, holds=[(0.0, 0.5)] * 6)
    _seat(clip, down)
    by_sitting, aside = clip.chance(0.5), clip.chance(0.4)
    # standing, squatting or kneeling, sitting or all fours, lying, and the same way back
    back = {
        "pelvis_tilt": [(-2, 4), (12, 26), (-25, -5), (-92, -86), (-25, -5), (15, 30)],
        "spine_flexion": [(-4, 6), (15, 40), (5, 30), (-2, 6), (10, 35), (15, 40)],
        "hip_flexion": [(0, 3), (108, 128), (70, 110), (0, 50), (75, 115), (108, 128)],
        "knee": [(0, 6), (120, 145), (20, 115), (0, 80), (40, 120), (120, 145)],
        "shoulder_flexion": [(0, 8), (40, 80), (-45, -20), (-4, 4), (-40, 40), (30, 80)],
        "elbow": [(5, 20), (5, 40), (0, 20), (0, 20), (0, 25), (5, 40)],
    }
    belly = {
        "pelvis_tilt": [(-2, 4), (0, 20), (72, 88), (86, 92), (72, 88), (0, 20)],
        "spine_flexion": [(-4, 6), (0, 25), (-5, 15), (-4, 4), (-5, 15), (0, 25)],
        "hip_flexion": [(0, 3), (5, 25), (70, 90), (-4, 6), (70, 90), (5, 25)],
        "knee": [(0, 6), (88, 100), (85, 95), (0, 14), (85, 95), (88, 100)],
        "shoulder_flexion": [(0, 8), (10, 50), (70, 90), (-20, -5), (70, 90), (10, 50)],
        "elbow": [(5, 20), (10, 50), (0, 15), (60, 120), (0, 15), (10, 50)],
    }
    courses = {
        name: np.where(by_sitting, down.course(*back[name]), down.course(*belly[name]))
        for name in back
    }
    clip["pelvis_tilt"], clip["spine_flexion"] = courses["pelvis_tilt"], courses["spine_flexion"]
    on_side = ~by_sitting & aside
    clip["pelvis_twist"] = np.where(on_side, down.course(*[(0, 0)] * 3, (60, 95), *[(0, 0)] * 2), 0)
    step = ~by_sitting * down.course((0, 0), (70, 90), (0, 0), (0, 0), (0, 0), (70, 90))
    for side in SIDES:
        for name in ("hip_flexion", "knee", "shoulder_flexion", "elbow"):
            clip[f"{side}_{name}"] = courses[name] + clip.draw(-4, 4)
        first = step * (side == "left")  # one foot before, the other knee on the floor
        clip[f"{side}_hip_flexion"] += first
        clip.pose(side, hip_abduction=clip.draw(-2, 16), shoulder_abduction=clip.draw(4, 24))
        clip.pose(side, shoulder_rotation=clip.draw(-20, 20))
    floor = down.course((0, 0), (0, 0.1), (1, 1), (1, 1), (1, 1), (0, 0.1))
    clip.settled[:] = floor
    clip.balanced[:] = np.where(by_sitting, 1 - floor, 0)


def _seat(clip: Clip, routine: Routine) -> None:
    """A seated trunk that moves a little; the body settles on what is on the floor."""
    clip["pelvis_tilt"] = clip.draw(-26, 12)
    clip["spine_flexion"] = clip.draw(-6, 34) + routine.course((-6, 10))
    clip["spine_twist"] += clip.draw(0, 1) * routine.course((-24, 24))
    clip["spine_bend"] += clip.draw(0, 1) * routine.course((-16, 16))
    look_around(clip, routine, amount=0.7)
    clip.settled += 0.2  # seated people hold themselves


def _seated_arms(clip: Clip, routine: Routine) -> None:
    """Arms at rest, on the knees, anywhere, or both or one on the floor behind."""
    any_arms(clip, routine, free=0.25)
    knees, propped = clip.chance(0.3), clip.chance(0.3)
    for side in SIDES:
        clip.move_arm(routine, side, _REST, where=clip.chance(0.3))
        knee = place_of(clip, f"{side}_knee")
        put_hand(clip, side, (knee[0], knee[1] + 0.03, knee[2]), 0.6, where=knees)
        move_limb(clip, side, routine, _BEHIND, where=propped & clip.chance(0.7))


def _on_all_fours(clip: Clip, routine: Routine, tilt: tuple[float, float]) -> None:
    """The trunk face down, straight arms below the shoulders, hands on the floor."""
    clip["pelvis_tilt"] = clip.draw(*tilt) + routine.course((-3, 3))
    clip["spine_flexion"] = clip.draw(-14, 16) + clip.draw(0, 1) * routine.course((-20, 28))
    clip["neck_flexion"] = clip.draw(-40, 15) + routine.course((-8, 8))
    clip["neck_twist"] += clip.draw(0, 1) * routine.course((-45, 45))
    clip.settled += 1
    for side in SIDES:
        straight_arm(clip, side, routine, "front", spread=0)
        clip.pose(side, shoulder_flexion=clip.draw(76, 94), shoulder_abduction=clip.draw(-4, 14))
