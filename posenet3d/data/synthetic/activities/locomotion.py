"""Activities that go somewhere: each sets the joint angles of a clip; amplitudes chosen by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.routine import bump

_OPPOSITE = (("right", 0.0), ("left", 0.5))  # the legs are half a cycle apart


def walking(clip: Clip) -> None:
    """Walks at any pace, upright, stooped, marching or sneaking; the arms swing or are busy."""
    _walk(clip, turn=clip.wander(12, rate=0.3))


def turning(clip: Clip) -> None:
    """Walks in curves, up to a small circle."""
    side = np.where(clip.chance(0.5), -1, 1)
    _walk(clip, turn=side * clip.draw(30, 100) + clip.wander(25, rate=0.4))


def running(clip: Clip) -> None:
    """Jogs to runs fast, arms bent."""
    phase, effort = clip.phase(1.2, 1.55), clip.draw(0, 1)
    clip["heading"] += _integral(clip, clip.wander(20, rate=0.3))
    clip["pelvis_tilt"] += 5 + 8 * effort
    _sway_trunk(clip, phase, amount=clip.draw(0.8, 1.6))
    for side, shift in _OPPOSITE:
        stride = phase + shift
        swing = (24 + 18 * effort) * np.cos(2 * np.pi * stride)
        clip[f"{side}_hip_flexion"] = 18 + 10 * effort + swing + clip["pelvis_tilt"]
        clip[f"{side}_knee"] = (
            14 + 24 * bump(stride, 0.16, 0.07) + (62 + 45 * effort) * bump(stride, 0.70, 0.11)
        )
        clip.hold_arm(side, "hang")
        clip[f"{side}_shoulder_flexion"] = clip.draw(-16, 4) - (
            clip.draw(18, 28) + 18 * effort
        ) * np.cos(2 * np.pi * stride - 0.2)
        clip[f"{side}_shoulder_rotation"] = clip.draw(10, 45)
        clip[f"{side}_elbow"] = clip.draw(65, 105) - 14 * np.cos(2 * np.pi * stride)
    _step(clip, phase)
    flight = np.sin(4 * np.pi * (phase - 0.14))  # twice a cycle, after each toe-off
    clip.lift += 0.06 * (0.5 + effort) * np.maximum(flight, 0) ** 2


def climbing(clip: Clip) -> None:
    """Climbs a ladder or a wall: hands up in turns, knees high, the trunk close to it."""
    moves, holds = [(0.4, 0.8)] * 2, [(0.05, 0.4)] * 2
    steps = clip.routine(moves, holds)
    clip["pelvis_tilt"] += clip.draw(0, 14)
    clip.perform(steps, neck_flexion=[(-40, 10)], neck_twist=[(-40, 40)], spine_bend=[(-12, 12)])
    high, low = ((115, 160), (60, 110)), ((5, 20), (45, 105))
    reverse = clip.chance(0.5)  # the same or the other hand goes with the foot
    for side, turn in (("right", 0), ("left", 1)):
        thigh = steps.course(*(low if turn else low[::-1]))
        clip.leg(side, thigh, shank=steps.course((0, 20)))
        clip[f"{side}_hip_abduction"] = clip.draw(-2, 14) + 0.12 * thigh
        hand = [steps.course(*order) for order in (high, high[::-1])]
        clip[f"{side}_shoulder_flexion"] = np.where(reverse, hand[turn], hand[1 - turn])
        bend = [steps.course(*order) for order in (((10, 50), (50, 110)), ((50, 110), (10, 50)))]
        clip[f"{side}_elbow"] = np.where(reverse, bend[turn], bend[1 - turn])
        clip[f"{side}_shoulder_abduction"] = steps.course((5, 45))
        clip[f"{side}_shoulder_rotation"] = steps.course((-15, 30))


def jumping(clip: Clip) -> None:
    """Crouches, jumps, lands; the arms swing up with it or stay; sometimes jumping jacks."""
    wide = clip.chance(0.4)
    beat = clip.routine(
        moves=[(0.5, 1.0), (0.3, 0.4), (0.22, 0.3), (0.3, 0.45)],
        holds=[(0.0, 0.3), (0.0, 0.0), (0.0, 0.0), (0.0, 0.4)],
    )
    height = clip.draw(0.1, 0.42)
    clip.lift += height * beat.course((0, 0), (1, 1), (0, 0), (0, 0))
    crouch = beat.course((0.5, 1), (0, 0.05), (0.15, 0.8), (0, 0.1)) * clip.draw(0.5, 1.1)
    tucked = np.where(clip.chance(0.3), clip.draw(20, 70), 0)
    tuck = tucked * beat.course((0, 0), (1, 1), (0, 0), (0, 0))
    clip["pelvis_tilt"] += 32 * crouch
    clip["spine_flexion"] += 22 * crouch
    clip["neck_flexion"] -= 25 * crouch
    spread = np.where(wide, beat.course((0, 4), (20, 35), (0, 30), (0, 4)), clip.draw(0, 8))
    up = clip.chance(0.6)
    for side in ("right", "left"):
        clip.leg(side, thigh=2 + 68 * crouch + tuck, shank=2 + 26 * crouch + 0.4 * tuck)
        clip[f"{side}_hip_abduction"] = spread + clip.draw(0, 6)
        free = (("hang", "bent", "low_front"), ("side", "side_up", "bent", "offer"))
        clip.move_arm(beat, side, free[0], free[1], free[1], free[0])
        clip.move_arm(beat, side, "back", ("up", "point_up"), "offer", "hang", where=up)
        clip.move_arm(beat, side, "hang", "up", ("hang", "up"), "hang", where=wide)


def _walk(clip: Clip, turn: np.ndarray) -> None:
    """A gait; `turn` is `[S, T]` degrees a second.

    The courses of hip and knee (two bumps of the knee: loading and swing) follow level walking as
    plotted in Winter, "The Biomechanics and Motor Control of Human Gait"; amplitudes by eye.
    """
    pace = clip.draw(0, 1)
    phase = clip.phase(0.7, 0.8) * (1 + 0.35 * pace)
    clip["heading"] += _integral(clip, turn)
    clip["pelvis_list"] += 0.04 * turn  # leans into the curve
    stoop = np.where(clip.chance(0.2), clip.draw(10, 40), 0)
    clip["pelvis_tilt"] += 3 * pace + 0.5 * stoop
    clip["spine_flexion"] += 0.5 * stoop
    clip["neck_flexion"] += clip.draw(-0.9, 0.2) * stoop + clip.wander(clip.draw(0, 10))
    clip["neck_twist"] += clip.wander(clip.draw(2, 28))
    _sway_trunk(clip, phase, amount=clip.draw(0.5, 1.4))
    sneak = np.where(clip.chance(0.2), clip.draw(5, 40), 0)
    march = np.where(clip.chance(0.2), clip.draw(15, 70), 0)
    swing = clip.draw(8, 22) + 12 * pace
    busy = clip.chance(0.35)
    for side, shift in _OPPOSITE:
        stride = phase + shift
        lifted = bump(stride, 0.84, 0.10)
        thigh = 5 + (17 + 9 * pace) * np.cos(2 * np.pi * stride) + sneak + march * lifted
        clip[f"{side}_hip_flexion"] = thigh + 0.8 * clip["pelvis_tilt"]
        clip[f"{side}_knee"] = (
            (6 + 1.5 * sneak + 0.9 * march * lifted)
            + (10 + 8 * pace) * bump(stride, 0.14, 0.06)
            + (48 + 10 * pace) * bump(stride, 0.72, 0.10)
        )
        clip[f"{side}_hip_abduction"] = clip.draw(-3, 5)
        clip.hold_arm(side, "hang")
        lag = 2 * np.pi * stride - 0.3
        clip[f"{side}_shoulder_flexion"] += -swing * np.cos(lag) + clip.draw(-6, 6)
        clip[f"{side}_elbow"] += clip.draw(0, 30) - 0.5 * swing * (1 + np.cos(lag))
        clip[f"{side}_elbow"] = np.abs(clip[f"{side}_elbow"]) + 6
        held = ("pocket", "carry", "ear", "hip", "crossed", "behind", "bent", "point", "offer")
        clip.hold_arm(side, *held, where=busy & clip.chance(0.7))
    _step(clip, phase)
    wave = clip.routine(moves=[(0.4, 0.9)] * 2, holds=[(0.2, 1.0)] * 2)
    clip.move_arm(wave, "right", "hang", ("side_up", "point", "up", "offer", "chin"),
                  where=clip.chance(0.2))  # fmt: skip


def _sway_trunk(clip: Clip, phase: np.ndarray, amount: np.ndarray) -> None:
    """The pelvis turns and drops with the swinging leg; the chest turns against it."""
    cycle = 2 * np.pi * phase
    clip["heading"] += amount * 5 * np.cos(cycle)
    clip["spine_twist"] -= amount * 10 * np.cos(cycle)
    clip["neck_twist"] += amount * 5 * np.cos(cycle)
    clip["pelvis_list"] += amount * 3 * np.sin(cycle)
    clip["spine_bend"] -= amount * 3 * np.sin(cycle)


def _step(clip: Clip, phase: np.ndarray) -> None:
    """The right foot bears the weight in the first half of a cycle, the left in the second."""
    clip.left_support = 0.5 - 0.5 * np.tanh(3 * np.sin(2 * np.pi * phase))


def _integral(clip: Clip, rate: np.ndarray) -> np.ndarray:
    """`[S, T]`: the angle turned at `rate` a second."""
    return np.cumsum(rate, axis=1) * (clip.time[1] - clip.time[0])
