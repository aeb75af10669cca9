"""What is odd about the 2D joints of an input, counted and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from posenet3d.poses.people import People, joint_counts

Counts = Mapping[str, Mapping[str, int]]
"""How many joints are odd: {kind: {joint: people}}; the kinds are those of `odd_joints`."""

_FEW = 3  # people from which on a joint that is always on the border is no chance; ours


def odd_joints(people: People, guessed: np.ndarray) -> dict[str, Counter[str]]:
    """Counts joints that were guessed, those on the border of the image, and all that are there.

    Args:
      people: The persons in pixels, of whom guessed joints are missing.
      guessed: bool `[P, J]`, which these are.
    """
    x, y = people.keypoints_2d[..., 0], people.keypoints_2d[..., 1]
    border = (x == 0) | (y == 0)
    if people.image_sizes is not None:
        sizes = [size or (np.nan, np.nan) for size in people.image_sizes]
        width, height = np.array(sizes, np.float32).T[..., None]
        border |= (x == width) | (x == width - 1) | (y == height) | (y == height - 1)
    present = people.confidence > 0
    found = {"guessed": guessed, "border": border & present, "present": present}
    return {kind: joint_counts(joints, people.skeleton) for kind, joints in found.items()}


def notes_on_joints(counts: Counts, min_confidence: float) -> list[str]:
    """A line for each kind that there is."""
    notes = []
    if corner := counts.get("corner"):
        notes.append(f"At exactly (0, 0), so taken for missing: {_listed(corner)}.")
    if outside := counts.get("outside"):
        notes.append(f"Outside of the image, so taken for missing: {_listed(outside)}.")
    if guessed := counts.get("guessed"):
        notes.append(
            f"Of a confidence below {min_confidence:g} (--min_confidence), so taken for missing: "
            f"{_listed(guessed)}."
        )
    present = counts.get("present", {})
    border = {
        joint: count
        for joint, count in counts.get("border", {}).items()
        if count >= _FEW and count == present[joint]
    }
    if border:
        notes.append(
            "On the border of the image wherever they were found, where detectors put what they "
            f"do not see: {_listed(border)}; give such joints the confidence 0."
        )
    return notes


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{joint} {count}" for joint, count in Counter(counts).most_common())
