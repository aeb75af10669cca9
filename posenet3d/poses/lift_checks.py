"""Who can be lifted, and why others cannot: the same for every form of the lifter."""

from __future__ import annotations

import math

import numpy as np

MIN_PRESENT = 0.5
"""Share of a person's joints that must be present for the rest to be filled in; ours."""


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
    first = keypoints_2d[:, :1]
    if not present[:, 0].all():
        first = np.take_along_axis(keypoints_2d, present.argmax(axis=1)[:, None, None], axis=1)
    in_one_point = ((keypoints_2d == first).all(axis=-1) | ~present).all(axis=1)
    problems = [""] * len(keypoints_2d)
    for row in np.flatnonzero(in_one_point):
        problems[row] = "all its joints are at the same place"
    for row in np.flatnonzero(counts < needed):
        problems[row] = f"only {counts[row]} of {joints} joints are present, {needed} are needed"
    return tuple(problems)
