"""Activities of the legs, on one's feet: straight and deep, on one leg, hopping; by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.stances import (
    SIDES,
    any_arms,
    hanging_arms,
    look_around,
    stand_straight,
)

_REST = ("hang", "hip", "bent", "crossed", "behind", "pocket", "chest", "carry", "low_front")


def standing_straight(clip: Clip) -> None:
    """Stands on straight legs, together or apart, arms hanging or anywhere, and looks around."""
    stand_straight(clip)
    move = clip.routine(moves=[(0.5, 1.2)], holds=[(0.3, 2.0)])
    look_around(clip, move, amount=0.6)
    weight = clip.draw(0, 1) * clip.chance(0.4) * move.course((-1, 1))
    clip["pelvis_list"] += 4 * weight
    clip["spine_bend"] -= 4 * weight
    pair = clip.chance(0.6)
    for side in SIDES:
        clip.hold_arm(side, "hang", "hang", *_REST, spread=6)
        clip.hold_arm(side, "hang", where=pair, spread=5)
        clip.move_arm(move, side, _REST, where=clip.chance(0.15))


def deep_squats(clip: Clip) -> None:
    """Squats down to the floor and stays or comes up, heels down or up, feet close or wide."""
    stand_straight(clip, bent=(0, 10))
    squat = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.0, 0.5), (0.2, 1.6)])
    stays = clip.chance(0.35)
    depth = np.where(stays, 1, squat.course((0, 0.1), (0.7, 1)))
    heels_up, wide = clip.chance(0.35), clip.draw(0, 34)
    thigh, shank = clip.draw(88, 122), np.where(heels_up, clip.draw(38, 62), clip.draw(18, 36))
    lean = clip.draw(4, 44)
    clip["pelvis_tilt"] += 0.4 * lean * depth
    clip["spine_flexion"] += (0.6 * lean + clip.draw(-6, 26)) * depth
    clip["spine_twist"] += clip.draw(0, 1) * squat.course((-20, 20))
    clip["neck_flexion"] -= clip.draw(-0.2, 0.7) * lean * depth
    look_around(clip, squat, amount=0.6)
    clip.balanced += depth
    any_arms(clip, squat, free=0.2)
    low, between = clip.chance(0.35), clip.chance(0.3)
    for side in SIDES:
        clip.leg(side, thigh=2 + thigh * depth, shank=2 + (shank + clip.draw(-3, 3)) * depth)
        clip.pose(side, hip_abduction=clip.draw(-3, 2) + wide * depth)
        clip.pose(side, hip_rotation=-clip.draw(0, 12) - wide * depth)
        hanging_arms(clip, side, share=low * depth)
        reach = between & ~low  # in front of the knees or between them, hands together
        clip.hold_arm(side, "offer", "low_front", "point", "across", where=reach)


def lunging_about(clip: Clip) -> None:
    """Lunges forward, backward or to the side, shallow or down to the knee, the arms anywhere."""
    stand_straight(clip, bent=(0, 8))
    lunge = clip.routine(moves=[(0.5, 1.0)] * 2, holds=[(0.0, 0.4), (0.1, 1.5)])
    depth = lunge.course((0, 0.1), (0.5, 1))
    aside, lean = clip.chance(0.4), clip.draw(-6, 30) * depth
    clip["pelvis_tilt"] += 0.6 * lean
    clip["spine_flexion"] += clip.draw(0, 0.8) * lean
    clip["spine_twist"] += clip.draw(0, 1) * lunge.course((-4, 4), (-38, 38))
    clip["spine_bend"] += clip.draw(0, 1) * lunge.course((-4, 4), (-24, 24))
    clip["spine_bend"] -= np.where(aside, 14, 0) * depth
    look_around(clip, lunge, amount=0.6)
    front, knee = clip.draw(55, 96), clip.draw(-12, 18)
    back = clip.draw(5, 42)
    low = clip.draw(15, 105) * np.clip(1.2 - back / 60, 0, 1)
    clip.leg("left", thigh=front * depth, shank=knee * depth)
    clip.leg("right", thigh=-back * depth, shank=(back + low) * depth)
    # To the side one leg bends and the other stays straight and far out.
    bend = clip.draw(35, 84)
    extent = np.cos(np.radians(bend * depth)) + np.cos(np.radians(0.35 * bend * depth))
    out = np.degrees(np.arccos(np.clip(extent / 2, 0, 1)))  # as low as the bent leg
    for side, bent, away in (("left", bend, clip.draw(10, 30) * depth), ("right", 0 * bend, out)):
        thigh = np.where(aside, bent * depth, clip[f"{side}_hip_flexion"] - clip["pelvis_tilt"])
        knee = np.where(aside, 1.35 * bent * depth, clip[f"{side}_knee"])
        clip.leg(side, thigh=thigh, shank=knee - thigh)
        clip[f"{side}_hip_abduction"] = np.where(aside, away, clip.draw(-2, 8))
        turned = clip[f"{side}_hip_rotation"] - 0.4 * bent * depth
        clip[f"{side}_hip_rotation"] = np.where(aside, turned, clip.draw(-12, 6))
    clip.settled += np.where(aside, 0, depth)
    clip.settled_aside += np.where(aside, depth, 0)
    any_arms(clip, lunge)
    for side in SIDES:
        clip.hold_arm(side, "hip", "hang", where=clip.chance(0.25))


def high_kicks(clip: Clip) -> None:
    """Kicks to the front, the side or the back, up to the head's height, with a drawn-up knee."""
    stand_straight(clip, bent=(0, 12))
    kick = clip.routine(
        moves=[(0.4, 0.8), (0.3, 0.5), (0.22, 0.4), (0.3, 0.5)],
        holds=[(0.0, 0.6), (0.0, 0.3), (0.0, 0.5), (0.0, 0.2)],
    )
    way, power = clip.draw(0, 1), clip.draw(0.55, 1)
    front, back = way < 0.45, way > 0.78
    aside = ~front & ~back
    up, drawn = kick.course((0, 0), (0.3, 0.7), (1, 1), (0.2, 0.6)) * power, clip.chance(0.6)
    bent = kick.course((0, 6), (40, 110), (0, 8), (40, 100)) * np.where(drawn, 1, 0.25)
    clip["pelvis_tilt"] += np.where(back, 52, np.where(front, -14, 0)) * up
    clip["spine_flexion"] += np.where(front, 22, np.where(back, 14, 0)) * up
    clip["pelvis_list"] += np.where(aside, 42, 0) * up  # away from the leg, the right one
    clip["spine_bend"] += np.where(aside, clip.draw(-16, 20), 0) * up
    clip["spine_twist"] += kick.course((-5, 5), (-15, 15), (-25, 25), (-10, 10))
    clip["neck_bend"] += np.where(aside, -15, 0) * up
    thigh = np.where(front, 112, np.where(back, -58, 14)) * up
    clip.leg("right", thigh=thigh, shank=bent - thigh)
    hip = np.where(aside, np.clip(58 * up - 0.2 * bent * up, 0, 50), clip.draw(-2, 6))
    clip.pose("right", hip_abduction=hip, hip_rotation=clip.draw(-20, 10))
    clip.pose("right", knee=np.maximum(bent, 0))
    stance = kick.course((0, 6), (4, 18), (2, 22), (2, 12))
    clip.leg("left", thigh=0.5 * stance - np.where(front, 6, 0) * up, shank=0.5 * stance)
    clip.pose("left", hip_abduction=np.where(aside, -36, -3) * up)
    clip.balanced += np.minimum(1.5 * up / power, 1)
    guard = clip.chance(0.5)
    any_arms(clip, kick, free=0.3)
    for side in SIDES:
        clip.move_arm(kick, side, ("chin", "chest", "bent"), where=guard)


