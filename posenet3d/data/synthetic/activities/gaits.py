"""More ways to walk: backward, aside, stooped, loaded, with busy arms, on stairs; by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.activities.locomotion import walking
from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.stances import (
    SIDES,
    any_arms,
    hanging_arms,
    load_arms,
    look_around,
)
from posenet3d.data.synthetic.people.angles import ANGLES


def walking_backward(clip: Clip) -> None:
    """Walks backward: nearly the course of forward walking in reversed time.

    Winter, Pluck & Yang, "Backward walking: a simple reversal of forward walking?" (1989).
    """
    walking(clip)
    for name in ANGLES:
        clip[name] = clip[name][:, ::-1]
    clip.left_support = clip.left_support[:, ::-1]
    clip["pelvis_tilt"] += clip.draw(0, 8)
    _busy_arms(clip, 0.3)


def walking_with_busy_arms(clip: Clip) -> None:
    """Walks while the arms do anything else, one or both."""
    walking(clip)
    _busy_arms(clip, 1.0)


def walking_loaded(clip: Clip) -> None:
    """Walks with a load before the body, overhead, on a shoulder or hanging from the hands."""
    walking(clip)
    load_arms(clip)


def walking_stooped(clip: Clip) -> None:
    """Walks bent forward, the knees bent, as under a low ceiling or searching the ground."""
    walking(clip)
    stoop, knees = clip.draw(15, 70), clip.draw(0, 50)
    clip["pelvis_tilt"] += 0.55 * stoop
    clip["spine_flexion"] += 0.55 * stoop
    clip["neck_flexion"] -= clip.draw(-0.2, 0.7) * stoop
    hangs = clip.chance(0.5)
    for side in SIDES:
        clip[f"{side}_hip_flexion"] += 0.55 * stoop + 0.55 * knees
        clip[f"{side}_knee"] += knees
        hanging_arms(clip, side, share=0.8 * hangs)
        clip.hold_arm(side, "behind", "hip", "low_front", where=~hangs & clip.chance(0.4))
    clip.balanced += 0.7


def sidestepping(clip: Clip) -> None:
    """Steps or shuffles to the side, the feet together and apart or crossing, upright or low."""
    phase = clip.phase(0.5, 1.2)
    low, wide = clip.draw(0, 55) * clip.chance(0.6), clip.draw(8, 26)
    crossing = clip.chance(0.25)
    clip["pelvis_tilt"] += 0.35 * low
    clip["spine_flexion"] += clip.draw(0, 0.5) * low
    move = clip.routine(moves=[(0.4, 1.0)], holds=[(0.1, 0.9)])
    look_around(clip, move)
    for side, sign in (("right", 1), ("left", -1)):
        stride = 2 * np.pi * phase
        raised = np.maximum(sign * np.sin(stride), 0) ** 1.3
        clip.leg(side, thigh=3 + 0.55 * low + 22 * raised, shank=3 + 0.5 * low + 28 * raised)
        crossed = np.where(crossing, -0.9 * wide, -3)
        apart = 0.5 - 0.5 * np.cos(stride)
        clip.pose(side, hip_abduction=crossed + (wide - crossed) * apart)
        # Who crosses the legs passes one before the other.
        before = np.where(crossing, sign * 16 * (1 - apart), 0)
        clip[f"{side}_hip_flexion"] += before
    clip["spine_bend"] += 4 * np.sin(2 * np.pi * phase)
    clip.left_support = 0.5 + 0.5 * np.tanh(3 * np.sin(2 * np.pi * phase))
    any_arms(clip, move)
    for side in SIDES:
        clip.hold_arm(side, "bent", "chest", "offer", "side_up", "hip", where=clip.chance(0.35))


def climbing_stairs(clip: Clip) -> None:
    """Goes upstairs or downstairs, a hand on the rail, with a load or with free arms."""
    phase = clip.phase(0.5, 0.95)
    down = clip.chance(0.45)
    phase = np.where(down, -phase, phase)
    lean, high = clip.draw(2, 18), clip.draw(0.8, 1.35)
    clip["pelvis_tilt"] += np.where(down, 0.2, 1) * lean
    clip["neck_flexion"] += clip.draw(0, 25)
    move = clip.routine(moves=[(0.4, 1.0)], holds=[(0.2, 1.0)])
    look_around(clip, move, amount=0.5)
    for side, shift in (("right", 0.0), ("left", 0.5)):
        stride = 2 * np.pi * (phase + shift)
        # The thigh is highest when the foot reaches the next step, and straight before it leaves.
        thigh = (28 + 26 * np.cos(stride)) * high
        knee = (46 + 38 * np.cos(stride + 0.35)) * high
        clip.leg(side, thigh=thigh, shank=knee - thigh)
        clip.pose(side, hip_abduction=clip.draw(-3, 5))
        clip.hold_arm(side, "hang")
        clip[f"{side}_shoulder_flexion"] += clip.draw(5, 22) * -np.cos(stride)
        clip[f"{side}_elbow"] += clip.draw(0, 45)
        clip[f"{side}_shoulder_abduction"] += 5
    clip["spine_twist"] += 6 * np.cos(2 * np.pi * phase)
    rail = clip.chance(0.35)
    clip.hold_arm("right", "offer", "side", "low_front", where=rail)
    _busy_arms(clip, 0.25)
    clip.balanced += 0.5


def _busy_arms(clip: Clip, probability: float) -> None:
    """Lets the arms of so many walkers do something else."""
    before = {name: clip[name] for name in ANGLES if name.endswith("elbow") or "shoulder" in name}
    move = clip.routine(moves=[(0.4, 1.0)], holds=[(0.1, 0.9)])
    any_arms(clip, move)
    busy = {side: clip.chance(probability * 0.8) for side in SIDES}
    for name, values in before.items():
        clip[name] = np.where(busy[name.partition("_")[0]], clip[name], values)
