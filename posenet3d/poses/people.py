"""The record that carries detected persons from a file to the lifter and on to the writer."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from posenet3d.poses.records import check_array, check_confidence
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.joint_rules import JointMap
from posenet3d.skeletons.skeleton import Skeleton


@dataclasses.dataclass(frozen=True)
class Listed:
    """The images that an input lists, in its order, also those in which nobody is.

    Args:
      image_ids: What the input calls each, as in `People`.
      file_names: For each the name of its file, or None; None: unknown.
    """

    image_ids: tuple[int | str, ...]
    file_names: tuple[str | None, ...] | None = None


@dataclasses.dataclass(frozen=True)
class People:
    """P detected persons, in the order of the file, not yet lifted.

    A person of whom no joint was found is one of them, so that whatever a file lists is either
    lifted or reported.

    Args:
      keypoints_2d: float32 `[P, J, 2]`, image frame (x right, y down), pixels.
      confidence: float32 `[P, J]` in [0, 1]; 0 marks a missing joint, whose coordinates mean
        nothing.
      skeleton: The skeleton whose joints the J are.
      image_ids: For each person the image it is in, as the file names it: a number or a text.
      person_ids: For each person its own id in the file, or its number within the image (None
        only while a reader is at work).
      image_sizes: For each person (width, height) of its image in pixels, or None; None: unknown.
      file_names: For each person the name of its image file, or None; None: unknown.
      tracked: Whether a person has the same id in every image; else the ids of one image say
        nothing about the next.

    Raises:
      ValueError: On wrong shapes, no person at all, NaN, confidence outside [0, 1], or lists of
        the wrong length.
    """

    keypoints_2d: np.ndarray
    confidence: np.ndarray
    skeleton: Skeleton
    image_ids: tuple[int | str, ...]
    person_ids: tuple[int | str | None, ...]
    image_sizes: tuple[tuple[int, int] | None, ...] | None = None
    file_names: tuple[str | None, ...] | None = None
    tracked: bool = False
    numbers_are_frames: bool = False
    listed: Listed | None = None

    def __post_init__(self) -> None:
        check_array("keypoints_2d", self.keypoints_2d, self.skeleton, dims=2)
        persons = len(self.keypoints_2d)
        if persons == 0:
            raise ValueError("keypoints_2d holds no person at all (its first axis is 0).")
        check_confidence(self.confidence, self.skeleton, persons)
        for name in ("image_ids", "person_ids", "image_sizes", "file_names"):
            values = getattr(self, name)
            if values is not None and len(values) != persons:
                raise ValueError(f"{name} has {len(values)} entries for {persons} persons.")

    def __len__(self) -> int:
        """P, the number of persons."""
        return len(self.keypoints_2d)

    def on(self, skeleton: Skeleton, maps: Mapping[str, JointMap] | None = None) -> People:
        """The same persons with the joints of another skeleton.

        Args:
          skeleton: The skeleton that they are to have.
          maps: A user's own maps, those of a map file; see `joint_maps.route`.

        Raises:
          InputError: If no map leads to the skeleton.
        """
        keypoints_2d, confidence = self.keypoints_2d, self.confidence
        for joint_map in joint_maps.route(self.skeleton, skeleton, maps):
            keypoints_2d, confidence = joint_map.apply(keypoints_2d, confidence)
        return dataclasses.replace(
            self, keypoints_2d=keypoints_2d, confidence=confidence, skeleton=skeleton
        )

    def select(self, rows: Sequence[int] | np.ndarray) -> People:
        """The persons of these rows, in this order."""

        def some(values: tuple | None) -> tuple | None:
            return None if values is None else tuple(values[row] for row in rows)

        return dataclasses.replace(
            self,
            keypoints_2d=self.keypoints_2d[rows],
            confidence=self.confidence[rows],
            image_ids=some(self.image_ids),
            person_ids=some(self.person_ids),
            image_sizes=some(self.image_sizes),
            file_names=some(self.file_names),
        )


def joint_counts(chosen: np.ndarray, skeleton: Skeleton) -> Counter[str]:
    """For how many people each joint is chosen; joints of nobody are left out.

    Args:
      chosen: bool `[P, J]`.
      skeleton: The skeleton whose joints the J are.
    """
    counts = zip(skeleton.joint_names, chosen.sum(axis=0).tolist(), strict=True)
    return Counter({joint: count for joint, count in counts if count})


def join(parts: Sequence[People]) -> People:
    """The persons of all parts, one behind the other.

    Raises:
      ValueError: If there is no part, or they are of several skeletons.
    """
    if len({part.skeleton for part in parts}) != 1:
        raise ValueError(
            f"Can join people of one skeleton, got {[p.skeleton.name for p in parts]}."
        )

    def every(name: str) -> tuple | None:
        if all(getattr(part, name) is None for part in parts):
            return None
        lists = (getattr(part, name) or (None,) * len(part) for part in parts)
        return tuple(value for values in lists for value in values)

    return People(
        np.concatenate([part.keypoints_2d for part in parts]),
        np.concatenate([part.confidence for part in parts]),
        parts[0].skeleton,
        every("image_ids"),
        every("person_ids"),
        every("image_sizes"),
        every("file_names"),
        all(part.tracked for part in parts),
        all(part.numbers_are_frames for part in parts),
        _join_listed([part.listed for part in parts]),
    )


def _join_listed(parts: Sequence[Listed | None]) -> Listed | None:
    """All images of parts that list theirs, each once; None where one does not."""
    if None in parts:
        return None
    names: dict[int | str, str | None] = {}
    for part in parts:
        names |= dict(
            zip(part.image_ids, part.file_names or (None,) * len(part.image_ids), strict=True)
        )
    return Listed(tuple(names), tuple(names.values()) if any(names.values()) else None)
