"""Joining persons into tracks as plainly as it can be said, to compare with."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from posenet3d.motion.association import AssociationConfig
from posenet3d.motion.numerics.assignment import cheapest_pairs
from posenet3d.poses.image_ids import frames_between, sequence_of
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import Skeleton

_VELOCITY = 0.3


class PlainAssociator:
    """What `posenet3d.motion.association.Associator` does, person by person."""

    def __init__(self, config: AssociationConfig | None = None) -> None:
        self.config = config or AssociationConfig()
        self._sequences: dict[str, _Sequence] = {}

    def associate(self, people: People) -> People:
        """The same people with `person_ids` that are numbers of tracks."""
        numbers: list[int] = []
        for start, end in _runs(people.image_ids):
            image_id = people.image_ids[start]
            sequence = sequence_of(image_id)
            if sequence not in self._sequences:
                self._sequences[sequence] = _Sequence(people.skeleton, self.config)
            tracks, present = self._sequences[sequence], people.confidence[start:end] > 0
            numbers += tracks.assign(people.keypoints_2d[start:end], present, image_id)
        return dataclasses.replace(people, person_ids=tuple(numbers), tracked=True)


@dataclasses.dataclass
class _Track:
    """Where a person was last seen and how it moves."""

    number: int
    joints: np.ndarray  # [J, 2] pixels; NaN: never seen
    velocity: np.ndarray  # [2] pixels a frame, of the whole person
    size: float
    missed: int = 0

    def expected(self, passed: int) -> np.ndarray:
        """The joints so many frames after the last detection, `[J, 2]`."""
        return self.joints + self.velocity * passed

    def see(self, joints: np.ndarray, size: float, passed: int) -> None:
        """Takes up a detection `[J, 2]` of that size, NaN where a joint is missing."""
        moved = _displacement(self.joints, joints)
        self.velocity = self.velocity + _VELOCITY * (moved / passed - self.velocity)
        self.joints = np.where(np.isfinite(joints), joints, self.joints + moved)
        self.size, self.missed = size or self.size, 0


class _Sequence:
    """The tracks of one sequence."""

    def __init__(self, skeleton: Skeleton, config: AssociationConfig) -> None:
        self._mirror = list(skeleton.mirror)
        self._config = config
        self._tracks: list[_Track] = []
        self._count = 0
        self._image: int | str | None = None
        self._step = math.inf  # the smallest so far between two frames' numbers

    def assign(self, keypoints_2d: np.ndarray, present: np.ndarray, image: int | str) -> list[int]:
        """The track of each person `[P, J, 2]`, `[P, J]` of the next frame."""
        passed = self._passed(image)
        for track in self._tracks:
            track.missed += passed
        self._tracks = [t for t in self._tracks if t.missed <= self._config.max_missed + 1]
        joints = np.where(present[..., None], keypoints_2d, np.nan).astype(np.float64)
        sizes = _sizes(joints)
        order = _left_to_right(joints)
        found = self._matches(joints[order], sizes[order])
        numbers = [-1] * len(joints)
        for place, person in enumerate(order):
            track = found.get(place)
            if track is not None:
                track.see(joints[person], sizes[person], track.missed)
            else:
                track = _Track(self._count, joints[person], np.zeros(2), sizes[person])
                self._count += 1
                if present[person].any():
                    self._tracks.append(track)
            numbers[person] = track.number
        return numbers

    def _passed(self, image: int | str) -> int:
        """Frames since the last one, 1 where the images' numbers do not tell."""
        last, self._image = self._image, image
        between = None if last is None else frames_between(last, image)
        if between is None or between <= 0:
            return 1
        self._step = min(self._step, between)
        return round(between / self._step)

    def _matches(self, joints: np.ndarray, sizes: np.ndarray) -> dict[int, _Track]:
        """The track of each person `[P, J, 2]`, of sizes `[P]`, that has one already."""
        if not self._tracks or not len(joints):
            return {}
        expected = np.stack([t.expected(t.missed) for t in self._tracks])
        costs = _distances(expected, joints, self._mirror)
        both = np.array([[t.size] for t in self._tracks]) + sizes
        costs = np.divide(2 * costs, both, out=np.full_like(costs, np.inf), where=both > 0)
        # Whoever is beyond the gate costs as much as nobody at all.
        costs = np.minimum(np.nan_to_num(costs, nan=np.inf), self._config.gate)
        pairs = cheapest_pairs(costs)
        return {
            person: self._tracks[track]
            for track, person in pairs
            if costs[track, person] < self._config.gate
        }


def _distances(expected: np.ndarray, joints: np.ndarray, mirror: list[int]) -> np.ndarray:
    """Mean distances `[T, P]` of the joints known in both `[T, J, 2]` and `[P, J, 2]`.

    A detector that takes left for right has not seen somebody else: the person as it is or with
    its sides exchanged, whatever is nearer. NaN: no joint in common.
    """
    return np.fmin(*(
        _mean(np.linalg.norm(expected[:, None] - side[None], axis=-1))
        for side in (joints, joints[:, mirror])
    ))  # fmt: skip


def _displacement(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far a person `[J, 2]` has moved as a whole, `[2]`: most joints, whatever few do."""
    moved = after - before
    both = np.isfinite(moved).all(axis=-1)
    if both.any():
        return np.median(moved[both], axis=0)
    return np.nanmean(after, axis=0) - np.nanmean(before, axis=0)


def _mean(distances: np.ndarray) -> np.ndarray:
    known = np.isfinite(distances)
    count = known.sum(axis=-1)
    total = np.where(known, distances, 0.0).sum(axis=-1)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _sizes(joints: np.ndarray) -> np.ndarray:
    """The diagonals `[P]` of the boxes around the joints `[P, J, 2]`; 0 where there are none."""
    known = np.isfinite(joints)
    low = np.where(known, joints, np.inf).min(axis=1)
    high = np.where(known, joints, -np.inf).max(axis=1)
    return np.linalg.norm(np.maximum(high - low, 0.0), axis=-1)


def _left_to_right(joints: np.ndarray) -> list[int]:
    """An order of persons `[P, J, 2]` whatever that in the file; those without joints last."""
    if len(joints) == 1:
        return [0]
    known = np.isfinite(joints).all(axis=-1, keepdims=True)
    count = known.sum(axis=1)
    total = np.where(known, joints, 0.0).sum(axis=1)
    middles = np.divide(total, count, out=np.full_like(total, np.inf), where=count > 0)
    keys = [tuple(middle) for middle in middles.tolist()]
    if len(set(keys)) < len(keys):
        rest = np.nan_to_num(joints.reshape(len(joints), -1), nan=np.inf).tolist()
        keys = [(*key, *coordinates) for key, coordinates in zip(keys, rest, strict=True)]
    return sorted(range(len(joints)), key=keys.__getitem__)


def _runs(image_ids: tuple[int | str, ...]) -> list[tuple[int, int]]:
    """(first, one past the last) of each run of equal image ids."""
    starts = [i for i, image in enumerate(image_ids) if i == 0 or image != image_ids[i - 1]]
    return list(zip(starts, [*starts[1:], len(image_ids)], strict=True))
