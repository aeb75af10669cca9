"""Those who have been seen in a sequence, as arrays: each frame takes few calls of NumPy."""

from __future__ import annotations

import numpy as np

from posenet3d.motion.joining.detections import Detections
from posenet3d.motion.numerics.assignment import cheapest_pairs

_VELOCITY = 0.3  # share of the newest displacement in a track's velocity; 0.2 to 0.5 are alike

_FEW = 16  # tracks times persons, up to which it costs more to look who is near than to measure


class Moving:
    """The tracks of one sequence that may still be seen again.

    Args:
      num_joints: J.
      gate: Sizes that a detection may be off, on average over its joints.
      max_missed: Frames that a track goes on without a detection.
    """

    def __init__(self, num_joints: int, gate: float, max_missed: int) -> None:
        self._gate, self._max_missed = gate, max_missed
        self._count = 0
        self._numbers: list[int] = []
        self._missed: list[int] = []  # frames since each was seen last
        self._joints = np.empty((0, 2, num_joints))  # x and y, pixels; NaN: never seen
        self._velocity = np.empty((0, 2))  # pixels a frame, of the whole person
        self._sizes = np.empty(0)

    def assign(self, found: Detections, start: int, end: int, passed: int) -> list[int]:
        """The track of each of the persons from `start` up to `end`, those of one frame.

        Divides by 0 where persons have no joint in common: NumPy is not to warn of that.

        Args:
          found: The persons of many frames.
          start: The first of this frame.
          end: One past the last.
          passed: Frames since the one before.
        """
        self._missed = [missed + passed for missed in self._missed]
        if self._missed and max(self._missed) > self._max_missed + 1:
            self._keep([i for i, m in enumerate(self._missed) if m <= self._max_missed + 1])
        missed = np.array(self._missed, float)[:, None]
        pairs = self._pairs(missed, found, start, end) if self._numbers else []
        numbers = [-1] * (end - start)
        for track, person in pairs:
            numbers[person] = self._numbers[track]
        if pairs:
            self._see(missed, found, pairs, start)
        new = [person for person, number in enumerate(numbers) if number < 0]
        if new:
            for number, person in enumerate(new, start=self._count):
                numbers[person] = number
            self._count += len(new)
            self._add(found, [(start + person, numbers[person]) for person in new])
        return numbers

    def _keep(self, kept: list[int]) -> None:
        self._numbers = [self._numbers[i] for i in kept]
        self._missed = [self._missed[i] for i in kept]
        self._joints, self._velocity = self._joints[kept], self._velocity[kept]
        self._sizes = self._sizes[kept]

    def _add(self, found: Detections, new: list[tuple[int, int]]) -> None:
        """Begins tracks of (person, number), but of those without any joint."""
        new = [(person, number) for person, number in new if found.boxes[person, 0, 0] < np.inf]
        if not new:
            return
        persons = [person for person, _ in new]
        self._numbers += [number for _, number in new]
        self._missed += [0] * len(new)
        self._joints = np.concatenate([self._joints, found.sides[persons, 0]])
        self._velocity = np.concatenate([self._velocity, np.zeros((len(new), 2))])
        self._sizes = np.concatenate([self._sizes, found.sizes[persons]])

    def _pairs(
        self, missed: np.ndarray, found: Detections, start: int, end: int
    ) -> list[tuple[int, int]]:
        """(track, person of the frame) of all who are the same, tracks rising."""
        expected = self._joints + (self._velocity * missed)[:, :, None]
        sides, sizes = found.sides[start:end], found.sizes[start:end]
        both = self._sizes[:, None] + sizes
        if len(expected) * len(sides) <= _FEW:
            costs = 2 * _distances(expected[:, None], sides) / both
        else:
            costs = np.full(both.shape, np.inf)
            reached = _gaps(expected, found.boxes[start:end]) < both * (0.51 * self._gate)
            tracks, persons = reached.nonzero()
            far = _distances(expected[tracks], sides[persons])
            costs[tracks, persons] = 2 * far / both[tracks, persons]
        # Whoever is beyond the gate costs as much as nobody at all.
        costs = np.fmin(costs, self._gate)
        tracks, persons = (places.tolist() for places in (costs < self._gate).nonzero())
        if len(set(tracks)) == len(tracks) == len(set(persons)):
            return list(zip(tracks, persons, strict=True))  # nobody can be two
        return [pair for pair in cheapest_pairs(costs) if costs[pair] < self._gate]

    def _see(
        self, missed: np.ndarray, found: Detections, pairs: list[tuple[int, int]], start: int
    ) -> None:
        """Takes up who was detected."""
        tracks = [track for track, _ in pairs]
        # Everybody in order, as mostly, needs no copies.
        who = slice(None) if len(tracks) == len(self._numbers) else tracks
        persons = [start + person for _, person in pairs]
        before, after = self._joints[who], found.sides[persons, 0]
        way = _displacements(before, after)
        self._velocity[who] += _VELOCITY * (way / missed[who] - self._velocity[who])
        self._joints[who] = np.where(np.isnan(after), before + way[:, :, None], after)
        sizes = found.sizes[persons]
        self._sizes[who] = np.where(sizes > 0, sizes, self._sizes[who])
        for track in tracks:
            self._missed[track] = 0


def _distances(expected: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Mean distances `[...]` of the joints known in both `[..., 2, J]` and `[..., 2, 2, J]`.

    A detector that takes left for right has not seen somebody else: the person as it is or with
    its sides exchanged, whatever is nearer. NaN: no joint in common.
    """
    off = expected[..., None, :, :] - sides
    off *= off
    distances = np.sqrt(off[..., 0, :] + off[..., 1, :])
    missing = np.isnan(distances)
    np.copyto(distances, 0.0, where=missing)
    total = np.add.reduce(distances, axis=-1)
    means = total / (distances.shape[-1] - np.add.reduce(missing, axis=-1))
    return np.fmin(means[..., 0], means[..., 1])


def _gaps(expected: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """How far joints `[T, 2, J]` are from boxes `[P, 2, 2]` at least, `[T, P]`."""
    low, high = np.fmin.reduce(expected, axis=-1), np.fmax.reduce(expected, axis=-1)
    aside = np.maximum(low[:, None] - boxes[:, 1], boxes[:, 0] - high[:, None])
    return np.maximum(aside, 0.0).max(axis=-1)


def _displacements(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far persons `[N, 2, J]` have moved as a whole, `[N, 2]`: most joints, whatever few do."""
    moved = after - before
    moved.sort(axis=-1)  # NaN comes last
    known = moved.shape[-1] - np.add.reduce(np.isnan(moved[:, 0]), axis=-1)
    counts = known.tolist()
    if len(set(counts)) == 1:
        count = counts[0]
        way = (moved[:, :, (count - 1) // 2] + moved[:, :, count // 2]) / 2
    else:
        rows = np.arange(len(moved))
        way = (moved[rows, :, (known - 1) // 2] + moved[rows, :, known // 2]) / 2
    if 0 in counts:  # no joint in common but with its sides exchanged
        means = np.nanmean(after, axis=-1) - np.nanmean(before, axis=-1)
        way = np.where(known[:, None] > 0, way, means)
    return way
