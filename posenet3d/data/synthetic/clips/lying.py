"""How clips lie: limbs that stay on the floor's upper side, whole-body key poses; by eye."""

from __future__ import annotations

import numpy as np

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.routine import Range, Routine
from posenet3d.data.synthetic.clips.stances import SIDES

Pose = dict[str, Range]


def leg(flexion: Range, abduction: Range, rotation: Range, knee: Range) -> Pose:
    """The ranges of the angles of a leg, degrees."""
    hip = {"hip_flexion": flexion, "hip_abduction": abduction, "hip_rotation": rotation}
    return {**hip, "knee": knee}


def arm(flexion: Range, abduction: Range, rotation: Range, elbow: Range) -> Pose:
    """The ranges of the angles of an arm, degrees."""
    shoulder = {"flexion": flexion, "abduction": abduction, "rotation": rotation}
    return {**{f"shoulder_{name}": angle for name, angle in shoulder.items()}, "elbow": elbow}


BACK_LEGS: dict[str, Pose] = {
    "straight": leg((-5, 6), (-4, 6), (-25, 0), (0, 8)),
    "spread": leg((0, 8), (15, 42), (-40, 0), (0, 14)),
    "up_on_foot": leg((38, 62), (-4, 14), (-12, 8), (78, 122)),
    "fallen_out": leg((25, 50), (35, 48), (-88, -62), (75, 125)),
    "raised": leg((25, 100), (-6, 16), (-15, 8), (0, 14)),
    "to_chest": leg((95, 125), (-4, 25), (-15, 10), (90, 145)),
    "table": leg((80, 98), (-2, 14), (-10, 8), (75, 100)),
}
BELLY_LEGS: dict[str, Pose] = {
    "straight": leg((-8, 4), (-4, 6), (-20, 25), (0, 8)),
    "spread": leg((-8, 4), (14, 40), (-40, 10), (0, 10)),
    "heel_up": leg((-6, 4), (-4, 10), (-10, 10), (20, 125)),
    "drawn_up": leg((5, 40), (40, 50), (-90, -70), (60, 110)),
    "raised": leg((-26, -10), (-2, 14), (-10, 10), (0, 20)),
}
SIDE_LEGS: dict[str, Pose] = {
    "straight": leg((-8, 12), (-12, 0), (-8, 8), (0, 14)),
    "bent": leg((25, 60), (-12, 0), (-5, 15), (40, 95)),
    "curled": leg((80, 122), (-12, 0), (-5, 15), (85, 140)),
    "back": leg((-20, 0), (-12, 0), (-8, 8), (30, 100)),
}
UPPER_LEG: dict[str, Pose] = {
    **SIDE_LEGS,
    "forward": leg((50, 100), (-14, 0), (0, 25), (40, 100)),
    "lifted": leg((-10, 25), (18, 48), (-15, 15), (0, 14)),
    "foot_on_floor": leg((30, 60), (20, 45), (-50, -30), (80, 120)),
}
BACK_ARMS: dict[str, Pose] = {
    "beside": arm((-4, 4), (6, 35), (-30, 60), (0, 12)),
    "out": arm((-4, 8), (70, 110), (-60, 30), (0, 14)),
    "overhead": arm((30, 60), (140, 158), (-40, 30), (0, 25)),
    "cactus": arm((-2, 6), (70, 115), (-90, -75), (50, 110)),
    "under_head": arm((25, 55), (110, 135), (-60, -30), (115, 140)),
    "on_belly": arm((8, 25), (10, 25), (40, 65), (75, 105)),
    "on_chest": arm((20, 40), (15, 30), (45, 70), (100, 130)),
    "up": arm((75, 105), (-10, 20), (-20, 30), (0, 20)),
    "up_bent": arm((40, 90), (5, 40), (-20, 40), (40, 130)),
    "to_knees": arm((35, 70), (0, 15), (-10, 20), (0, 40)),
    "low_bent": arm((-4, 6), (25, 55), (-20, 10), (60, 110)),
}
BELLY_ARMS: dict[str, Pose] = {
    "beside": arm((-14, -4), (6, 35), (-20, 60), (0, 12)),
    "out": arm((-12, -4), (75, 105), (-60, 30), (0, 10)),
    "overhead": arm((45, 75), (135, 150), (-30, 30), (0, 20)),
    "cactus": arm((-12, -4), (75, 115), (-90, -82), (50, 110)),
    "under_face": arm((5, 25), (115, 135), (-90, -70), (110, 135)),
    "at_chest": arm((-32, -15), (30, 50), (-25, 0), (110, 140)),
    "on_back": arm((-45, -28), (10, 20), (60, 80), (60, 95)),
}
LOWER_ARM: dict[str, Pose] = {
    "front": arm((60, 105), (-25, 5), (-10, 30), (0, 40)),
    "front_bent": arm((50, 100), (-22, 5), (-10, 50), (60, 135)),
    "overhead": arm((130, 158), (10, 45), (-20, 20), (0, 30)),
    "under_head": arm((100, 135), (5, 30), (-20, 30), (95, 140)),
}
UPPER_ARM: dict[str, Pose] = {
    "on_side": arm((-8, 8), (-2, 8), (-10, 25), (0, 25)),
    "on_hip": arm((-15, 5), (10, 25), (20, 50), (40, 80)),
    "front": arm((50, 100), (-35, 10), (0, 40), (0, 50)),
    "front_bent": arm((40, 95), (-25, 15), (10, 60), (60, 125)),
    "raised": arm((-10, 60), (60, 130), (-60, 20), (0, 40)),
    "overhead": arm((110, 160), (0, 50), (-20, 30), (0, 60)),
    "behind": arm((-50, -20), (10, 40), (0, 30), (0, 60)),
}