def balancing(clip: Clip) -> None:
    """Stands on one leg: the other leg back and the trunk forward as far as level, or a knee up."""
    stand_straight(clip, apart=(-3, 2))
    move = clip.routine(moves=[(0.8, 1.5)] * 2, holds=[(0.1, 0.8), (0.8, 2.5)])
    held = np.where(clip.chance(0.4), 1, move.course((0, 0.1), (0.8, 1)))
    scale, aside = clip.chance(0.6), clip.chance(0.25)
    lean = np.where(scale, clip.draw(35, 88), clip.draw(-4, 8)) * held
    clip["pelvis_tilt"] += lean
    clip["spine_flexion"] += clip.draw(-20, 12) * held
    clip["neck_flexion"] -= clip.draw(0, 40) * lean / 88
    stance = clip.draw(0, 12) * held
    clip.leg("left", thigh=0.5 * stance, shank=0.5 * stance)
    # The free leg: behind in line with the trunk; or the thigh up; or straight in front or aside.
    knee_up, free = clip.chance(0.7), clip.draw(0, 1)
    hip = np.where(scale, -18 + 34 * free, np.where(knee_up, 40 + 75 * free, 20 + 60 * free))
    hip = np.where(~scale & aside, 10, hip)
    knee = np.where(scale, clip.draw(0, 22) + 60 * clip.chance(0.15), clip.draw(0, 8))
    knee = np.where(~scale & knee_up & ~aside, clip.draw(60, 140), knee)
    clip.pose("right", hip_flexion=hip * held, knee=knee * held)
    out = np.where(aside, clip.draw(25, 48), clip.draw(-4, 10))
    tree = ~scale & knee_up & ~aside & clip.chance(0.4)  # the foot at the other knee, turned out
    clip.pose("right", hip_abduction=np.where(tree, clip.draw(30, 46), out) * held)
    turned = np.where(tree, clip.draw(-85, -55), clip.draw(-15, 5))
    clip.pose("right", hip_rotation=turned * held)
    clip.balanced += held
    any_arms(clip, move, free=0.15)
    out = clip.chance(0.45)
    for side in SIDES:
        raised = 90 + clip.draw(-12, 12) + clip.wander(5)
        clip.aim(side, raised, clip.draw(72, 98), where=out)
        elbow = np.where(out, clip.draw(0, 12), clip[f"{side}_elbow"])
        clip.pose(side, elbow=elbow)


