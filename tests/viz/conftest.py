"""People over time, and what a lifter makes of them, for everything that shows motion."""

import dataclasses

import numpy as np
import pytest

from posenet3d.poses.lift_result import LiftResult
from posenet3d.poses.people import People


@pytest.fixture
def moving(people):
    """Makes `(People, result)`: persons in frames, from left to right, true 3D for lifted.

    `missing` are the (frame, person) who were not lifted; other changes are those of `People`.
    """

    def moving(frames=6, persons=2, missing=(), unit="mm", errors=None, **changes):
        rows = np.arange(frames * persons)  # person by person
        person, frame = np.divmod(rows, frames)
        source = person * 12 + frame % 12  # sequences of 12 frames
        keypoints_2d = people.keypoints_2d[source].astype(np.float32)
        keypoints_2d -= keypoints_2d[:, :1] - 300
        keypoints_2d[..., 0] += 400 * person[:, None]
        gone = np.isin(rows, [p * frames + f for f, p in missing])
        confidence = np.ones((len(rows), 17), np.float32)
        confidence[gone, 4:] = 0
        keypoints_3d = people.keypoints_3d[source].astype(np.float32)
        keypoints_3d[gone] = np.nan
        shown = People(
            keypoints_2d,
            confidence,
            people.skeleton,
            tuple(frame.tolist()),
            tuple(person.tolist()),
        )
        result = LiftResult(
            keypoints_3d=keypoints_3d / (1 if unit == "mm" else 417),
            filled=np.zeros((len(rows), 17), bool),
            lifted=~gone,
            problems=tuple("too few joints" if g else "" for g in gone),
            score=np.where(gone, np.nan, 0.5).astype(np.float32),
            elevation=np.full(len(rows), np.nan, np.float32),
            unit=unit,
            expected_error=errors,
        )
        return dataclasses.replace(shown, **changes), result

    return moving


@pytest.fixture
def in_a_room(moving):
    """Makes `(People, result)` of two who walk to the right, 2 m beside each other, 4 m away.

    The second of them is 1 m behind the first. Changes are those of `moving`.
    """

    def in_a_room(frames=6, speed=100.0, levelled=0.0, **changes):
        people, result = moving(frames=frames, persons=2, **changes)
        person, frame = np.divmod(np.arange(2 * frames), frames)
        lowest = np.nanmax((result.keypoints_3d - result.keypoints_3d[:, :1])[..., 1], axis=1)
        root_3d = np.stack([2000 * person + speed * frame, -lowest, 4000 + 1000 * person], axis=1)
        return people, dataclasses.replace(
            result,
            root_3d=root_3d.astype(np.float32),
            levelled=np.full(len(people), levelled, np.float32),
        )

    return in_a_room
