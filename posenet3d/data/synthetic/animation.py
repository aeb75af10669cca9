"""Clips: the tools with which activities are written, vectorised over sequences and frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from posenet3d.data.synthetic.body import ANGLES, LIMITS

Range = tuple[float, float]

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


class Routine:
    """Key poses in a fixed order, repeated, with drawn times: what a clip's angles follow.

    Key pose k of a pattern of P is reached by a minimum-jerk move (Flash & Hogan, 1985) and held.

    Args:
      rng: Source of the times.
      count: S, the number of sequences.
      time: `[T]` seconds.
      moves: P ranges of seconds to reach each key pose from the one before.
      holds: P ranges of seconds to stay in each.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        count: int,
        time: np.ndarray,
        moves: Sequence[Range],
        holds: Sequence[Range],
    ) -> None:
        self._rng, self._time, self.size = rng, time, len(moves)
        shortest = sum(lo for lo, _ in moves) + sum(lo for lo, _ in holds)
        rounds = int(np.ceil((time[-1] + 1) / (0.85 * shortest))) + 4
        lows, highs = np.tile(np.array([moves, holds]), (1, rounds, 1)).transpose(2, 0, 1)
        tempo = rng.uniform(0.85, 1.35, (count, 1, 1))  # hasty and slow people
        spans = rng.uniform(lows, highs, (count, *lows.shape)) * tempo
        ends = np.cumsum(spans.sum(1), axis=1)
        skip = ends[:, self.size - 1, None]  # every clip starts amid a later round
        start = skip + rng.uniform(0, 1, (count, 1)) * (ends[:, 2 * self.size - 1, None] - skip)
        self._ends = ends - start  # `[S, K]` when each key pose's hold is over
        self._moves = spans[:, 0]
        self._holds = spans[:, 1]

    def follow(self, keys: np.ndarray) -> np.ndarray:
        """`[S, T]`: the smooth course through key values `[S, K]`, a little ahead or behind."""
        lag = self._rng.uniform(-0.06, 0.06, (len(keys), 1))
        time = self._time + lag
        index = (time[:, :, None] >= self._ends[:, None, :]).sum(-1)
        begin = np.take_along_axis(self._ends - self._holds - self._moves, index, axis=1)
        phase = (time - begin) / np.take_along_axis(self._moves, index, axis=1)
        blend = minimum_jerk(np.clip(phase, 0, 1))
        target = np.take_along_axis(keys, index, axis=1)
        return (1 - blend) * np.take_along_axis(keys, index - 1, axis=1) + blend * target

    def draw(self, *ranges: Range) -> np.ndarray:
        """`[S, K]` key values, each uniform in its key pose's range (one range: in all)."""
        lows, highs = np.array([ranges[k % len(ranges)] for k in range(self._ends.shape[1])]).T
        return self._rng.uniform(lows, highs, self._ends.shape)

    def course(self, *ranges: Range) -> np.ndarray:
        """`[S, T]`: a smooth course through drawn key values."""
        return self.follow(self.draw(*ranges))


class Clip:
    """S sequences of T frames of one activity in the making: joint angles in degrees by name.

    `clip["left_knee"]` is `[S, T]`; `lift` and `left_support` are as of `body.place_on_floor`. It
    starts as a relaxed stance, a different one for each person.

    Args:
      rng: Source of all that varies.
      count: S.
      frames: T.
      frame_rate: Frames a second.
    """

    def __init__(
        self, rng: np.random.Generator, count: int, frames: int, frame_rate: float
    ) -> None:
        self.rng, self.shape = rng, (count, frames)
        self.time = np.arange(frames) / frame_rate
        self.lift = np.zeros(self.shape)  # metres
        self.left_support = np.full(self.shape, np.nan)
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
        for name, column in zip(_ARM, values.T, strict=True):
            self[f"{side}_{name}"] = np.where(where, column[:, None], self[f"{side}_{name}"])

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
        for name, column in zip(_ARM, np.moveaxis(table, -1, 0), strict=True):
            followed = routine.follow(column)
            self[f"{side}_{name}"] = np.where(where, followed, self[f"{side}_{name}"])

    def finish(self) -> np.ndarray:
        """`[S, T, A]` degrees: idle sway added, half of the sequences mirrored, limits kept.

        It changes the clip: call it once, last.
        """
        restless = self.draw(0.3, 1.3)
        for name in ANGLES:
            part = name.removeprefix("left_").removeprefix("right_").split("_")[0]
            self[name] += self.wander(restless * _SWAY[part])
        angles = np.stack([self[name] for name in ANGLES], axis=-1)
        mirrored = angles[..., _MIRROR] * _MIRROR_SIGN
        swap = self.chance(0.5)
        angles = np.where(swap[..., None], mirrored, angles)
        self.left_support = np.where(swap, 1 - self.left_support, self.left_support)
        return np.clip(angles, *np.array(list(LIMITS.values())).T)


def minimum_jerk(phase: np.ndarray) -> np.ndarray:
    """0 to 1 as the phase goes from 0 to 1, at rest at both ends (Flash & Hogan, 1985)."""
    return phase**3 * (10 - 15 * phase + 6 * phase**2)


def bump(phase: np.ndarray, centre: float, width: float) -> np.ndarray:
    """A smooth bump of height 1 once a cycle; centre and width are fractions of the cycle."""
    return np.exp((np.cos(2 * np.pi * (phase - centre)) - 1) / (2 * np.pi * width) ** 2)


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
