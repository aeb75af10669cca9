"""People and results that the tests of all writers share."""

from types import SimpleNamespace

import numpy as np
import pytest

from posenet3d.formats.people import People
from posenet3d.skeleton import H36M_17


@pytest.fixture
def crowd():
    """Two persons in two images, ids of both kinds."""
    return People(
        keypoints_2d=np.arange(136, dtype=np.float32).reshape(4, 17, 2),
        confidence=np.full((4, 17), 0.5, np.float32),
        skeleton=H36M_17,
        image_ids=('a, "b".jpg', 'a, "b".jpg', 8, 8),
        person_ids=(1, "zoë", 1, "zoë"),
    )


@pytest.fixture
def lifted(people):
    """Makes what a `LiftResult` has, without a network: true poses; the last one was not lifted."""

    def lifted(**changes):
        result = dict(
            keypoints_3d=np.array(people.keypoints_3d[:4], np.float32),
            filled=np.eye(4, 17, dtype=bool),
            lifted=np.array([True, True, True, False]),
            problems=("", "", "", "no joint was found"),
            score=np.array([0.25, 0.5, 0.75, np.nan], np.float32),
            elevation=np.array([8.0, np.nan, 0, np.nan], np.float32),
            unit="mm",
        )
        result["keypoints_3d"][~result["lifted"]] = np.nan
        return SimpleNamespace(**result | changes)

    return lifted
