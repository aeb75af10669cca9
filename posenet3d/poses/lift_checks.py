"""Who can be lifted, and why others cannot: the same for every form of the lifter."""

from __future__ import annotations

import math

import numpy as np

from posenet3d.errors import InputError

MIN_PRESENT = 0.5
"""Share of a person's joints that must be present for the rest to be filled in; ours."""


LEAST_LIVE, BELOW_LIVE = 7.5, 45.0
"""Frames a second that a lifter of sequences takes live: not fewer, and fewer than that."""


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
            every = round(frame_rate / 30)
            advice = f" Give every {every}. frame, and frame_rate={frame_rate / every:g}."
        raise InputError(
            f"frame_rate must be above 0, at least {least:g} and below {below:g}, got "
            f"{frame_rate!r}.{advice}"
        )


def needed_joints(num_joints: int) -> int:
    """How many of a person's joints must be present for the person to be lifted."""
    return math.ceil(MIN_PRESENT * num_joints)


def why_not(keypoints_2d: np.ndarray, confidence: np.ndarray) -> tuple[str, ...]:
    """For each person why it cannot be lifted; empty if nothing is in the way.

    Args:
      keypoints_2d: `[N, J, 2]`, pixels.
      confidence: `[N, J]`; 0 marks a missing joint.
    """
    present = confidence > 0
    joints = confidence.shape[1]
    needed = needed_joints(joints)
    counts = present.sum(axis=1)
    first = np.take_along_axis(keypoints_2d, present.argmax(axis=1)[:, None, None], axis=1)
    in_one_point = ((keypoints_2d == first).all(axis=-1) | ~present).all(axis=1)
    problems = [""] * len(keypoints_2d)
    for row in np.flatnonzero(in_one_point):
        problems[row] = "all its joints are at the same place"
    for row in np.flatnonzero(counts < needed):
        problems[row] = f"only {counts[row]} of {joints} joints are present, {needed} are needed"
    return tuple(problems)
