"""What can be told of the persons of many frames before they are joined into tracks."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from posenet3d.poses.people import People


@dataclasses.dataclass(frozen=True)
class Detections:
    """P persons, frame after frame, those of a frame from left to right.

    Args:
      rows: For each the row in `People`.
      sides: float64 `[P, 2, 2, J]`: joints as they are and with the names of the other side, x and
        y, pixels; NaN where a joint is missing.
      boxes: `[P, 2, 2]`: least and greatest x and y of the joints; of nobody inf and -inf.
      sizes: `[P]`, pixels, the diagonals of the boxes; 0 of nobody.
      frames: (image id, first person, one past the last) of each frame.
    """

    rows: list[int]
    sides: np.ndarray
    boxes: np.ndarray
    sizes: np.ndarray
    frames: list[tuple[int | str, int, int]]


def detections(people: People) -> Detections:
    """People whose frames are runs of equal image ids; persons of a frame come in any order."""
    starts = _starts(people.image_ids)
    ends = [*starts[1:], len(people)]
    known = people.confidence > 0
    joints = np.where(known[..., None], people.keypoints_2d, np.nan).astype(np.float64)
    order = _left_to_right(joints, known, starts, ends)
    joints, known = joints[order], known[order, :, None]
    low = np.where(known, joints, np.inf).min(axis=1)
    high = np.where(known, joints, -np.inf).max(axis=1)
    mirrored = joints[:, list(people.skeleton.mirror)]
    return Detections(
        rows=order.tolist(),
        sides=np.ascontiguousarray(np.stack([joints, mirrored], axis=1).swapaxes(2, 3)),
        boxes=np.stack([low, high], axis=1),
        sizes=np.linalg.norm(np.maximum(high - low, 0.0), axis=-1),
        frames=[
            (people.image_ids[start], start, end) for start, end in zip(starts, ends, strict=True)
        ],
    )


def _starts(image_ids: tuple[int | str, ...]) -> list[int]:
    """The first of each run of equal image ids."""
    changes = (after != before for before, after in itertools.pairwise(image_ids))
    return [0, *(row for row, changed in enumerate(changes, start=1) if changed)]


def _left_to_right(
    joints: np.ndarray, known: np.ndarray, starts: list[int], ends: list[int]
) -> np.ndarray:
    """An order of persons `[P, J, 2]` whatever that in the file; in a frame, nobodies are last."""
    count = known.sum(axis=1)[:, None]
    total = np.where(known[..., None], joints, 0.0).sum(axis=1)
    middles = np.divide(total, count, out=np.full_like(total, np.inf), where=count > 0)
    frame = np.repeat(np.arange(len(starts)), np.subtract(ends, starts))
    order = np.lexsort((middles[:, 1], middles[:, 0], frame))
    same = (middles[order[1:]] == middles[order[:-1]]).all(axis=1) & known.any(axis=1)[order[1:]]
    same &= frame[1:] == frame[:-1]
    for number in np.unique(frame[1:][same]).tolist():
        start, end = starts[number], ends[number]
        places = np.nan_to_num(joints[start:end].reshape(end - start, -1), nan=np.inf)
        keys = np.concatenate([middles[start:end], places], axis=1)
        order[start:end] = start + np.lexsort(keys.T[::-1])
    return order
