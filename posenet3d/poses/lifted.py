"""The record that carries lifted people to the writers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from posenet3d.poses.people import People
from posenet3d.poses.people import join as join_people

if TYPE_CHECKING:  # only for its name: writing needs no TensorFlow
    from posenet3d.poses.lift_result import LiftResult

_MARKS = ("interpolated", "exchanged", "levelled", "root_3d")
"""Those that are None where nothing was done to anybody."""

PER_PERSON = ("keypoints_3d", "filled", "lifted", "score", "elevation", "expected_error")
"""The arrays of a `LiftResult` that have a row a person."""


@dataclasses.dataclass(frozen=True)
class Lifted:
    """P people and what became of them.

    Args:
      people: The persons that were lifted, on the lifter's skeleton (`People.on`).
      result: What the estimator returned for them.

    Raises:
      ValueError: If the two do not belong together.
    """

    people: People
    result: LiftResult

    def __post_init__(self) -> None:
        expected = (len(self.people), self.people.skeleton.num_joints, 3)
        if self.result.keypoints_3d.shape != expected:
            raise ValueError(
                f"The result has keypoints_3d {list(self.result.keypoints_3d.shape)} but the "
                f"people need {list(expected)} (skeleton {self.people.skeleton.name}); give the "
                "people that were lifted."
            )
        for name in (*PER_PERSON, "problems"):
            rows = len(getattr(self.result, name))
            if rows != len(self.people):
                raise ValueError(f"{name} has {rows} rows for {len(self.people)} people.")

    @property
    def interpolated(self) -> np.ndarray:
        """bool `[P]`: the person was not seen in this frame, but before and after it."""
        if self.result.interpolated is None:
            return np.zeros(len(self.people), bool)
        return self.result.interpolated

    @property
    def exchanged(self) -> np.ndarray:
        """bool `[P, J]`: joints that were taken for those of the other side, and put right."""
        if self.result.exchanged is None:
            return np.zeros(self.result.filled.shape, bool)
        return self.result.exchanged

    @property
    def levelled(self) -> np.ndarray:
        """float32 `[P]`: degrees of the camera's tilt that were undone; NaN: the camera's frame."""
        if self.result.levelled is None:
            return np.full(len(self.people), np.nan, np.float32)
        return self.result.levelled

    @property
    def root_3d(self) -> np.ndarray:
        """float32 `[P, 3]`, mm: where each root is in the room; NaN: not known."""
        if self.result.root_3d is None:
            return np.full((len(self.people), 3), np.nan, np.float32)
        return self.result.root_3d


def join(parts: Sequence[Lifted]) -> Lifted:
    """The people of all parts, one behind the other.

    Raises:
      ValueError: If there is no part, or they differ in skeleton or unit.
    """
    if len(parts) == 1:
        return parts[0]
    people = join_people([part.people for part in parts])
    units = {part.result.unit for part in parts}
    if len(units) != 1:
        raise ValueError(f"Parts in different units cannot be joined: {', '.join(sorted(units))}.")
    arrays = {
        name: np.concatenate([getattr(part.result, name) for part in parts]) for name in PER_PERSON
    }
    result = dataclasses.replace(
        parts[0].result,
        **arrays,
        problems=tuple(problem for part in parts for problem in part.result.problems),
        **{name: _marks(parts, name) for name in _MARKS},
    )
    return Lifted(people, result)


def _marks(parts: Sequence[Lifted], name: str) -> np.ndarray | None:
    if all(getattr(part.result, name) is None for part in parts):
        return None
    return np.concatenate([getattr(part, name) for part in parts])
