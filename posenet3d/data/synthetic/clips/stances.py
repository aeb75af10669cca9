"""How clips stand, and where their arms go; all amplitudes chosen by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import ARM_POSES, Clip
from posenet3d.data.synthetic.clips.hands import hands_together, put_hand
from posenet3d.data.synthetic.clips.routine import Range, Routine

SIDES = ("right", "left")

STRAIGHT_ARMS: dict[str, tuple[float, float]] = {
    "down": (8, 60),
    "half_out": (45, 88),
    "out": (90, 88),
    "high_out": (135, 88),
    "up": (170, 60),
    "high_front": (135, 20),
    "front": (90, 5),
    "half_front": (45, 5),
    "across": (85, -22),
    "behind": (42, 160),
}
"""Name -> how far raised and which way outward, as of `Clip.aim`, degrees."""


def stand_straight(clip: Clip, bent: Range = (0, 3), apart: Range = (-5, 26)) -> None:
    """Stands upright, still, the knees hardly bent, the legs together or apart.

    Hips flex, abduct and turn so that the feet may be side by side or one before the other.
    """
    clip.restless = clip.draw(0.1, 0.5)
    clip["pelvis_tilt"] = clip.draw(-3, 4)
    clip["spine_flexion"] = clip.draw(-6, 7)
    wide = np.where(clip.chance(0.5), clip.draw(apart[0], max(2, apart[0])), clip.draw(*apart))
    stride = np.where(clip.chance(0.25), clip.draw(-14, 14), 0)
    for side, sign in (("right", 1), ("left", -1)):
        knee = clip.draw(*bent)
        thigh = sign * stride + 0.5 * knee + clip.draw(-1, 1)
        clip.leg(side, thigh=thigh, shank=knee - thigh)
        clip.pose(side, hip_abduction=wide + clip.draw(-1, 1), hip_rotation=clip.draw(-22, 3))


def look_around(clip: Clip, routine: Routine, amount: float = 1.0) -> None:
    """The head turns, nods and leans, more or less of it in each sequence."""
    share = amount * clip.draw(0, 1)
    clip["neck_twist"] += share * routine.course((-55, 55))
    clip["neck_flexion"] += share * routine.course((-28, 28))
    clip["neck_bend"] += share * routine.course((-14, 14))


def straight_arm(
    clip: Clip, side: str, routine: Routine, *poses: str | tuple[str, ...], spread: float = 6.0
) -> None:
    """Lets a straight arm follow the routine: at key pose k to `poses[k]`, of a tuple to any."""
    keys = routine.draw((0, 1))
    straight_arm_at(clip, side, routine, keys, *poses, spread=spread)


def straight_arm_at(
    clip: Clip,
    side: str,
    routine: Routine,
    keys: np.ndarray,
    *poses: str | tuple[str, ...],
    spread: float = 6.0,
) -> None:
    """The same with the choice given, `[S, K]` in [0, 1): so that both arms do the same."""
    raised, outward = np.empty((2, *keys.shape))
    for k in range(keys.shape[1]):
        choice = poses[k % len(poses)]
        choice = (choice,) if isinstance(choice, str) else choice
        pick = (keys[:, k] * len(choice)).astype(int)
        raised[:, k], outward[:, k] = np.array([STRAIGHT_ARMS[pose] for pose in choice])[pick].T
    raised += spread * clip.rng.standard_normal(keys.shape)
    outward = np.radians(outward + spread * clip.rng.standard_normal(keys.shape))
    clip.pose(
        side,
        shoulder_flexion=routine.follow(raised * np.cos(outward)),
        shoulder_abduction=routine.follow(raised * np.sin(outward)),
        shoulder_rotation=clip.draw(-40, 25) + routine.course((-15, 15)),
        elbow=clip.draw(0, 14) + routine.course((0, 4)),
    )


def free_arm(clip: Clip, side: str, routine: Routine, where: np.ndarray | bool = True) -> None:
    """Lets an arm go anywhere that an arm goes: raised, outward, turned and bent at random."""
    raised = np.sqrt(routine.draw((0.01, 1))) * 165
    outward = np.radians(routine.draw((-22, 118)))
    bent = routine.draw((0, 1))
    elbow = np.where(bent < 0.35, 40 * bent, 150 * bent)
    # A bent arm beside the trunk keeps its hand before the trunk.
    inward = np.where(raised > 50, 70, 45)
    turned = routine.draw((0, 1))
    values = {
        "shoulder_flexion": raised * np.cos(outward),
        "shoulder_abduction": np.maximum(raised * np.sin(outward), 14 - 0.35 * raised),
        "shoulder_rotation": -80 * turned + inward * (1 - turned),
        "elbow": elbow,
    }
    clip.pose(side, where, **{name: routine.follow(keys) for name, keys in values.items()})


def any_arms(clip: Clip, routine: Routine, free: float = 0.4) -> None:
    """Both arms: in own or the same poses, together at a thing, or, that likely, anywhere."""
    together = clip.chance(0.5)
    shared = routine.draw((0, 1))
    for side in SIDES:
        keys = np.where(together, shared, routine.draw((0, 1)))
        straight_arm_at(clip, side, routine, keys, tuple(STRAIGHT_ARMS))
        clip.move_arm(routine, side, tuple(ARM_POSES), where=clip.chance(0.4))
        free_arm(clip, side, routine, where=clip.chance(free))
    hands_together(clip, routine, where=clip.chance(0.15))


def hanging_arms(clip: Clip, side: str, share: np.ndarray | float = 1.0) -> None:
    """Lets an arm hang from a trunk that is bent forward, by gravity."""
    inclined = np.clip(clip["pelvis_tilt"] + clip["spine_flexion"], -20, 165)
    target = {
        "shoulder_flexion": inclined + clip.draw(-8, 10),
        "shoulder_abduction": clip.draw(0, 14),
        "shoulder_rotation": clip.draw(-10, 30),
        "elbow": clip.draw(2, 22),
    }
    for name, value in target.items():
        name = f"{side}_{name}"
        clip[name] += share * (value - clip[name])


def load_arms(clip: Clip) -> None:
    """Arms that carry: before the belly or chest, overhead, on a shoulder, hanging at the sides.

    The trunk leans away from the load.
    """
    kind = clip.draw(0, 1)
    front, overhead, shoulder = kind < 0.4, (kind > 0.4) & (kind < 0.6), (kind > 0.6) & (kind < 0.8)
    hanging, one = kind > 0.8, clip.chance(0.6)
    height, wide = clip.draw(8, 48), clip.draw(-12, 22)
    clip["spine_flexion"] -= np.where(front, 8, 0)
    clip["spine_bend"] += np.where(hanging & one, 12, np.where(shoulder, 8, 0))
    breadth = clip.draw(0.02, 0.14)
    for side, sign in (("right", -1), ("left", 1)):
        own = clip.draw(-5, 5)
        values = {
            "shoulder_flexion": (height, 148 + own, 70 + 1.5 * height, 0.2 * own),
            "shoulder_abduction": (wide + own, 30 + wide, 40 + wide, 5 + 0.3 * abs(own)),
            "shoulder_rotation": (25 + own, 4 * own, 4 * own, 10 + own),
            "elbow": (105 - height + wide, 24 + 2 * own, 122 + own, 8 + own),
        }
        kinds = (front, overhead, shoulder, hanging)
        idle = (shoulder | hanging) & one & (side == "left")
        for name, choices in values.items():
            chosen = np.select([kind & ~idle for kind in kinds], choices, clip[f"{side}_{name}"])
            clip[f"{side}_{name}"] = chosen
        clip.hold_arm(side, "hang", "hip", "bent", "up", where=idle & clip.chance(0.7))
        held = clip.wander(0.02), -0.05 - 0.004 * height, 0.17 + 0.001 * height
        put_hand(clip, side, (held[0] + sign * breadth, *held[1:]), 0.3, where=front)
