"""What shards hold in every format, and which of their records can be used."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np

from posenet3d.poses.records import LARGEST

KEYPOINTS_2D = "keypoints_2d"
CONFIDENCE = "confidence"

RESULTS = (
    "keypoints_3d", "score", "elevation", "expected_error", "filled", "lifted", "problem",
)  # fmt: skip
"""What lifting adds to the columns of a shard."""

ROWS_A_CHUNK = 32_768
"""Records that are read, lifted and written at a time; bounds the memory. Ours."""

NOT_PARSED = "not parseable"
CHECKSUM = "wrong checksum"
TRUNCATED = "truncated"
UNREADABLE = "unreadable part"
NO_KEYPOINTS = "no keypoints_2d"
WRONG_LENGTH = "wrong length"
NOT_FINITE = "coordinates not finite"
WRONG_CONFIDENCE = "wrong confidence"
TOO_FEW = "too few joints"
ONE_PLACE = "joints in one place"


class Bad(NamedTuple):
    """A record that is set aside."""

    record: int  # its number in the shard, from 0
    reason: str  # one of those above
    detail: str  # what was found
    count: int = 1  # how many records, from this one on


class Ragged(NamedTuple):
    """Lists of different lengths, end to end; a list that is absent has the length -1."""

    values: np.ndarray  # float32
    lengths: np.ndarray  # int64 [N]

    def dense(self, rows: np.ndarray, length: int) -> np.ndarray:
        """`[len(rows), length]`: the lists of these rows, all of which have this length."""
        held = np.maximum(self.lengths, 0)
        starts = (np.cumsum(held) - held)[rows]
        return self.values[starts[:, None] + np.arange(length)]


@dataclasses.dataclass(frozen=True)
class Chunk:
    """N records of a shard that could be parsed, and those beside them that could not."""

    records: np.ndarray  # int64 [N]: their numbers in the shard
    keypoints_2d: Ragged
    confidence: Ragged
    rows: Any  # the records as the format's writer takes them
    bad: list[Bad]


class Poses(NamedTuple):
    """The usable records of a chunk."""

    rows: np.ndarray  # int64 [M]: where they stand in the chunk
    keypoints_2d: np.ndarray  # float32 [M, J, 2], pixels; 0 where a missing joint was not finite
    confidence: np.ndarray  # float32 [M, J]
    bad: list[Bad]  # the others


def usable(chunk: Chunk, num_joints: int) -> Poses:
    """Tells records that the lifter can be given from those that it cannot.

    Args:
      chunk: The records as read.
      num_joints: J, the joints of the shard's skeleton.

    Returns:
      The usable ones; a record without confidence has every joint. Whether enough joints are
      present is the estimator's to say.
    """
    bad: list[Bad] = []
    good = np.ones(len(chunk.records), bool)

    def refuse(rows: np.ndarray, reason: str, found: Any) -> None:
        good[rows] = False
        for row in rows:
            bad.append(Bad(int(chunk.records[row]), reason, found(row)))

    lengths = chunk.keypoints_2d.lengths
    refuse(np.flatnonzero(lengths < 0), NO_KEYPOINTS, lambda row: "there is no keypoints_2d")
    wrong = np.flatnonzero(good & (lengths != 2 * num_joints))
    refuse(
        wrong,
        WRONG_LENGTH,
        lambda row: (
            f"keypoints_2d has {lengths[row]} numbers, {num_joints} joints have {2 * num_joints}"
        ),
    )
    given = chunk.confidence.lengths
    wrong = np.flatnonzero(good & (given > 0) & (given != num_joints))
    refuse(
        wrong,
        WRONG_LENGTH,
        lambda row: f"confidence has {given[row]} numbers for {num_joints} joints",
    )
    rows = np.flatnonzero(good)
    keypoints_2d = chunk.keypoints_2d.dense(rows, 2 * num_joints).reshape(-1, num_joints, 2)
    confidence = np.ones((len(rows), num_joints), np.float32)
    told = np.flatnonzero(given[rows] > 0)
    confidence[told] = chunk.confidence.dense(rows[told], num_joints)
    inside = ((confidence >= 0) & (confidence <= 1)).all(axis=1)  # False for NaN as well
    finite = (np.abs(keypoints_2d) <= LARGEST).all(axis=2)
    keypoints_2d[~finite & (confidence == 0)] = 0
    finite = (finite | (confidence == 0)).all(axis=1)
    refuse(rows[~inside], WRONG_CONFIDENCE, lambda row: "confidence must lie between 0 and 1")
    refuse(
        rows[inside & ~finite],
        NOT_FINITE,
        lambda row: (
            "a joint of confidence above 0 has a coordinate that is NaN, infinite or above "
            f"{LARGEST:g}"
        ),
    )
    kept = inside & finite
    return Poses(rows[kept], keypoints_2d[kept], confidence[kept], sorted(bad))
