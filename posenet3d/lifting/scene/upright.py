"""Lifted people upright in the room: the tilt of each camera undone."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from posenet3d.errors import ConfigError
from posenet3d.motion.level import camera_elevation, floor_height, levelled
from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.lifted import Lifted

_SHOWN = 5  # sequences whose elevation is told one by one


@dataclasses.dataclass(frozen=True)
class Level:
    """Whether the camera's tilt is undone, and by how much.

    Args:
      text: `auto`, `on`, `off`, or the degrees by which the camera looks down.

    Raises:
      ConfigError: If it is none of these.
    """

    text: str

    def __post_init__(self) -> None:
        if self.text not in ("auto", "on", "off") and not -90 <= _number(self.text) <= 90:
            raise ConfigError(
                "level must be auto, on, off or the degrees by which the camera looks down, from "
                f"-90 to 90; got {self.text!r}."
            )

    def wanted(self, has_up: bool) -> bool:
        """Whether people are to be upright in what has, or has not, an axis that points up."""
        return self.text != "off" and (self.text != "auto" or has_up)

    def upright(self, lifted: Lifted) -> tuple[Lifted, list[str]]:
        """The people with the tilt of their camera undone, and what to tell the user.

        Each sequence is one camera that did not move. `levelled` of the result says by how many
        degrees each pose was turned; 0 where the elevation is not known.
        """
        people, result = lifted.people, lifted.result
        sequences = np.array([sequence_of(image_id) for image_id in people.image_ids])
        turned, told = np.zeros(len(people), np.float32), []
        for sequence in dict.fromkeys(sequences.tolist()):
            rows = np.flatnonzero(sequences == sequence)
            degrees = _number(self.text)
            if math.isnan(degrees):
                degrees = camera_elevation(
                    result.keypoints_3d[rows], result.elevation[rows], people.skeleton
                )
            if not math.isnan(degrees):
                turned[rows] = degrees
                told.append(f"{degrees:.1f}" + f" ({sequence})" * bool(sequence))
        upright_3d, root_3d = levelled(result.keypoints_3d, turned), result.root_3d
        if root_3d is not None:
            root_3d = levelled(root_3d[:, None], turned)[:, 0]
            for sequence in set(sequences.tolist()):
                rows = np.flatnonzero(sequences == sequence)
                joints_3d = upright_3d[rows] + root_3d[rows, None]
                root_3d[rows, 1] -= floor_height(joints_3d)
        note = "Poses are upright, and lean with the camera no longer (--level)"
        if not told:
            note = "The model estimates no elevation, so that poses lean with the camera (--level)"
        elif len(told) <= _SHOWN:
            note += f": it looks down by {', '.join(told)} degrees"
        changed = dataclasses.replace(
            result, keypoints_3d=upright_3d, levelled=turned, root_3d=root_3d
        )
        return Lifted(people, changed), [f"{note}."]


def _number(text: str) -> float:
    """The number that a text is; NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
