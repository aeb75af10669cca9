"""Activities on one's feet, mostly of the arms; amplitudes chosen by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import ARM_POSES, Clip
from posenet3d.data.synthetic.clips.routine import Routine

_SIDES = ("right", "left")
_TALK = ("offer", "bent", "chest", "chin", "side_up", "point", "low_front", "hip", "side", "carry")


def standing(clip: Clip) -> None:
    """Stands with the hands somewhere, shifts the weight, looks around."""
    shift = clip.routine(moves=[(0.5, 1.2)], holds=[(0.2, 1.5)])
    _shift_weight(clip, shift)
    pair = clip.chance(0.5)
    quiet = ("hang", "hip", "pocket", "crossed", "behind", "carry", "chin", "head", "ear", "bent")
    for side in _SIDES:
        clip.hold_arm(side, *quiet)
        for pose in ("crossed", "hip", "behind", "head"):
            clip.hold_arm(side, pose, where=pair & clip.chance(0.2))
        clip.move_arm(shift, side, quiet, where=clip.chance(0.4))


def talking(clip: Clip) -> None:
    """Talks with the hands, now and then pointing or counting."""
    talk = clip.routine(moves=[(0.3, 0.7)], holds=[(0.05, 0.8)])
    _shift_weight(clip, talk)
    both = talk.draw((0, 1))
    for side in _SIDES:
        clip.move_arm(talk, side, _TALK, spread=16)
        clip.hold_arm(side, "hang", "hip", "pocket", "chest", where=clip.chance(0.25))
        clip[f"{side}_shoulder_rotation"] += 12 * talk.follow(both)
    clip["spine_flexion"] += talk.course((-5, 14))
    clip["spine_twist"] += talk.course((-20, 20))
    clip.balance()


def waving(clip: Clip) -> None:
    """Waves one hand or both, near the face or high above it, or directs traffic."""
    _shift_weight(clip, clip.routine(moves=[(0.8, 1.4)], holds=[(0.2, 1.0)]))
    raise_arm = clip.routine(moves=[(0.5, 0.9)] * 2, holds=[(0.1, 0.5), (1.2, 3.0)])
    beat = np.sin(2 * np.pi * clip.phase(0.8, 2.2))
    for side, always in (("right", True), ("left", False)):
        active = clip.chance(1.0 if always else 0.35)
        clip.hold_arm(side, "hang", "hip", "pocket", "bent")
        waved = ("side_up", "up", "side_up", "point_up", "offer", "side", "point")
        clip.move_arm(raise_arm, side, ("hang", "bent"), waved, where=active)
        wave = np.where(active, beat * raise_arm.course((0, 0), (0.6, 1)), 0)
        clip[f"{side}_elbow"] += clip.draw(0, 24) * wave
        clip[f"{side}_shoulder_rotation"] += clip.draw(5, 28) * wave
        clip[f"{side}_shoulder_abduction"] += clip.draw(0, 14) * wave
    clip["spine_bend"] += clip.draw(-6, 6) * beat


def reaching(clip: Clip) -> None:
    """Reaches up, low, across or to the side with one hand or both, on tiptoe or bent over."""
    reach = clip.routine(moves=[(0.5, 0.9)] * 2, holds=[(0.0, 0.4), (0.2, 1.0)])
    height = reach.draw((0.3, 0.6), (0, 1))  # of the hand: 0 low, 1 above the head
    turned = reach.draw((-0.1, 0.1), (-1, 1))
    active = reach.draw((0, 0), (0.75, 1))
    low = active * np.clip(0.5 - height, 0, 1) * 2
    clip["pelvis_tilt"] += reach.follow(35 * low)
    clip["spine_flexion"] += reach.follow(active * (12 - 18 * height) + 28 * low)
    clip["spine_twist"] += reach.follow(35 * turned)
    clip["spine_bend"] += reach.follow(22 * turned * active)
    clip["neck_flexion"] += reach.follow(active * (25 - 60 * height))
    clip["neck_twist"] += reach.follow(40 * turned)
    bent = reach.follow(60 * low * reach.draw((0, 1)))
    for side, sign in (("right", -1), ("left", 1)):
        clip.leg(side, thigh=4 + 0.6 * bent + clip.draw(-8, 8), shank=4 + 0.4 * bent)
        joins = np.where(clip.chance(1.0 if side == "right" else 0.45), active, 0.12 * active)
        outward = np.clip(sign * turned, -0.4, 1) * 80
        upward = 15 + 140 * height + 40 * low
        clip[f"{side}_shoulder_flexion"] = reach.follow(joins * (upward - 0.35 * np.abs(outward)))
        clip[f"{side}_shoulder_abduction"] = 8 + reach.follow(joins * outward)
        clip[f"{side}_elbow"] = reach.follow((1 - joins) * 35 + reach.draw((5, 40)))
        clip[f"{side}_shoulder_rotation"] = reach.course((0, 35), (-20, 30))
    clip.balance()


def throwing(clip: Clip) -> None:
    """Throws overarm or underarm with a step: draws back, throws, follows through, recovers."""
    throw = clip.routine(
        moves=[(0.5, 0.9), (0.4, 0.7), (0.24, 0.36), (0.25, 0.4)],
        holds=[(0.0, 0.6), (0.0, 0.2), (0.0, 0.0), (0.0, 0.3)],
    )
    clip.perform(
        throw,
        spine_twist=[(-8, 8), (-42, -20), (5, 25), (15, 42)],
        spine_flexion=[(0, 10), (-18, 0), (0, 15), (15, 45)],
        spine_bend=[(-5, 5), (-5, 15), (5, 22), (0, 15)],
        neck_twist=[(-8, 8), (10, 45), (-10, 5), (-25, 5)],
    )
    clip["heading"] += throw.course((0, 0), (-50, -15), (0, 20), (10, 30))
    clip["pelvis_tilt"] += throw.course((0, 4), (-8, 4), (5, 15), (10, 35))
    clip.leg("right", throw.course((-5, 5), (0, 25), (-28, -5), (-25, 15)),
             throw.course((0, 10), (5, 25), (15, 35), (10, 60)))  # fmt: skip
    clip.leg("left", throw.course((-5, 5), (5, 75), (15, 40), (15, 45)),
             throw.course((0, 10), (0, 25), (-10, 5), (-5, 15)))  # fmt: skip
    over = clip.chance(0.7)
    clip.move_arm(throw, "right", ("chest", "bent"), "side_up", "point_up", "across", where=over)
    clip.move_arm(throw, "right", "bent", "back", "low_front", "point", where=~over)
    clip.move_arm(throw, "left", ("chest", "bent"), ("point", "side"), "bent", ("hang", "back"))


def kicking(clip: Clip) -> None:
    """Kicks a ball or high into the air; the other arm balances."""
    kick = clip.routine(
        moves=[(0.4, 0.9), (0.28, 0.45), (0.2, 0.3), (0.3, 0.5)],
        holds=[(0.0, 0.6), (0.0, 0.1), (0.0, 0.15), (0.0, 0.3)],
    )
    power = clip.draw(0.35, 1.25)
    aside = np.where(clip.chance(0.3), clip.draw(15, 38), 0)
    swing = power * kick.course((0, 0), (-32, -18), (45, 80), (10, 30))
    clip.leg("right", thigh=swing, shank=kick.course((0, 10), (50, 95), (-8, 8), (-5, 30)) * 0.9)
    clip["right_hip_abduction"] += aside * kick.course((0, 0), (0.2, 1), (0.5, 1), (0, 0.5))
    clip.leg("left", kick.course((0, 6), (5, 20), (3, 15), (0, 10)), kick.course((0, 6), (5, 22)))
    clip["pelvis_tilt"] += power * kick.course((0, 3), (5, 15), (-14, -4), (-5, 5))
    clip["spine_flexion"] += power * kick.course((0, 8), (-12, 2), (10, 28), (0, 15))
    clip["spine_twist"] += power * kick.course((-4, 4), (-22, -8), (8, 28), (0, 15))
    clip["spine_bend"] += 0.5 * aside * kick.course((0, 0), (0, 0.5), (0.3, 1), (0, 0.3))
    free = ("bent", "side", "low_front", "hang")
    clip.move_arm(kick, "left", ("hang", "bent"), ("side", "offer"), ("across", "point"), free)
    clip.move_arm(kick, "right", ("hang", "bent"), free, ("back", "side"), free)


def boxing(clip: Clip) -> None:
    """Boxes: guard, straight punches, hooks and uppercuts of both hands, ducking."""
    fight = clip.routine(
        moves=[(0.2, 0.4), (0.16, 0.25), (0.18, 0.3), (0.16, 0.25)],
        holds=[(0.0, 0.4), (0.0, 0.1), (0.0, 0.3), (0.0, 0.1)],
    )
    guard, hit = ("chin", "chest"), ("point", "point", "across", "offer")
    clip.move_arm(fight, "right", guard, hit, guard, guard)
    clip.move_arm(fight, "left", guard, guard, guard, hit)
    clip.perform(
        fight,
        spine_twist=[(-12, 5), (15, 40), (-5, 12), (-40, -15)],
        spine_flexion=[(8, 25), (5, 25), (8, 40), (5, 25)],
        spine_bend=[(-12, 12)],
        neck_twist=[(-5, 5), (-35, -10), (-5, 5), (10, 35)],
    )
    clip["heading"] += clip.wander(25, rate=0.5)
    duck = fight.course((0, 0.3), (0, 0.5), (0, 1), (0, 0.4)) * clip.draw(5, 45)
    clip.leg("right", thigh=clip.draw(-12, 5) + duck, shank=clip.draw(15, 35) + 0.6 * duck)
    clip.leg("left", thigh=clip.draw(10, 30) + duck, shank=clip.draw(-5, 15) + 0.6 * duck)


def stretching(clip: Clip) -> None:
    """Bends sideways, back and forward, twists, circles or raises the arms."""
    bend = clip.routine(moves=[(0.7, 1.4)], holds=[(0.1, 1.0)])
    forward = np.where(clip.chance(0.3), 1, 0.12) * bend.course((0, 1))
    clip["pelvis_tilt"] += 55 * forward
    clip["spine_flexion"] += bend.course((-18, 12)) + 45 * forward
    clip["spine_bend"] += bend.course((-35, 35))
    clip["spine_twist"] += bend.course((-35, 35))
    clip["pelvis_list"] += 0.25 * clip["spine_bend"]
    clip["neck_bend"] += bend.course((-30, 30))
    clip["neck_flexion"] += bend.course((-30, 30))
    together = clip.chance(0.5)
    pose = np.floor(bend.draw((0, 4)))
    for side in _SIDES:
        clip.leg(side, thigh=clip.draw(-6, 10) + 6 * forward, shank=clip.draw(-4, 8))
        clip[f"{side}_hip_abduction"] = clip.draw(2, 24)
        clip.move_arm(bend, side, ("up", "side", "hip", "head", "point_up", "across", "hang"))
        for k, name in enumerate(("up", "side", "head", "hip")):
            shared = np.where(pose == k, 1.0, 0.0)
            weight = np.where(together, bend.follow(shared), 0)
            _blend(clip, side, name, weight)
    clip.balance()


def dancing(clip: Clip) -> None:
    """Dances freely: bouncing, stepping, hips and arms in all directions."""
    phase = clip.phase(0.6, 1.1)
    bars = clip.routine(moves=[(0.3, 0.8)], holds=[(0.0, 0.4)])
    energy = clip.draw(0.4, 1.2)
    clip["heading"] += clip.wander(70 * energy, rate=0.4)
    clip["pelvis_list"] += 9 * energy * np.sin(2 * np.pi * phase)
    clip["pelvis_tilt"] += bars.course((-8, 18))
    clip["spine_bend"] += bars.course((-22, 22)) * energy
    clip["spine_twist"] += bars.course((-32, 32)) * energy
    clip["spine_flexion"] += bars.course((-12, 30)) * energy
    clip["neck_twist"] += bars.course((-40, 40))
    bounce = 0.5 - 0.5 * np.cos(4 * np.pi * phase)
    for side, shift in (("right", 0.0), ("left", 0.5)):
        step = np.maximum(np.sin(2 * np.pi * (phase + shift)), 0) ** 2
        raised = clip.draw(5, 55) * energy * step
        crouch = clip.draw(4, 28) * bounce + bars.course((0, 14))
        clip.leg(side, thigh=3 + crouch + raised, shank=3 + 0.8 * crouch + 0.7 * raised)
        clip[f"{side}_hip_abduction"] = clip.draw(0, 14) + clip.draw(-6, 22) * step
        clip[f"{side}_hip_rotation"] = bars.course((-28, 12))
        clip.move_arm(bars, side, tuple(ARM_POSES), spread=18)


def _shift_weight(clip: Clip, routine: Routine) -> None:
    """Onto one leg and the other; the free knee bends, the trunk and the gaze go along."""
    weight = routine.course((-1, 1))
    clip["pelvis_list"] += 5 * weight
    clip["spine_bend"] -= 5 * weight
    clip["heading"] += routine.course((-25, 25)) * clip.draw(0, 1)
    clip["spine_twist"] += routine.course((-18, 18)) * clip.draw(0, 1)
    clip["neck_twist"] += routine.course((-55, 55)) * clip.draw(0.2, 1)
    clip["neck_flexion"] += routine.course((-18, 28)) * clip.draw(0.2, 1)
    for side, sign in (("right", 1), ("left", -1)):
        relief = np.clip(sign * weight, 0, 1) * clip.draw(0, 35)
        clip.leg(side, thigh=clip.draw(-5, 8) + 0.6 * relief, shank=clip.draw(0, 6) + 0.5 * relief)
        clip[f"{side}_hip_abduction"] += clip.draw(-2, 6)


def _blend(clip: Clip, side: str, pose: str, weight: np.ndarray) -> None:
    """Draws an arm towards a pose by `[S, T]` weights in [0, 1]."""
    names = ("shoulder_flexion", "shoulder_abduction", "shoulder_rotation", "elbow")
    for name, value in zip(names, ARM_POSES[pose], strict=True):
        clip[f"{side}_{name}"] += weight * (value - clip[f"{side}_{name}"])
