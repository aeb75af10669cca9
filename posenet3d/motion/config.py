"""How the poses of a track become a calm motion."""

from __future__ import annotations

import dataclasses
from typing import Literal

from posenet3d.errors import ConfigError

METHODS = ("none", "steady", "one_euro", "savgol")


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # not a number lies nowhere
        raise ConfigError(f"{name} must lie between {low} and {high}, got {value}.")


def _check_whole(name: str, value: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= high:
        raise ConfigError(f"{name} must be a whole number from 0 to {high}, got {value!r}.")


@dataclasses.dataclass(frozen=True)
class OneEuroConfig:
    """Settings of the One Euro filter.

    Chosen on one half of the benchmark's test sequences: of those that lag by less than a frame,
    one of the two with the least velocity error with noisy 2D
    (`benchmarks/motion/jitter.py --tune`).

    Args:
      min_cutoff: Cutoff in Hz where nothing moves; lower: calmer, and later.
      beta: Hz by which the cutoff rises with each size a second at which a joint moves; higher:
        less lag in fast motion. The size is the root mean square distance of the joints from
        their centre, so that the unit of the poses does not matter.
      d_cutoff: Cutoff in Hz of the speed itself.

    Raises:
      ConfigError: If a cutoff is not above 0 or beta is below 0.
    """

    min_cutoff: float = 2.0
    beta: float = 1.0
    d_cutoff: float = 1.0

    def __post_init__(self) -> None:
        for name, lowest in (("min_cutoff", 1e-6), ("beta", 0.0), ("d_cutoff", 1e-6)):
            _check(name, getattr(self, name), lowest, 1e6)


@dataclasses.dataclass(frozen=True)
class SavgolConfig:
    """Settings of the Savitzky-Golay filter.

    Chosen where those of One Euro were: the least error of the poses with noisy 2D.

    Args:
      window: Seconds that a polynomial is fitted to; rounded to an odd number of frames.
      order: Degree of the polynomial.

    Raises:
      ConfigError: If the window is not above 0 and at most an hour, or the order no whole number
        from 0 to 9.
    """

    window: float = 0.5
    order: int = 3

    def __post_init__(self) -> None:
        _check("window", self.window, 1e-6, 3600.0)
        _check_whole("order", self.order, 9)


@dataclasses.dataclass(frozen=True)
class MotionConfig:
    """What is done to each track; by default nothing.

    Args:
      method: `none`: poses stay as they were lifted. `steady`: the bones keep their length over
        the track. `one_euro`: causal filter, then `steady`. `savgol`: filter without lag, which
        looks ahead, then `steady`.
      one_euro: Settings of the first filter.
      savgol: Settings of the second.
      fill_gaps: Frames without a pose that may lie between two poses to be filled; longer gaps
        stay empty. 0: none are filled.

    Raises:
      ConfigError: If the method is none of these or `fill_gaps` no whole number from 0 on.
    """

    method: Literal["none", "steady", "one_euro", "savgol"] = "none"
    one_euro: OneEuroConfig = OneEuroConfig()
    savgol: SavgolConfig = SavgolConfig()
    fill_gaps: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ConfigError(f"method must be one of {', '.join(METHODS)}, got {self.method!r}.")
        _check_whole("fill_gaps", self.fill_gaps, 10**6)
