"""Key poses in a fixed order: what the angles of a clip follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Range = tuple[float, float]


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


def minimum_jerk(phase: np.ndarray) -> np.ndarray:
    """0 to 1 as the phase goes from 0 to 1, at rest at both ends (Flash & Hogan, 1985)."""
    return phase**3 * (10 - 15 * phase + 6 * phase**2)


def bump(phase: np.ndarray, centre: float, width: float) -> np.ndarray:
    """A smooth bump of height 1 once a cycle; centre and width are fractions of the cycle."""
    return np.exp((np.cos(2 * np.pi * (phase - centre)) - 1) / (2 * np.pi * width) ** 2)