def high_knees(clip: Clip) -> None:
    """Walks, jogs or skips on the spot, the knees high or the heels to the back."""
    phase = clip.phase(0.7, 1.7)
    heels, effort = clip.chance(0.3), clip.draw(0.2, 1)
    flight = clip.chance(0.6) * clip.draw(0.02, 0.09)
    clip["pelvis_tilt"] += np.where(heels, 8, -2)
    busy = clip.chance(0.3)
    hold = clip.routine(moves=[(0.5, 1.0)], holds=[(0.5, 1.5)])
    look_around(clip, hold, amount=0.4)
    swing = clip.draw(10, 50)
    for side, shift in (("right", 0.0), ("left", 0.5)):
        wave = np.sin(2 * np.pi * (phase + shift))
        raised = np.maximum(wave, 0) ** 1.3
        thigh = np.where(heels, 12, 30 + 80 * effort) * raised
        knee = np.where(heels, 60 + 75 * effort, 40 + 75 * effort) * raised
        stance = clip.draw(2, 16)
        clip.leg(side, thigh=thigh + 0.5 * stance, shank=knee - thigh + 0.5 * stance)
        clip.pose(side, hip_abduction=clip.draw(-4, 6))
        clip.hold_arm(side, "bent")
        clip.pose(side, shoulder_flexion=clip.draw(-10, 15) - swing * wave)
        clip.pose(side, elbow=clip.draw(30, 105) - 10 * wave)
        clip.hold_arm(side, "hip", "hang", "point", "up", "head", "chest", where=busy)
    clip.lift += flight * np.abs(np.cos(2 * np.pi * phase))
    clip.left_support = 0.5 + 0 * phase


def skipping_rope(clip: Clip) -> None:
    """Jumps a rope with both feet or from foot to foot, the hands turning it at the hips."""
    stand_straight(clip, bent=(4, 14), apart=(-2, 4))
    phase = clip.phase(1.4, 2.2)
    springing = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    clip.lift += clip.draw(0.03, 0.14) * springing
    in_turns, dip = clip.chance(0.4), clip.draw(4, 22)
    for side, shift in (("right", 0.0), ("left", 0.5)):
        free = np.where(in_turns, np.maximum(np.sin(np.pi * (phase + 2 * shift)), 0), 0)
        crouch = dip * (1 - springing)
        clip.leg(side, thigh=crouch + 35 * free, shank=0.8 * crouch + 35 * free)
        turn = 2 * np.pi * phase
        clip.aim(side, clip.draw(8, 35) + 5 * np.sin(turn), 80 + 12 * np.cos(turn))
        clip.pose(side, elbow=clip.draw(35, 85) + 10 * np.cos(turn))
        clip.pose(side, shoulder_rotation=clip.draw(-55, -15) + 8 * np.sin(turn))


def hopping(clip: Clip) -> None:
    """Hops on one leg, the other bent or stretched away, the arms balancing."""
    stand_straight(clip, bent=(5, 15), apart=(-4, 1))
    phase = clip.phase(1.2, 2.0)
    springing = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    clip.lift += clip.draw(0.03, 0.2) * springing
    move = clip.routine(moves=[(0.4, 0.9)], holds=[(0.1, 0.8)])
    crouch = clip.draw(8, 30) * (1 - springing)
    clip.leg("left", thigh=4 + crouch, shank=4 + 0.8 * crouch)
    thigh = clip.draw(-20, 85) + 6 * springing
    clip.leg("right", thigh=thigh, shank=clip.draw(35, 110) - 0.5 * thigh)
    clip.pose("right", hip_abduction=clip.draw(-4, 22))
    clip["spine_flexion"] += clip.draw(-4, 22)
    clip["spine_bend"] += move.course((-12, 12))
    clip.balanced += 1
    any_arms(clip, move)


def tiptoeing(clip: Clip) -> None:
    """Sneaks or walks on the toes: slow, bent or stretched steps, the arms held for balance."""
    phase = clip.phase(0.35, 0.7)
    bent, lift = clip.draw(0, 38), clip.draw(15, 75)
    clip["pelvis_tilt"] += 0.5 * bent
    clip["spine_flexion"] += clip.draw(0, 1) * bent
    clip["heading"] += clip.wander(18, rate=0.3)
    move = clip.routine(moves=[(0.6, 1.2)], holds=[(0.1, 0.8)])
    look_around(clip, move)
    for side, shift in (("right", 0.0), ("left", 0.5)):
        stride = 2 * np.pi * (phase + shift)
        raised = np.maximum(np.sin(stride), 0) ** 1.3
        thigh = 0.6 * bent + 14 * np.cos(stride + 1.6) + lift * raised
        knee = 4 + 1.2 * bent + (lift + 20) * raised
        clip.leg(side, thigh=thigh, shank=knee - thigh)
    clip.left_support = 0.5 + 0.5 * np.tanh(3 * np.sin(2 * np.pi * phase))
    any_arms(clip, move)
    for side in SIDES:
        clip.hold_arm(side, "offer", "chest", "side", "bent", "low_front", where=clip.chance(0.4))
