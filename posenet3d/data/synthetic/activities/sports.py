"""Sports and dance: balls, rackets, clubs, a bar, wide dancing; all amplitudes chosen by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.hands import put_hand
from posenet3d.data.synthetic.clips.lying import leg, move_pair
from posenet3d.data.synthetic.clips.routine import Routine
from posenet3d.data.synthetic.clips.stances import SIDES, any_arms, look_around, stand_straight

_THROW_MOVES = [(0.5, 0.9), (0.35, 0.6), (0.2, 0.34), (0.3, 0.5)]
_THROW_HOLDS = [(0.0, 0.5), (0.0, 0.3), (0.0, 0.1), (0.0, 0.4)]


def throwing_a_ball(clip: Clip) -> None:
    """Throws a ball from the side, from below, with both hands from overhead or from the chest.

    On one's feet, on a chair or kneeling.
    """
    throw = clip.routine(moves=_THROW_MOVES, holds=_THROW_HOLDS)
    _base(clip, throw)
    kind = np.floor(clip.draw(0, 4))
    two, overhead = kind >= 2, kind == 2
    clip["spine_twist"] += np.where(
        two, throw.course((-10, 10)), throw.course((-8, 8), (-44, -20), (5, 40), (0, 44))
    )
    clip["spine_flexion"] += throw.course((-4, 10), (-24, 5), (0, 25), (8, 45))
    clip["spine_bend"] += np.where(two, 0, throw.course((-5, 5), (-18, 10), (-10, 20), (0, 20)))
    clip["heading"] += np.where(two, 0, throw.course((0, 0), (-40, -5), (0, 20), (0, 40)))
    for side in SIDES:
        clip.move_arm(
            throw, side, "chest", "up", ("point_up", "point"), "low_front", where=overhead
        )
        clip.move_arm(
            throw, side, "chest", "chest", "point", ("point", "offer"), where=two & ~overhead
        )
    one = ~two
    clip.move_arm(throw, "left", ("chest", "bent"), ("point", "side"), "bent", "hang", where=one)
    for k, way in enumerate((("side_up", "side", "across"), ("back", "low_front", "point"))):
        clip.move_arm(throw, "right", ("chest", "bent"), *way, where=kind == k)


def hitting_with_a_racket(clip: Clip) -> None:
    """Plays tennis or badminton: ready, draws back, hits high, level or low, follows through."""
    hit = clip.routine(moves=_THROW_MOVES, holds=_THROW_HOLDS)
    _lunge_base(clip, hit)
    backhand = np.where(clip.chance(0.4), -1, 1)
    turn = backhand * hit.course((-6, 6), (-45, -25), (0, 20), (20, 45))
    clip["spine_twist"] += turn
    clip["heading"] += backhand * hit.course((0, 0), (-45, -10), (0, 10), (5, 35))
    clip["neck_twist"] -= 0.7 * turn
    clip["spine_bend"] += hit.course((-4, 4), (-14, 14), (-14, 14), (-10, 10))
    level = clip.draw(0, 1)  # of the ball: low to overhead
    high = level > 0.7
    raised = hit.follow(hit.draw((30, 45), (55, 100), (40, 50), (70, 120)))
    raised = raised + hit.follow(hit.draw((0, 0), (0, 0), (1, 1), (0, 0))) * (level * 125 - 10)
    fore, back = (
        ((20, 50), (95, 116), (35, 80), (-22, 5)),
        ((20, 50), (-22, -5), (20, 60), (85, 115)),
    )
    outward = np.where(backhand > 0, hit.course(*fore), hit.course(*back))
    clip.aim("right", raised, outward)
    clip.pose("right", elbow=hit.course((55, 100), (30, 110), (5, 30), (40, 110)))
    clip.pose("right", shoulder_rotation=hit.course((0, 20), (-75, -20), (-20, 10), (20, 60)))
    both = clip.chance(0.3) & ~high
    clip.move_arm(hit, "left", ("chest", "offer"), ("point", "point_up", "side"), "bent", "bent")
    clip.move_arm(hit, "left", "chest", "across", "offer", ("point", "side_up"), where=both)


def swinging_a_club(clip: Clip) -> None:
    """Swings a golf club, a bat, an axe or a hammer with both hands."""
    moves = [(0.5, 0.9), (0.45, 0.7), (0.34, 0.5), (0.4, 0.6)]
    swing = clip.routine(moves=moves, holds=_THROW_HOLDS)
    stand_straight(clip, bent=(6, 26), apart=(4, 20))
    bent = clip.draw(8, 42)
    clip["pelvis_tilt"] += 0.7 * bent
    clip["spine_flexion"] += 0.4 * bent
    for side in SIDES:
        knee = clip.draw(8, 34)
        clip.leg(side, thigh=0.5 * knee, shank=0.5 * knee)
    axe = clip.chance(0.25)  # up over the head and down in front, instead of round
    turn = swing.course((-6, 6), (-44, -30), (-5, 12), (28, 44))
    clip["spine_twist"] += np.where(axe, 0.3, 1) * turn
    clip["heading"] += np.where(axe, 0, 1) * swing.course((0, 0), (-40, -15), (-5, 15), (25, 65))
    clip["neck_twist"] -= (
        np.where(axe, 0, 0.8) * turn * swing.course((1, 1), (1, 1), (1, 1), (0, 0.6))
    )
    blow = clip.draw(-0.3, -0.08)  # the height of the hands when it hits
    around = [
        swing.follow(keys)
        for keys in (
            swing.draw((-0.02, 0.02), (-0.2, -0.12), (-0.04, 0.05), (0.1, 0.19)),
            swing.draw((0.05, 0.12), (0.2, 0.4), (0, 0), (0.2, 0.4)) + blow,
            swing.draw((0.16, 0.24), (0.1, 0.18), (0.18, 0.26), (0.1, 0.18)),
        )
    ]
    over = [
        swing.course((-0.03, 0.03)),
        swing.course((-0.15, 0), (0.16, 0.3), (-0.22, -0.05), (-0.28, -0.2)),
        swing.course((0.18, 0.24), (-0.02, 0.12), (0.26, 0.32), (0.16, 0.24)),
    ]
    grip, out = clip.draw(0.015, 0.05), clip.draw(0.3, 1.2)
    middle, height, depth = (np.where(axe, o, a) for o, a in zip(over, around, strict=True))
    for side, sign in (("right", -1), ("left", 1)):
        put_hand(clip, side, (middle + sign * grip, height, depth), out)
    forth = np.where(axe, swing.course((0, 0.2), (-0.4, 0), (0.8, 1), (0.7, 1)), 0)
    clip["spine_flexion"] += 45 * forth
    clip["pelvis_tilt"] += 25 * forth
    for side in SIDES:
        clip[f"{side}_hip_flexion"] += 25 * forth
    clip.balanced += 1


def dancing_widely(clip: Clip) -> None:
    """Dances with the whole body: deep and on tiptoe, legs thrown, trunk bent, arms anywhere."""
    phase, energy = clip.phase(0.5, 1.2), clip.draw(0.5, 1.4)
    bars = clip.routine(moves=[(0.3, 0.8)], holds=[(0.0, 0.5)])
    clip["heading"] += clip.draw(-120, 120) * clip.time + clip.wander(60 * energy)
    clip["pelvis_list"] += energy * (8 * np.sin(2 * np.pi * phase) + bars.course((-10, 10)))
    clip["pelvis_tilt"] += energy * bars.course((-14, 30))
    clip["spine_flexion"] += energy * bars.course((-26, 36))
    clip["spine_bend"] += energy * bars.course((-26, 26))
    clip["spine_twist"] += energy * bars.course((-34, 34))
    look_around(clip, bars)
    depth = np.where(clip.chance(0.5), bars.course((0, 1)), 0.15) * clip.draw(0, 75)
    thrown = np.where(clip.chance(0.5), bars.course((0, 1)) ** 2, 0) * clip.draw(20, 90)
    bounce = 0.5 - 0.5 * np.cos(4 * np.pi * phase)
    clip.lift += clip.chance(0.4) * clip.draw(0, 0.12) * (1 - bounce)
    for side, shift in (("right", 0.0), ("left", 0.5)):
        step = np.maximum(np.sin(2 * np.pi * (phase + shift)), 0) ** 2
        free = thrown * (side == "right")
        crouch = depth + clip.draw(4, 20) * bounce
        raised = clip.draw(5, 70) * energy * step
        thigh = 2 + crouch + raised + free * clip.draw(-0.4, 1)
        bent = clip.draw(0.1, 1.2) * raised + 0.3 * free
        clip.leg(side, thigh=thigh, shank=2 + 0.7 * crouch + bent)
        clip.pose(side, hip_abduction=bars.course((-4, 26)) + 0.3 * free + 6 * step)
        clip.pose(side, hip_rotation=bars.course((-40, 15)))
    clip.balanced += 0.8
    any_arms(clip, bars, free=0.5)


def hanging_from_a_bar(clip: Clip) -> None:
    """Hangs from a bar or rings by both hands, swings, pulls up, draws up or stretches the legs."""
    pull = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.1, 0.8)] * 2)
    stand_straight(clip, apart=(-4, 12))
    clip.lift += clip.draw(0.05, 0.5)
    sway = np.sin(2 * np.pi * clip.phase(0.25, 0.5)) * clip.draw(0, 22)
    clip["pelvis_tilt"] += sway + clip.draw(-8, 14)
    clip["spine_flexion"] += clip.draw(-18, 14) - 0.3 * sway
    clip["spine_twist"] += clip.draw(0, 1) * pull.course((-14, 14))
    look_around(clip, pull, amount=0.6)
    up = np.where(clip.chance(0.5), pull.course((0, 0.1), (0.5, 1)), clip.draw(0, 0.15))
    grip, out = clip.draw(0.06, 0.22), clip.draw(0.5, 1.5)
    for side, sign in (("right", -1), ("left", 1)):
        put_hand(clip, side, (sign * grip, 0.37 - 0.3 * up, 0.05 + 0.07 * up), out)
    legs = {
        "straight": leg((-12, 12), (-4, 14), (-20, 5), (0, 12)),
        "bent": leg((-8, 15), (-4, 8), (-10, 5), (40, 115)),
        "drawn_up": leg((55, 118), (-4, 16), (-20, 5), (50, 130)),
        "level": leg((55, 98), (-4, 20), (-10, 5), (0, 14)),
    }
    move_pair(clip, pull, legs, alike=0.7)


def _base(clip: Clip, routine: Routine) -> None:
    """A stride on one's feet, a chair or both knees, for what the arms do."""
    place = clip.draw(0, 1)
    chair, knees = place < 0.25, (place > 0.25) & (place < 0.4)
    _lunge_base(clip, routine)
    for side in SIDES:
        thigh = np.where(chair, clip.draw(80, 96), clip.draw(-4, 10))
        shank = np.where(chair, clip.draw(-20, 25), 90)
        seated = chair | knees
        hip = np.where(seated, thigh + clip["pelvis_tilt"], clip[f"{side}_hip_flexion"])
        knee = np.where(seated, thigh + shank, clip[f"{side}_knee"])
        clip.pose(side, hip_flexion=hip, knee=knee)
    clip.balanced *= ~(chair | knees)


def _lunge_base(clip: Clip, routine: Routine) -> None:
    """Feet apart, stepping into what the arms do, more or less crouched."""
    stand_straight(clip, bent=(4, 20), apart=(2, 20))
    clip.restless = clip.draw(0.4, 1)
    clip["pelvis_tilt"] += routine.course((0, 14), (-8, 8), (0, 18), (4, 26))
    step = clip.draw(0, 26) * routine.course((0, 0.3), (-0.4, 0.4), (0.5, 1), (0.5, 1))
    crouch = clip.draw(0, 34) * routine.course((0.3, 1), (0.3, 1), (0.2, 0.8), (0.3, 1))
    for side, sign in (("right", -1), ("left", 1)):
        thigh = sign * step + 0.6 * crouch
        clip.leg(side, thigh=thigh, shank=4 + 0.5 * crouch - 0.6 * sign * step)
    look_around(clip, routine, amount=0.3)
    clip.balanced += 0.7
