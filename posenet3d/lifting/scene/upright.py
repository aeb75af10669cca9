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

    def upright(self, lifted: Lifted, where: str = "the output") -> tuple[Lifted, list[str]]:
        """The people with the tilt of their camera undone, and what to tell the user.

        Each sequence is one camera that did not move. `levelled` of the result says by how many
        degrees each pose was turned; NaN where that is not known. A known `root_3d` has the floor
        at y = 0 then.

        Args:
          lifted: All people.
          where: In which files they will be upright, for the user.
        """
        people, result = lifted.people, lifted.result
        sequences = np.array([sequence_of(image_id) for image_id in people.image_ids])
        turned = np.full(len(people), np.nan, np.float32)
        upright_3d = result.keypoints_3d.copy()
        root_3d = None if result.root_3d is None else result.root_3d.copy()
        found = {}
        for sequence in dict.fromkeys(sequences.tolist()):
            rows = np.flatnonzero(sequences == sequence)
            degrees = _number(self.text)
            if math.isnan(degrees):
                own = upright_3d[rows], result.elevation[rows]
                degrees = camera_elevation(*own, people.skeleton)
            if math.isnan(degrees):
                continue
            found[sequence], turned[rows] = degrees, degrees
            upright_3d[rows] = levelled(upright_3d[rows], degrees)
            if root_3d is not None:
                root_3d[rows] = levelled(root_3d[rows, None], degrees)[:, 0]
                root_3d[rows, 1] -= floor_height(upright_3d[rows] + root_3d[rows, None])
        changed = dataclasses.replace(
            result, keypoints_3d=upright_3d, levelled=turned, root_3d=root_3d
        )
        return Lifted(people, changed), [_note(found, where)]


def _note(found: dict[str, float], where: str) -> str:
    """What was found of each sequence, for the user."""
    if not found:
        return f"The model tells no elevation: people lean with the camera in {where} (--level)."
    told = [f"{degrees:.1f}" + f" ({name})" * bool(name) for name, degrees in found.items()]
    if len(told) > _SHOWN:
        told = [f"{min(found.values()):.1f} to {max(found.values()):.1f}, in {len(told)} sequences"]
    return f"Upright in {where} (--level): the camera looks down by {', '.join(told)} degrees."


def _number(text: str) -> float:
    """The number that a text is; NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
