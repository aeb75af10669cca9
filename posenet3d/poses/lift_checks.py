"""Who can be lifted, and why others cannot: the same for every form of the lifter."""

from __future__ import annotations

import math

import numpy as np

from posenet3d.errors import InputError
from posenet3d.poses.records import check_array, check_confidence
from posenet3d.skeletons.skeleton import Skeleton

MIN_PRESENT = 0.5
"""Share of a person's joints that must be present for the rest to be filled in; ours."""


def needed_joints(num_joints: int) -> int:
    """How many of a person's joints must be present for the person to be lifted."""
    return math.ceil(MIN_PRESENT * num_joints)


def check_people(
    keypoints_2d: np.ndarray, confidence: np.ndarray | None, skeleton: Skeleton
) -> tuple[np.ndarray, np.ndarray]:
    """What a user gave to be lifted, as float32.

    Args:
      keypoints_2d: `[N, J, 2]`, pixels.
      confidence: `[N, J]` in [0, 1]; None: every joint is present.
      skeleton: The skeleton of the J joints.

    Returns:
      `keypoints_2d` and `confidence`, the latter never None.

    Raises:
      InputError: On wrong shapes or types, a NaN or infinity, named by row and joint.
    """
    try:
        keypoints_2d = check_array("keypoints_2d", keypoints_2d, skeleton, dims=2)
        if confidence is None:
            confidence = np.ones(keypoints_2d.shape[:2], np.float32)
        return keypoints_2d, check_confidence(confidence, skeleton, len(keypoints_2d))
    except ValueError as error:
        raise InputError(str(error)) from error


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
