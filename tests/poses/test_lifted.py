import dataclasses

import numpy as np
import pytest

from posenet3d.models import LiftResult
from posenet3d.poses.lifted import Lifted, join
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import COCO_17, H36M_17


def make(rows, first=0, skeleton=H36M_17, **more):
    people = People(
        np.zeros((rows, 17, 2), np.float32),
        np.ones((rows, 17), np.float32),
        skeleton,
        tuple(range(first, first + rows)),
        (0,) * rows,
    )
    result = dict(
        keypoints_3d=np.full((rows, 17, 3), first, np.float32),
        filled=np.zeros((rows, 17), bool),
        lifted=np.ones(rows, bool),
        problems=("",) * rows,
        score=np.ones(rows, np.float32),
        elevation=np.zeros(rows, np.float32),
        unit="pose",
    )
    return Lifted(people, LiftResult(**result | more))


def test_parts_are_joined_in_order_and_keep_their_marks():
    marked = make(1, first=2, interpolated=np.array([True]))
    whole = join([make(2), marked, make(1, first=3)])
    assert whole.people.image_ids == (0, 1, 2, 3)
    assert whole.result.keypoints_3d[:, 0, 0].tolist() == [0, 0, 2, 3]
    assert whole.interpolated.tolist() == [False, False, True, False]
    assert len(whole.result.problems) == 4


def test_what_does_not_belong_together_is_refused():
    one = make(2)
    with pytest.raises(ValueError, match=r"\[2, 17, 3\] but the people need \[1, 17, 3\]"):
        Lifted(make(1).people, one.result)
    with pytest.raises(ValueError, match="problems has 1 rows for 2 people"):
        Lifted(one.people, dataclasses.replace(one.result, problems=("",)))
    with pytest.raises(ValueError, match=r"different units .* mm, pose"):
        join([one, make(1, unit="mm")])
    with pytest.raises(ValueError, match="people of one skeleton"):
        join([one, make(1, skeleton=COCO_17)])
