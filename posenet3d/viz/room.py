"""Where lifted people are in a room whose camera is known, and the floor that they need."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from posenet3d.motion.level import floor_height
from posenet3d.poses.image_ids import sequence_of
from posenet3d.poses.people import People
from posenet3d.poses.tracks import Track

if TYPE_CHECKING:
    from posenet3d.poses.lift_result import LiftResult

_SQUARE = 500.0  # mm; twice as long again until there are few enough
_MOST_SQUARES = 40
_MOST_POINTS = 600  # of a person's way, about; all of them are drawn in every frame


class Ground(NamedTuple):
    """A rectangle of the floor, of whole squares, mm: x right, z away from the camera.

    Args:
      low: Its least x and z.
      high: Its greatest.
      square: How long the sides of the squares are, whose corners are at whole multiples.
      reach: From its middle to the farthest joint that may be above it.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    square: float
    reach: float

    @property
    def middle(self) -> np.ndarray:
        """`[3]`, on the floor."""
        (x0, z0), (x1, z1) = self.low, self.high
        return np.array([(x0 + x1) / 2, 0.0, (z0 + z1) / 2])

    def lines(self) -> np.ndarray:
        """The edges of the squares within reach, `[M, 2, 3]` mm."""
        middle, low, high = self.middle[[0, 2]], np.array(self.low), np.array(self.high)
        found = []
        for axis, other in ((0, 1), (1, 0)):
            for at in np.arange(low[axis], high[axis] + self.square / 2, self.square):
                within = self.reach**2 - (at - middle[axis]) ** 2
                if within <= 0:
                    continue
                half = min(math.sqrt(within), high[other] - middle[other])
                ends = np.zeros((2, 3))
                ends[:, 2 * axis] = at
                ends[:, 2 * other] = middle[other] - half, middle[other] + half
                found.append(ends)
        return np.array(found)


def ground_of(stands: np.ndarray, half_width: float) -> Ground:
    """The floor for people who stand at `[N, 3]` mm, each `half_width` wide to all sides."""
    places = stands[:, [0, 2]].astype(float)
    low, high = places.min(axis=0) - half_width, places.max(axis=0) + half_width
    square = _SQUARE
    while (high - low).max() > _MOST_SQUARES * square:
        square *= 2
    low, high = np.floor(low / square) * square, np.ceil(high / square) * square
    reach = np.linalg.norm(places - (low + high) / 2, axis=1).max() + half_width
    return Ground(tuple(low.tolist()), tuple(high.tolist()), square, float(reach))


class Way(NamedTuple):
    """A piece of a person's way along the floor.

    Args:
      frames: `[M]`, of the scene, ascending.
      points: `[M, 3]`, mm, on the floor.
    """

    frames: np.ndarray
    points: np.ndarray


def ways_of(stands: np.ndarray, frames: np.ndarray, longest: float) -> list[Way]:
    """The way of a person, cut where a step is longer; of long ones every second point, or fewer.

    Args:
      stands: `[N, 3]`, mm.
      frames: `[N]`, ascending.
      longest: Of a step, mm.
    """
    on_floor = stands * [1, 0, 1]
    cuts = np.flatnonzero(np.linalg.norm(np.diff(on_floor, axis=0), axis=1) > longest) + 1
    every = -(-len(frames) // _MOST_POINTS)
    ways = []
    for piece in np.split(np.arange(len(frames)), cuts):
        if len(piece) > 1:
            kept = np.union1d(piece[::every], piece[-1])
            ways.append(Way(frames[kept], on_floor[kept]))
    return ways


def stands_of(
    people: People, result: LiftResult, tracks: tuple[Track, ...], feet: np.ndarray
) -> np.ndarray | None:
    """Where people stand, `[P, 3]` mm: the floor at y = 0, x right, z away from the camera.

    Places that are not known lie on the line between those before and after. Where the camera's
    tilt was not undone, the floor is as high as the lowest feet.

    Args:
      people: The persons.
      result: What the lifter made of them.
      tracks: Who is one person.
      feet: `[P]` mm, how far the lowest joint is below the root; NaN where not lifted.

    Returns:
      NaN where not lifted; None where `root_3d` is not known of everybody.
    """
    if result.root_3d is None:
        return None
    stands = np.array(result.root_3d, np.float64)
    stands[:, 1] += feet
    lifted = np.asarray(result.lifted)
    stands[~lifted] = np.nan
    for track in tracks:
        here = lifted[list(track.rows)]
        rows, frames = np.array(track.rows)[here], np.array(track.frames)[here]
        known = np.isfinite(stands[rows]).all(axis=1)
        if len(rows) and not known.any():
            return None
        if not known.all():
            between = [np.interp(frames, frames[known], axis) for axis in stands[rows][known].T]
            stands[rows] = np.stack(between, axis=1)
    sequences = np.array([sequence_of(image_id) for image_id in people.image_ids])
    tilted = np.ones(len(people), bool)
    if result.levelled is not None:
        tilted = ~np.isfinite(result.levelled)
    for sequence in set(sequences[tilted].tolist()):
        rows = tilted & (sequences == sequence)
        stands[rows, 1] -= floor_height(stands[rows, None])
    return stands.astype(np.float32) if lifted.any() else None
