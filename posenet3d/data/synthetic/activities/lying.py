"""Activities on the floor, lying; all amplitudes chosen by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.lying import (
    BACK_ARMS,
    BACK_LEGS,
    BELLY_ARMS,
    BELLY_LEGS,
    LOWER_ARM,
    SIDE_LEGS,
    UPPER_ARM,
    UPPER_LEG,
    arm,
    lie,
    move_limb,
    move_pair,
)
from posenet3d.data.synthetic.clips.stances import SIDES


def lying_on_the_back(clip: Clip) -> None:
    """Lies on the back, legs stretched, drawn up or in the air, arms anywhere above the floor."""
    move = clip.routine(moves=[(0.6, 1.4)], holds=[(0.2, 2.0)])
    lie(clip, tilt=(-94, -86), twist=(-8, 8), routine=move)
    clip["neck_flexion"] += clip.chance(0.3) * move.course((0, 35))
    move_pair(clip, move, BACK_LEGS, alike=0.55)
    move_pair(clip, move, BACK_ARMS, alike=0.55)
    flat = clip.chance(0.3)  # at rest: all on the floor
    resting = {name: BACK_LEGS[name] for name in ("straight", "spread")}
    move_pair(clip, move, resting, alike=0.7, where=flat)


def lying_on_the_belly(clip: Clip) -> None:
    """Lies on the belly, heels down or up, arms beside, out, overhead or under the face."""
    move = clip.routine(moves=[(0.6, 1.4)], holds=[(0.2, 2.0)])
    lie(clip, tilt=(86, 94), twist=(-8, 8), routine=move)
    clip["neck_twist"] *= 1.3
    clip["spine_flexion"] -= clip.chance(0.3) * move.course((0, 22))
    move_pair(clip, move, BELLY_LEGS, alike=0.6)
    move_pair(clip, move, BELLY_ARMS, alike=0.6)


def lying_on_the_side(clip: Clip) -> None:
    """Lies on one side, stretched to curled up, one leg over the other or lifted."""
    move = clip.routine(moves=[(0.6, 1.4)], holds=[(0.2, 2.0)])
    lie(clip, tilt=(86, 94), twist=(62, 112), routine=move)  # the right side is down
    clip["spine_flexion"] += clip.draw(-6, 32)
    clip["spine_twist"] += clip.draw(0, 1) * move.course((-22, 22))
    clip["neck_bend"] = clip.draw(0, 22)  # the head rests on something
    clip["neck_twist"] *= 0.5
    clip.settled_aside *= 0.7
    both, shared = clip.chance(0.5), move.draw((0, 1))
    for side, poses in (("right", SIDE_LEGS), ("left", UPPER_LEG)):
        move_limb(clip, side, move, poses)
        move_limb(clip, side, move, SIDE_LEGS, shared, where=both)
    move_limb(clip, "right", move, LOWER_ARM)
    move_limb(clip, "left", move, UPPER_ARM)


def rolling_over(clip: Clip) -> None:
    """Rolls from the back over a side to the belly and back, or on and on."""
    roll = clip.routine(moves=[(0.6, 1.3)] * 4, holds=[(0.0, 0.6)] * 4)
    lie(clip, tilt=(86, 94), twist=(0, 0), routine=roll)
    clip["pelvis_twist"] = roll.course((-12, 12), (65, 110), (168, 192), (65, 110))
    twisted = clip.draw(-25, 25)
    clip["spine_twist"] += twisted * roll.course((0, 0), (0.5, 1), (0, 0), (-1, -0.5))
    on_side = roll.course((0, 0), (1, 1), (0, 0), (1, 1))
    for side in SIDES:
        thigh = clip.draw(0, 75) * on_side
        clip.pose(side, hip_flexion=thigh, knee=clip.draw(0.8, 1.4) * thigh + clip.draw(0, 8))
        clip.pose(side, hip_abduction=clip.draw(-10, 4), hip_rotation=clip.draw(-10, 10))
        beside = {"beside": arm((-4, 4), (4, 12), (-30, 40), (0, 15))}
        overhead = {"overhead": arm((45, 75), (135, 150), (-30, 30), (0, 20))}
        move_limb(clip, side, roll, beside)
        move_limb(clip, side, roll, overhead, where=clip.chance(0.5))
    clip.settled_aside *= 0


def leg_raises(clip: Clip) -> None:
    """On the back: raises straight legs together or in turns, cycles, opens and closes them."""
    move = clip.routine(moves=[(0.5, 1.2)] * 2, holds=[(0.0, 0.6)] * 2)
    lie(clip, tilt=(-94, -86), twist=(-4, 4), routine=move)
    phase, kind = clip.phase(0.3, 1.0), clip.draw(0, 1)
    high = clip.draw(35, 98)
    clip["neck_flexion"] += clip.chance(0.3) * 25
    clip["spine_flexion"] += clip.chance(0.25) * clip.draw(0, 30)
    move_pair(
        clip, move, {k: BACK_ARMS[k] for k in ("beside", "out", "under_head", "overhead")}, 0.9
    )
    opened = clip.draw(15, 46) * (0.5 - 0.5 * np.cos(2 * np.pi * phase))
    for side, shift in (("right", 0.0), ("left", 0.5)):
        turn = 2 * np.pi * (phase + shift)
        up = np.where(kind < 0.4, move.course((0, 0.1), (0.8, 1)), 0.5 + 0.45 * np.sin(turn))
        cycling = kind > 0.7
        thigh = np.where(cycling, 62 + 48 * np.sin(turn), high * up)
        knee = np.where(cycling, 62 + 55 * np.sin(turn - 0.9), clip.draw(0, 12))
        clip.pose(side, hip_flexion=thigh, knee=knee)
        apart = np.where((kind > 0.5) & ~cycling, opened, clip.draw(-3, 6))
        clip.pose(side, hip_abduction=apart, hip_rotation=clip.draw(-15, 5))


def lifting_the_chest(clip: Clip) -> None:
    """On the belly: lifts chest, arms and legs, or pushes the chest up with the hands."""
    move = clip.routine(moves=[(0.6, 1.2)] * 2, holds=[(0.1, 0.8), (0.5, 1.6)])
    lie(clip, tilt=(86, 94), twist=(-4, 4), routine=move)
    up = move.course((0, 0.15), (0.6, 1))
    clip["spine_flexion"] -= clip.draw(18, 34) * up
    clip["neck_flexion"] -= clip.draw(5, 38) * up
    pushes = clip.chance(0.55)
    arch = clip.draw(4, 24) * up
    move_pair(clip, move, BELLY_ARMS, alike=0.9)
    push = clip.draw(0.4, 1) * up
    apart, turned = clip.draw(4, 22), clip.draw(-10, 20)
    for side in SIDES:
        # Hands beside the chest: the elbows stretch as the chest goes up.
        for name, value in (
            ("shoulder_flexion", -30 + 85 * push),
            ("shoulder_abduction", apart),
            ("shoulder_rotation", turned),
            ("elbow", 135 - 118 * push),
        ):
            clip[f"{side}_{name}"] = np.where(pushes, value, clip[f"{side}_{name}"])
        legs = np.where(pushes, -0.6 * arch, -arch)
        clip.pose(side, hip_flexion=legs, hip_abduction=clip.draw(-2, 14), knee=clip.draw(0, 14))
