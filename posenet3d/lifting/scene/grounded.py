"""Lifted people whose feet stay where they stand."""

from __future__ import annotations

import dataclasses

import numpy as np

from posenet3d.motion.ground import contacts, planted, sliding
from posenet3d.motion.smoothing import segments
from posenet3d.poses.lifted import Lifted
from posenet3d.poses.tracks import tracks_of

_FEET = ("left_ankle", "right_ankle")


def grounded(lifted: Lifted, height_mm: float, fps: float) -> tuple[Lifted, list[str]]:
    """People on their feet, and a line for the user.

    Args:
      lifted: People who are upright in a room (`scene.upright`), with `root_3d`.
      height_mm: Standing height of the people.
      fps: Frames a second.

    Returns:
      The same with other `root_3d`.

    Raises:
      InputError: If a person is twice in an image.
    """
    people, result = lifted.people, lifted.result
    if not set(_FEET) <= set(people.skeleton.joint_names):
        return lifted, ["The skeleton has no ankles that could stand on the floor (--ground)."]
    feet = [people.skeleton.index(name) for name in _FEET]
    root_3d = result.root_3d.copy()
    feet_3d = result.keypoints_3d[:, feet] + root_3d[:, None]
    before, after = [], []
    for track in tracks_of(people):
        moving = track.span(feet_3d)
        changes = np.zeros((len(moving), 3))
        for start, end in segments(moving):
            own = moving[start:end]
            stands = contacts(own, height_mm, fps)
            changes[start:end] = change = planted(own, stands)
            before.append(sliding(own, stands))
            after.append(sliding(own + change[:, None], stands))
        root_3d[list(track.rows)] += changes[np.array(track.frames) - track.frames[0]]
    slid = [np.concatenate(values) if values else np.zeros(0) for values in (before, after)]
    if not len(slid[0]):
        return lifted, ["Nobody was found to stand on the floor (--ground)."]
    note = (
        f"Feet that stand slide by {slid[1].mean():.1f} mm a frame, {slid[0].mean():.1f} before "
        "(--ground)."
    )
    return Lifted(people, dataclasses.replace(result, root_3d=root_3d)), [note]
