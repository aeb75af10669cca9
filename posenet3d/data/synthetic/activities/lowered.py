"""Activities that lower the body: sitting, squatting, kneeling, picking up; amplitudes by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.routine import Routine

_SIDES = ("right", "left")
_REST = ("carry", "bent", "chest", "offer", "chin", "low_front", "crossed", "ear")


def sitting(clip: Clip) -> None:
    """Sits on a chair or on the floor, eats, phones, talks with the hands, crosses the legs."""
    talk = clip.routine(moves=[(0.4, 0.9)], holds=[(0.1, 1.2)])
    floor = clip.chance(0.3)
    leaning = np.where(floor, clip.draw(-26, -8), clip.draw(-18, 14))
    clip["pelvis_tilt"] += leaning + talk.course((-4, 4))
    clip["spine_flexion"] += clip.draw(-4, 32) + talk.course((-8, 10))
    clip["spine_twist"] += talk.course((-18, 18))
    clip["spine_bend"] += talk.course((-10, 10))
    clip["neck_twist"] += talk.course((-45, 45))
    clip["neck_flexion"] += talk.course((-20, 30))
    _sit(clip, floor)
    for side in _SIDES:
        clip.move_arm(talk, side, (*_REST, "hip", "point", "side_up", "head"))
        clip.hold_arm(
            side, "low_front", "carry", "bent", "crossed", "chin", where=clip.chance(0.35)
        )
        clip[f"{side}_hip_flexion"] += clip.wander(2)


def sitting_down(clip: Clip) -> None:
    """Sits down on a chair and stands up again, leaning forward on the way."""
    chair = clip.routine(
        moves=[(0.5, 0.9), (0.4, 0.8), (0.5, 0.9), (0.4, 0.8)],
        holds=[(0.0, 0.1), (0.2, 1.0), (0.0, 0.1), (0.2, 1.0)],
    )
    seated = chair.course((0.5, 0.7), (1, 1), (0.5, 0.7), (0, 0))
    lean = chair.course((0.6, 1), (0, 0.3), (0.6, 1), (0, 0.1))
    clip["pelvis_tilt"] += 42 * lean - 8 * seated
    clip["spine_flexion"] += 26 * lean + 8 * seated
    clip["neck_flexion"] += chair.course((-35, 10), (-10, 20), (-35, 10), (-10, 15))
    clip["neck_twist"] += chair.course((-20, 20))
    height, apart = clip.draw(72, 96), clip.draw(2, 16)
    for side in _SIDES:
        feet = clip.draw(-8, 14) * seated
        clip.leg(side, thigh=2 + height * seated, shank=2 + 16 * lean + feet)
        clip[f"{side}_hip_abduction"] = apart
        rest = ("hang", "hip", "chest", "bent")
        clip.move_arm(
            chair, side, ("low_front", "offer", "back"), _REST, ("low_front", "carry"), rest
        )


def squatting(clip: Clip) -> None:
    """Squats, shallow to deep, the arms forward, up, at the head or hanging."""
    squat = clip.routine(moves=[(0.5, 1.1)] * 2, holds=[(0.0, 0.3), (0.0, 0.9)])
    depth = squat.course((0, 0.15), (0.35, 1)) * clip.draw(0.6, 1.05)
    _crouch(clip, squat, depth)
    arms = ("point", "across", "chest", "hip", "head", "up", "offer", "side", "carry")
    pose = clip.rng.integers(len(arms), size=(clip.shape[0], 1))
    for side in _SIDES:
        for k, name in enumerate(arms):
            clip.move_arm(squat, side, (name, "hang"), name, spread=7, where=pose == k)


def picking_up(clip: Clip) -> None:
    """Bends or crouches to the floor, takes something, lifts it to the chest, a shelf or aside."""
    pick = clip.routine(
        moves=[(0.6, 1.1), (0.6, 1.1), (0.4, 0.8)], holds=[(0.1, 0.6), (0.1, 0.6), (0.0, 0.5)]
    )
    down = pick.course((0.75, 1), (0, 0.1), (0, 0.1))
    knees = clip.draw(0, 1)  # 0: bends the back, 1: bends the knees
    clip["pelvis_tilt"] += (62 - 34 * knees) * down
    clip["spine_flexion"] += (42 - 8 * knees) * down
    clip["spine_twist"] += pick.course((-18, 18), (-38, 38), (-10, 10))
    clip["neck_flexion"] += pick.course((-25, 15), (-15, 10), (-10, 10))
    clip["neck_twist"] += pick.course((-20, 20), (-40, 40), (-20, 20))
    for side in _SIDES:
        back = clip.draw(-16, 16) * knees * down  # one foot behind the other
        thigh = 3 + (12 + 78 * knees) * down
        clip.leg(side, thigh=thigh + back, shank=3 + (2 + 40 * knees) * down - 0.5 * back)
        clip[f"{side}_hip_abduction"] = clip.draw(2, 18) + 6 * down
        lifted = ("chest", "carry", "offer", "up", "point", "side_up")
        clip.move_arm(pick, side, "offer", lifted, ("hang", "hip", "bent"))
        # The arm hangs from the bent trunk: it flexes by as much as the trunk is inclined.
        inclined = clip["pelvis_tilt"] + clip["spine_flexion"]
        reach = pick.follow(pick.draw((1, 1), (0, 0), (0, 0)))
        busy = np.where(clip.chance(1.0 if side == "right" else 0.6), reach, 0)
        for name, target in (
            ("shoulder_flexion", 0.9 * inclined + clip.draw(-8, 12)),
            ("shoulder_abduction", clip.draw(-4, 14)),
            ("shoulder_rotation", clip.draw(-10, 40)),
            ("elbow", clip.draw(5, 30) + 25 * knees),
        ):
            clip[f"{side}_{name}"] += busy * (target - clip[f"{side}_{name}"])
    clip.balance()


def lunging(clip: Clip) -> None:
    """Steps into deep lunges and back, the trunk upright or bent over the front leg."""
    step = clip.routine(moves=[(0.5, 1.0)] * 2, holds=[(0.0, 0.3), (0.1, 0.8)])
    depth = step.course((0, 0.1), (0.4, 1)) * clip.draw(0.7, 1.0)
    clip["pelvis_tilt"] += clip.draw(-2, 28) * depth
    clip["spine_flexion"] += clip.draw(-5, 22) * depth
    clip["spine_twist"] += step.course((-8, 8), (-35, 35))
    clip["spine_bend"] += step.course((-4, 4), (-22, 22))
    clip["neck_twist"] += step.course((-25, 25))
    clip.leg("left", thigh=4 + clip.draw(60, 82) * depth, shank=2 + clip.draw(-14, 16) * depth)
    behind = clip.draw(0, 30)
    clip.leg("right", thigh=2 - behind * depth, shank=4 + (92 - 0.6 * behind) * depth)
    for side in _SIDES:
        clip[f"{side}_hip_abduction"] = clip.draw(0, 8) + clip.draw(0, 10) * depth
        arms = ("hip", "up", "side", "head", "point", "chest", "hang", "across")
        clip.move_arm(step, side, ("hang", "hip", "bent"), arms)


def kneeling(clip: Clip) -> None:
    """Kneels on one knee or both and works with the hands near the floor or in front."""
    work = clip.routine(moves=[(0.5, 1.0)], holds=[(0.1, 0.8)])
    lean = work.course((0, 1)) * clip.draw(0.2, 1)
    clip["pelvis_tilt"] += 30 * lean
    clip["spine_flexion"] += 34 * lean
    clip["spine_twist"] += work.course((-28, 28))
    clip["spine_bend"] += work.course((-14, 14))
    clip["neck_flexion"] += work.course((-30, 22))
    clip["neck_twist"] += work.course((-40, 40))
    one = clip.chance(0.6)
    on_heels = clip.chance(0.5) & ~one
    behind = np.where(on_heels, clip.draw(20, 55), clip.draw(0, 12))  # the thigh of a knee down
    for side, front in (("right", False), ("left", True)):
        up = one if front else np.zeros_like(one)
        thigh = np.where(up, clip.draw(86, 100), behind)
        shank = np.where(up, clip.draw(-12, 18), 88)
        clip.leg(side, thigh=thigh + clip.wander(2), shank=shank)
        clip[f"{side}_hip_abduction"] = clip.draw(0, 16)
        tasks = (*_REST, "low_front", "low_front", "point", "across", "hip", "side_up", "up")
        clip.move_arm(work, side, tasks, spread=15)


def _crouch(clip: Clip, routine: Routine, depth: np.ndarray) -> None:
    """A balanced squat of a depth `[S, T]` in [0, 1]: the trunk leans as the hips go back."""
    lean, wide = clip.draw(26, 46), clip.draw(2, 22)
    clip["pelvis_tilt"] += 0.6 * lean * depth
    clip["spine_flexion"] += 0.6 * lean * depth
    clip["neck_flexion"] -= clip.draw(0.2, 0.8) * lean * depth
    clip["neck_twist"] += routine.course((-25, 25))
    for side in _SIDES:
        clip.leg(side, thigh=3 + 92 * depth, shank=3 + clip.draw(24, 36) * depth)
        clip[f"{side}_hip_abduction"] = wide + clip.draw(-3, 3) + 8 * depth
        clip[f"{side}_hip_rotation"] = clip.draw(-22, 0)


def _sit(clip: Clip, floor: np.ndarray) -> None:
    """Puts the legs of seated people, those `floor` `[S, 1]` on the floor, the others on a chair.

    On a chair the legs are apart or crossed; on the floor stretched out, drawn up or folded.
    """
    forward = clip.draw(0, 1)  # how far the feet are put forward
    crossed, folded = clip.chance(0.3) & ~floor, clip.chance(0.35) & floor
    chair = clip.draw(76, 96), 35 - 60 * forward
    raised = clip.draw(3, 44)  # a thigh raised so far puts the heel of an equal shank on the floor
    ground = 90 + raised, raised - 90
    drawn_in = clip.draw(100, 115), clip.draw(18, 28)
    thigh, shank = np.where(folded, drawn_in, np.where(floor, ground, chair))
    for side in _SIDES:
        over = crossed & (side == "right")
        apart = np.where(folded, clip.draw(32, 45), clip.draw(-2, 20))
        outward = np.where(folded, clip.draw(30, 45), clip.draw(-12, 15))
        clip.leg(
            side,
            thigh=thigh + clip.draw(-6, 6) + np.where(over, 12, 0),
            shank=shank + clip.draw(-9, 9),
        )
        clip[f"{side}_hip_abduction"] = np.where(over, clip.draw(-16, -8), apart)
        clip[f"{side}_hip_rotation"] = -outward
