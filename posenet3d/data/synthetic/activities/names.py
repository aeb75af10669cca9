"""The activities by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import MappingProxyType, ModuleType

from posenet3d.data.synthetic.activities import (
    arms,
    floor,
    gaits,
    legs,
    locomotion,
    lowered,
    lying,
    sports,
    trunk,
    upright,
)
from posenet3d.data.synthetic.clips.clip import Clip


def _animators(*modules: ModuleType) -> dict[str, Callable[[Clip], None]]:
    """The public functions that the modules define, in the order in which they are written."""
    return {
        name: function
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }


_EVERYDAY = _animators(locomotion, upright, lowered)
_ANIMATORS = MappingProxyType(
    {**_EVERYDAY, **_animators(arms, legs, trunk, gaits, lying, floor, sports)}
)

ACTIVITIES: tuple[str, ...] = tuple(_ANIMATORS)
"""The names of all activities."""

QUICKSTART_ACTIVITIES: tuple[str, ...] = tuple(_EVERYDAY)
"""Those of the quick start: everyday activities, mostly upright."""

_OFTEN = {"t_pose": 5, "a_pose": 2, "standing_straight": 5, "circling_arms": 2, "deep_squats": 2}
_OFTEN |= {"lying_on_the_back": 2, "lying_on_the_belly": 2, "lying_on_the_side": 2}

WEIGHTED: tuple[str, ...] = tuple(name for name in ACTIVITIES for _ in range(_OFTEN.get(name, 1)))
"""All, those more than once that people film most often, as calibration poses."""


def animate(activity: str, clip: Clip) -> None:
    """Sets the joint angles of a fresh clip to an activity, one of `ACTIVITIES`."""
    _ANIMATORS[activity](clip)