def move_limb(
    clip: Clip,
    side: str,
    routine: Routine,
    poses: dict[str, Pose],
    keys: np.ndarray | None = None,
    where: np.ndarray | bool = True,
) -> None:
    """Lets an arm or a leg follow the routine through poses of a table.

    Args:
      clip: Its angles of that limb are set.
      side: "left" or "right".
      routine: Gives the times.
      poses: The table; every key pose draws one of it, and the angles in its ranges.
      keys: `[S, K]` in [0, 1): which one, if both limbs are to do the same.
      where: The sequences that do so.
    """
    keys = routine.draw((0, 1)) if keys is None else keys
    pick = (keys * len(poses)).astype(int)
    for angle in next(iter(poses.values())):
        ranges = np.array([pose[angle] for pose in poses.values()])[pick]  # `[S, K, 2]`
        followed = routine.follow(clip.rng.uniform(ranges[..., 0], ranges[..., 1]))
        clip.pose(side, where, **{angle: followed})


def move_pair(
    clip: Clip,
    routine: Routine,
    poses: dict[str, Pose],
    alike: float,
    where: np.ndarray | bool = True,
) -> None:
    """Both arms or both legs, in the same poses with that probability."""
    together, shared = clip.chance(alike), routine.draw((0, 1))
    for side in SIDES:
        keys = np.where(together, shared, routine.draw((0, 1)))
        move_limb(clip, side, routine, poses, keys, where)


def lie(clip: Clip, tilt: Range, twist: Range, routine: Routine) -> None:
    """Lays the trunk down, the spine hardly bent, and lets it settle and move a little."""
    clip["pelvis_tilt"] = clip.draw(*tilt)
    clip["pelvis_twist"] = clip.draw(*twist)
    clip["pelvis_list"] = np.zeros((1, 1))
    clip["spine_flexion"] = clip.draw(-4, 8)
    clip["spine_bend"] = clip.draw(-6, 6) + clip.draw(0, 1) * routine.course((-14, 14))
    clip["spine_twist"] = clip.draw(-5, 5)
    clip["neck_flexion"] = clip.draw(-8, 12)
    clip["neck_twist"] = clip.draw(0, 1) * routine.course((-60, 60))
    clip.settled += 1
    clip.settled_aside += 1
