"""Activities of the arms, on straight legs: calibration poses and gymnastics; by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.stances import (
    SIDES,
    any_arms,
    free_arm,
    look_around,
    stand_straight,
    straight_arm,
    straight_arm_at,
)


def t_pose(clip: Clip) -> None:
    """Stands with both arms straight out to the sides, or moves there and back."""
    _held_out(clip, level=(86, 94))


def a_pose(clip: Clip) -> None:
    """Stands with both arms straight, obliquely down at the sides, or moves there and back."""
    _held_out(clip, level=(22, 62))


def raising_arms(clip: Clip) -> None:
    """Raises straight arms to the front, the sides, up or behind, together or each its own way."""
    stand_straight(clip, bent=(0, 6))
    move = clip.routine(moves=[(0.4, 1.1)], holds=[(0.1, 1.2)])
    look_around(clip, move, amount=0.5)
    ways = ("down", "half_out", "out", "high_out", "up", "high_front", "front", "half_front")
    ways += ("across", "behind", "out", "up", "front")
    together, shared = clip.chance(0.7), move.draw((0, 1))
    for side in SIDES:
        keys = np.where(together, shared, move.draw((0, 1)))
        straight_arm_at(clip, side, move, keys, ways)
    clip["spine_flexion"] += move.course((-8, 6))


def circling_arms(clip: Clip) -> None:
    """Turns straight arms in small or large circles, forward or backward, both, one or in turns."""
    stand_straight(clip, bent=(0, 6))
    move = clip.routine(moves=[(0.5, 1.0)], holds=[(0.2, 1.0)])
    look_around(clip, move, amount=0.4)
    phase = clip.phase(0.3, 1.1) * np.where(clip.chance(0.5), 1, -1)
    large, one, in_turns = clip.chance(0.6), clip.chance(0.25), clip.chance(0.35)
    radius, axis = clip.draw(8, 40), np.where(clip.chance(0.6), 88, clip.draw(0, 60))
    for side in SIDES:
        angle = 2 * np.pi * (phase + np.where(in_turns & (side == "left"), 0.5, 0))
        # A large circle goes up in front and comes down beside and behind the shoulder.
        raised = np.where(large, 92 - 76 * np.cos(angle), 90 + radius * np.sin(angle))
        outward = np.where(large, 62 - 48 * np.sin(angle), axis + radius * np.cos(angle))
        rest = np.array([[10.0], [90.0]])[(clip.chance(0.4)).astype(int)[:, 0]]
        still = one & (side == "left")
        clip.aim(side, np.where(still, rest, raised), np.where(still, 85, outward))
        clip.pose(side, elbow=clip.draw(0, 16), shoulder_rotation=clip.draw(-40, 30))
    clip["spine_twist"] += np.where(one | in_turns, 12, 0) * np.sin(2 * np.pi * phase)


def swinging_arms(clip: Clip) -> None:
    """Swings the arms to and fro, up and down or together across the chest, the knees springing."""
    stand_straight(clip, bent=(0, 8))
    phase = clip.phase(0.4, 1.0)
    against = clip.chance(0.4)
    across, spring = clip.chance(0.4), clip.draw(0, 18) * clip.chance(0.5)
    reach = clip.draw(40, 150)
    for side, sign in (("right", 1), ("left", -1)):
        swing = np.sin(2 * np.pi * phase) * np.where(against, sign, 1)
        wide = 45 - 62 * swing
        clip.pose(
            side,
            shoulder_flexion=np.where(across, 70 + 15 * swing, reach * (0.4 + 0.6 * swing)),
            shoulder_abduction=np.where(across, wide + 15, clip.draw(4, 20)),
            shoulder_rotation=clip.draw(-20, 30),
            elbow=clip.draw(0, 25) + np.where(across, 20 * (1 + swing), 0),
        )
        dip = spring * (0.5 - 0.5 * np.cos(4 * np.pi * phase))
        clip.leg(side, thigh=dip, shank=0.8 * dip)
        clip[f"{side}_hip_abduction"] += 0.2 * dip
    clip["spine_flexion"] += clip.draw(0, 14) * np.sin(2 * np.pi * phase + 2)


def moving_arms(clip: Clip) -> None:
    """Stands and moves the arms anywhere, the trunk turning along."""
    stand_straight(clip, bent=(0, 12))
    move = clip.routine(moves=[(0.4, 1.0)], holds=[(0.0, 0.8)])
    look_around(clip, move)
    clip["spine_twist"] += clip.draw(0, 1) * move.course((-35, 35))
    clip["spine_bend"] += clip.draw(0, 1) * move.course((-20, 20))
    clip["spine_flexion"] += clip.draw(0, 1) * move.course((-15, 25))
    any_arms(clip, move, free=0.6)


def pointing(clip: Clip) -> None:
    """Points somewhere with one arm, now and then with the other, and looks there."""
    stand_straight(clip, bent=(0, 10))
    point = clip.routine(moves=[(0.4, 0.8)] * 2, holds=[(0.1, 0.8), (0.8, 2.0)])
    away = ("down", ("out", "high_out", "high_front", "front", "half_front", "across", "up"))
    for side in SIDES:
        clip.hold_arm(side, "hang", "hip", "pocket", "crossed", "behind")
    straight_arm(clip, "right", point, *away, spread=14)
    clip["neck_twist"] += point.course((-10, 10), (-60, 25))
    clip["neck_flexion"] += point.course((-5, 10), (-25, 15))
    clip["spine_twist"] += point.course((-5, 5), (-25, 25))


def hands_to_head(clip: Clip) -> None:
    """Stands with hands behind the head, at the face or on top of it, and bends and turns."""
    stand_straight(clip, bent=(0, 8))
    move = clip.routine(moves=[(0.5, 1.1)], holds=[(0.2, 1.0)])
    look_around(clip, move, amount=0.6)
    amount = clip.draw(0, 1)
    clip["spine_bend"] += amount * move.course((-28, 28))
    clip["spine_twist"] += amount * move.course((-30, 30))
    pair, shared = clip.chance(0.6), move.draw((0, 1))
    for side in SIDES:
        # The elbows are in front or open to the sides.
        turned = clip.draw(0, 1)
        open_ = move.follow(np.where(pair, shared, move.draw((0, 1))))
        clip.aim(side, 98 + 38 * clip.draw(0, 1), 12 + 70 * open_)
        clip.pose(side, shoulder_rotation=28 - 95 * open_ * turned, elbow=clip.draw(112, 142))
        clip.hold_arm(side, "hang", "hip", "chin", "ear", where=~pair & clip.chance(0.5))


def jumping_jacks(clip: Clip) -> None:
    """Jumps with legs and arms opening and closing, arms overhead, to the level or in front."""
    stand_straight(clip, apart=(-4, 2))
    phase = clip.phase(0.55, 1.15)
    opened = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    land = 0.5 + 0.5 * np.cos(4 * np.pi * phase)
    high = np.where(clip.chance(0.7), clip.draw(135, 168), clip.draw(75, 100))
    level, dip = clip.chance(0.2), clip.draw(2, 22)
    wide = clip.draw(14, 36)
    clip.lift += clip.draw(0.0, 0.10) * (1 - land)
    for side in SIDES:
        clip.leg(side, thigh=dip * land, shank=0.8 * dip * land)
        clip.pose(side, hip_abduction=clip.draw(-4, 1) + wide * opened)
        raised = np.where(level, 90, clip.draw(6, 18) + high * opened)
        clip.aim(side, raised, np.where(level, 5 + 88 * opened, clip.draw(72, 94)))
        clip.pose(side, elbow=clip.draw(0, 22) + clip.draw(0, 20) * opened)
        clip.pose(side, shoulder_rotation=clip.draw(-50, 10))


def elbow_to_knee(clip: Clip) -> None:
    """Brings each elbow to the other knee in turn, hands at the head; or the elbow of that side."""
    stand_straight(clip, bent=(0, 8))
    wave = np.sin(2 * np.pi * clip.phase(0.3, 0.8))
    same_side, hard = np.where(clip.chance(0.2), -1, 1), clip.draw(0.5, 1)
    clip["pelvis_tilt"] += -6 * np.abs(wave)
    clip["spine_flexion"] += 38 * hard * np.abs(wave) - 6
    clip["neck_flexion"] += 18 * np.abs(wave) * clip.draw(0, 1)
    clip["spine_twist"] += np.where(same_side > 0, 38 * hard * wave, 0)
    clip["spine_bend"] += np.where(same_side < 0, 24 * wave, 0)
    clip.balanced += 1
    for side, sign in (("right", -1), ("left", 1)):
        raised = np.maximum(sign * wave, 0) ** 1.2
        clip.leg(side, thigh=(75 + 35 * hard) * raised, shank=clip.draw(-10, 25) * raised)
        clip.pose(side, hip_abduction=-8 * raised + clip.draw(0, 6))
        meets = np.maximum(-sign * same_side * wave, 0)
        clip.aim(side, 105 - 30 * meets, 70 - 62 * meets)
        clip.pose(side, shoulder_rotation=clip.draw(-45, 10), elbow=clip.draw(112, 140))


def _held_out(clip: Clip, level: tuple[float, float]) -> None:
    """Both arms alike to the sides, `level` degrees from hanging, in most clips all the time."""
    stand_straight(clip)
    move = clip.routine(moves=[(0.5, 1.2)] * 2, holds=[(0.1, 0.8), (0.8, 2.5)])
    look_around(clip, move, amount=0.3)
    out = np.where(clip.chance(0.6), 1, move.course((0, 0), (1, 1)))
    raised, outward, bent = clip.draw(*level), clip.draw(82, 95), clip.draw(0, 8)
    for side in SIDES:
        low = clip.draw(4, 14)
        clip.aim(side, low + (raised + clip.draw(-3, 3) - low) * out, outward + clip.draw(-3, 3))
        clip.pose(side, elbow=bent + clip.draw(0, 3), shoulder_rotation=clip.draw(-80, 40))
    clip.restless = clip.draw(0.05, 0.3)
    moved = clip.chance(0.1)
    for side in SIDES:  # one hand leaves the pose, as while the others still get ready
        free_arm(clip, side, move, where=moved & (side == "right"))
