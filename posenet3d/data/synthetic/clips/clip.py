"""Clips: the tools with which activities are written, vectorised over sequences and frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from posenet3d.data.synthetic.clips.routine import Range, Routine
from posenet3d.data.synthetic.people.angles import ANGLES, LIMITS

ARM_POSES: dict[str, tuple[float, float, float, float]] = {
    "hang": (0, 8, 20, 15),
    "bent": (0, 10, 15, 60),
    "hip": (-18, 42, 68, 82),
    "pocket": (-12, 16, 10, 48),
    "crossed": (32, 4, 68, 105),
    "behind": (-35, 14, 78, 65),
    "carry": (12, 6, 15, 90),
    "chest": (25, 20, 58, 110),
    "chin": (42, 10, 45, 124),
    "ear": (45, 36, 20, 132),
    "head": (105, 62, 30, 122),
    "offer": (32, 12, -8, 72),
    "point": (82, 14, 10, 16),
    "point_up": (128, 25, 0, 18),
    "side": (12, 84, 5, 20),
    "side_up": (10, 96, -72, 85),
    "up": (138, 42, 0, 22),
    "across": (70, -28, 40, 42),
    "back": (-42, 14, 0, 22),
    "low_front": (38, 4, 10, 18),
}
"""Name -> shoulder flexion, abduction and rotation, elbow; degrees, all chosen by eye."""

_SWAY: dict[str, float] = {"heading": 4, "pelvis": 1.5, "spine": 2.5, "neck": 5, "hip": 1.5}
_SWAY |= {"knee": 1.5, "shoulder": 4, "elbow": 6}


class Clip:
    """S sequences of T frames of one activity in the making: joint angles in degrees by name.

    `clip["left_knee"]` is `[S, T]`; `lift` and `left_support` are as of `floor.place_on_floor`,
    `settled`, `settled_aside` and `balanced` as of `rest.bring_to_rest`. `restless`, `[S, 1]`, is
    the share of the idle sway that is added.

    It starts as a relaxed stance, a different one for each person.

    Args:
      rng: Source of all that varies.
      count: S.
      frames: T.
      frame_rate: Frames a second.
      limits: The joint limits that are kept.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        count: int,
        frames: int,
        frame_rate: float,
        limits: dict[str, tuple[float, float]] = LIMITS,
    ) -> None:
        self._limits = np.array([limits[name] for name in ANGLES]).T
        self.rng, self.shape = rng, (count, frames)
        self.time = np.arange(frames) / frame_rate
        self.lift = np.zeros(self.shape)  # metres
        self.left_support = np.full(self.shape, np.nan)
        self.settled, self.settled_aside, self.balanced = np.zeros((3, *self.shape))
        self.restless = np.ones((count, 1))
        self._angles = {name: np.zeros(self.shape) for name in ANGLES}
        self["heading"] += self.draw(-180, 180)
        self["pelvis_tilt"] += self.draw(-4, 7)
        self["spine_flexion"] += self.draw(-10, 9)
        self["neck_flexion"] += self.draw(-10, 12)
        for side in ("left", "right"):
            bent = self.draw(2, 16)
            self.leg(side, thigh=bent / 2 + self.draw(-4, 4), shank=bent / 2)
            self[f"{side}_hip_abduction"] += self.draw(-3, 5)
            self[f"{side}_hip_rotation"] += self.draw(-20, 5)
            self.hold_arm(side, "hang")

    def __getitem__(self, name: str) -> np.ndarray:
        return self._angles[name]

    def __setitem__(self, name: str, values: np.ndarray) -> None:
        self._angles[name] = np.broadcast_to(values, self.shape).copy()

    def draw(self, low: float, high: float) -> np.ndarray:
        """`[S, 1]`, uniform."""
        return self.rng.uniform(low, high, (self.shape[0], 1))

    def chance(self, probability: float) -> np.ndarray:
        """`[S, 1]` booleans."""
        return self.draw(0, 1) < probability

    def wander(self, amplitude: float | np.ndarray, rate: float = 0.4) -> np.ndarray:
        """`[S, T]`: smooth noise of that standard deviation, up to about `rate` Hz."""
        rates = self.rng.uniform(0.15, 1, (self.shape[0], 4, 1)) * rate
        phases = self.rng.uniform(0, 1, rates.shape)
        waves = np.sin(2 * np.pi * (rates * self.time + phases))
        return amplitude * waves.sum(1) / np.sqrt(2)

    def phase(self, low: float, high: float) -> np.ndarray:
        """`[S, T]`: cycles done of a movement of `low` to `high` Hz, at a slightly uneven pace."""
        return self.draw(low, high) * self.time + self.draw(0, 1) + self.wander(0.02)

    def routine(self, moves: Sequence[Range], holds: Sequence[Range] | None = None) -> Routine:
        """A routine of the S sequences; without `holds` the key poses are hardly held."""
        holds = holds or [(0.0, 0.15)] * len(moves)
        return Routine(self.rng, self.shape[0], self.time, moves, holds)

    def perform(self, routine: Routine, **courses: Sequence[Range]) -> None:
        """Sets angles to courses through key values drawn from the ranges of the key poses."""
        for name, ranges in courses.items():
            self[name] = routine.course(*ranges)

    def leg(self, side: str, thigh: np.ndarray, shank: np.ndarray) -> None:
        """Sets hip and knee from a thigh forward and a shank backward of the vertical, degrees."""
        self[f"{side}_hip_flexion"] = thigh + self["pelvis_tilt"]
        self[f"{side}_knee"] = thigh + shank

    def pose(
        self, side: str, where: np.ndarray | bool = True, **angles: np.ndarray | float
    ) -> None:
        """Sets angles of the limbs of a side, in the sequences `where`:
        `clip.pose("left", hip_flexion=30, knee=40)`."""
        for name, values in angles.items():
            name = f"{side}_{name}"
            self[name] = np.where(where, values, self[name])

    def aim(
        self,
        side: str,
        raised: np.ndarray | float,
        outward: np.ndarray | float,
        where: np.ndarray | bool = True,
    ) -> None:
        """Points an upper arm: so many degrees up from hanging, that way from the front.

        `raised` is 90 on the level of the shoulder and 180 overhead; `outward` is 0 in front of
        the shoulder, 90 at the person's side, more behind it, negative across the chest.
        """
        way = np.radians(outward)
        flexion, abduction = raised * np.cos(way), raised * np.sin(way)
        self.pose(side, where, shoulder_flexion=flexion, shoulder_abduction=abduction)

    def balance(self) -> None:
        """Moves the hips back over the feet when the trunk leans forward, both legs as a whole."""
        lean = 0.14 * (self["pelvis_tilt"] + 0.7 * self["spine_flexion"])
        for side in ("left", "right"):
            self[f"{side}_hip_flexion"] += lean

    def hold_arm(
        self, side: str, *poses: str, spread: float = 9.0, where: np.ndarray | bool = True
    ) -> None:
        """Puts an arm into one of the poses for the whole sequence, in the sequences `where`."""
        pick = self.rng.integers(len(poses), size=self.shape[0])
        table = np.array([ARM_POSES[pose] for pose in poses])[pick]
        values = table + spread * self.rng.standard_normal(table.shape)
        self.pose(side, where, **dict(zip(_ARM, values.T[..., None], strict=True)))

    def move_arm(
        self,
        routine: Routine,
        side: str,
        *poses: str | tuple[str, ...],
        spread: float = 12.0,
        where: np.ndarray | bool = True,
    ) -> None:
        """Lets an arm follow the routine: at key pose k to `poses[k]`, of a tuple to any one."""
        keys = routine.draw((0, 1))
        table = np.empty((*keys.shape, len(_ARM)))
        for k in range(keys.shape[1]):
            choice = poses[k % len(poses)]
            choice = (choice,) if isinstance(choice, str) else choice
            pick = (keys[:, k] * len(choice)).astype(int)
            table[:, k] = np.array([ARM_POSES[pose] for pose in choice])[pick]
        table += spread * self.rng.standard_normal(table.shape)
        followed = map(routine.follow, np.moveaxis(table, -1, 0))
        self.pose(side, where, **dict(zip(_ARM, followed, strict=True)))

    def finish(self) -> np.ndarray:
        """`[S, T, A]` degrees: idle sway added, half of the sequences mirrored, limits kept.

        It changes the clip: call it once, last.
        """
        restless = self.draw(0.3, 1.3) * self.restless
        for name in _SWAYING:
            part = name.removeprefix("left_").removeprefix("right_").split("_")[0]
            self[name] += self.wander(restless * _SWAY[part])
        angles = np.stack([self[name] for name in ANGLES], axis=-1)
        mirrored = angles[..., _MIRROR] * _MIRROR_SIGN
        swap = self.chance(0.5)
        angles = np.where(swap[..., None], mirrored, angles)
        self.left_support = np.where(swap, 1 - self.left_support, self.left_support)
        return np.clip(angles, *self._limits)


_SWAYING = [name for name in ANGLES if name != "pelvis_twist"]
_ARM = ("shoulder_flexion", "shoulder_abduction", "shoulder_rotation", "elbow")
_SWAP = {"left": "right", "right": "left"}


def _mirrored(name: str) -> str:
    side, _, rest = name.partition("_")
    return f"{_SWAP[side]}_{rest}" if side in _SWAP else name


_MIRROR = [ANGLES.index(_mirrored(name)) for name in ANGLES]
_MIRROR_SIGN = np.array(
    [
        -1.0 if name == "heading" or name.endswith(("_list", "_bend", "_twist")) else 1.0
        for name in ANGLES
    ]
)
