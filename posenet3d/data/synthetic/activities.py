"""The activities by name."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from posenet3d.data.synthetic import locomotion, lowered, upright
from posenet3d.data.synthetic.animation import Clip

_ANIMATORS: MappingProxyType[str, Callable[[Clip], None]] = MappingProxyType(
    {
        animator.__name__: animator
        for animator in (
            locomotion.walking,
            locomotion.turning,
            locomotion.running,
            locomotion.climbing,
            locomotion.jumping,
            upright.standing,
            upright.talking,
            upright.waving,
            upright.reaching,
            upright.throwing,
            upright.kicking,
            upright.boxing,
            upright.stretching,
            upright.dancing,
            lowered.sitting,
            lowered.sitting_down,
            lowered.squatting,
            lowered.picking_up,
            lowered.lunging,
            lowered.kneeling,
        )
    }
)

ACTIVITIES: tuple[str, ...] = tuple(_ANIMATORS)
"""The names of all activities."""


def animate(activity: str, clip: Clip) -> None:
    """Sets the joint angles of a fresh clip to an activity, one of `ACTIVITIES`."""
    _ANIMATORS[activity](clip)
