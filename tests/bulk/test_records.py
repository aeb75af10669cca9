"""Which records the lifter can be given."""

import numpy as np
import pytest

from posenet3d.bulk.shards import records
from posenet3d.bulk.shards.records import Chunk, Ragged, usable

JOINTS = 3


def chunk(*rows):
    """Records (keypoints_2d, confidence), each a list or None; their numbers begin at 10."""

    def ragged(lists):
        values = np.array([v for one in lists for v in one or ()], np.float32)
        return Ragged(values, np.array([-1 if one is None else len(one) for one in lists], int))

    keypoints_2d, confidence = zip(*rows, strict=True)
    numbers = np.arange(10, 10 + len(rows))
    return Chunk(numbers, ragged(keypoints_2d), ragged(confidence), None, [])


GOOD = ([1, 2, 3, 4, 5, 6], [1, 0.5, 0])


@pytest.mark.parametrize(
    ("bad", "reason", "named"),
    [
        ((None, None), records.NO_KEYPOINTS, "no keypoints_2d"),
        (([1, 2, 3, 4], None), records.WRONG_LENGTH, "4 numbers, 3 joints have 6"),
        (([1, 2, 3, 4, 5, 6], [1, 1]), records.WRONG_LENGTH, "confidence has 2"),
        (([1, 2, 3, 4, np.nan, 6], None), records.NOT_FINITE, "NaN"),
        (([1, 2, np.inf, 4, 5, 6], [1, 1, 1]), records.NOT_FINITE, "infinite"),
        (([1, 2, 2e9, 4, 5, 6], [1, 1, 1]), records.NOT_FINITE, "1e+09"),
        (([1, 2, 3, 4, 5, 6], [1, 1, 1.5]), records.WRONG_CONFIDENCE, "between 0 and 1"),
        (([1, 2, 3, 4, 5, 6], [1, 1, np.nan]), records.WRONG_CONFIDENCE, "between 0 and 1"),
    ],
)
def test_a_bad_record_is_named_and_its_neighbours_are_kept(bad, reason, named):
    poses = usable(chunk(GOOD, bad, GOOD), JOINTS)
    assert poses.rows.tolist() == [0, 2]
    np.testing.assert_array_equal(poses.keypoints_2d[1], [[1, 2], [3, 4], [5, 6]])
    np.testing.assert_array_equal(poses.confidence[1], np.float32([1, 0.5, 0]))
    assert [(one.record, one.reason) for one in poses.bad] == [(11, reason)]
    assert named in poses.bad[0].detail


def test_without_confidence_every_joint_is_present():
    poses = usable(chunk(GOOD, (GOOD[0], None), (GOOD[0], [])), JOINTS)
    assert poses.confidence[1:].tolist() == [[1, 1, 1], [1, 1, 1]]


def test_what_stands_at_a_missing_joint_is_not_looked_at():
    poses = usable(chunk(([1, 2, 3, 4, np.nan, np.inf], [1, 1, 0])), JOINTS)
    assert poses.keypoints_2d[0].tolist() == [[1, 2], [3, 4], [0, 0]]
    assert not poses.bad


def test_a_chunk_of_nothing_but_bad_records():
    poses = usable(chunk((None, None), ([1], None)), JOINTS)
    assert poses.keypoints_2d.shape == (0, JOINTS, 2)
    assert len(poses.bad) == 2
