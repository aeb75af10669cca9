"""Frames a second: those that lifters of sequences know, and the check of what a user gives."""

from __future__ import annotations

import math

from posenet3d.errors import InputError

RATE = 30.0
"""Frames a second that a lifter of sequences has seen most of."""

SLOWEST, FASTEST = 7.5, 1000.0
"""Frames a second between which frames are looked at together; of slower ones each is alone. Ours:
the lifter has learned intervals of up to a tenth of a second."""

BELOW_LIVE = 45.0
"""Frames a second that it takes live, from `SLOWEST` on, are fewer than these."""


def check_frame_rate(frame_rate: float, least: float = 0.0, below: float = math.inf) -> None:
    """Refuses what is no number of frames a second, or is not in [least, below).

    Raises:
      InputError: Says what to do about too many.
    """
    try:
        fits = frame_rate > 0 and least <= frame_rate < below and math.isfinite(frame_rate)
    except TypeError:
        fits = False
    if not fits:
        advice = ""
        if least and isinstance(frame_rate, int | float) and below <= frame_rate < math.inf:
            every = round(frame_rate / RATE)
            advice = f" Give every {every}. frame, and frame_rate={frame_rate / every:g}."
        raise InputError(
            f"frame_rate must be {f'at least {least:g}' if least else 'above 0'} and below "
            f"{below:g}, got "
            f"{frame_rate!r}.{advice}"
        )
