import dataclasses

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.poses.people import People
from posenet3d.skeletons.skeleton import COCO_17, H36M_17, Skeleton

PEOPLE = People(
    keypoints_2d=np.arange(68, dtype=np.float32).reshape(2, 17, 2),
    confidence=np.ones((2, 17), np.float32),
    skeleton=COCO_17,
    image_ids=(7, "b.jpg"),
    person_ids=(0, 1),
)


def test_on_another_skeleton_persons_keep_their_ids():
    lifted = PEOPLE.on(H36M_17)
    assert lifted.skeleton is H36M_17
    assert lifted.image_ids == (7, "b.jpg")
    hips = [COCO_17.index("left_hip"), COCO_17.index("right_hip")]
    np.testing.assert_allclose(lifted.keypoints_2d[:, 0], PEOPLE.keypoints_2d[:, hips].mean(1))


def test_on_a_skeleton_without_a_map_is_refused():
    with pytest.raises(ValueError, match="no map from the skeleton 'coco17' to 'one'"):
        PEOPLE.on(Skeleton("one", ("a",), (-1,), (), ()))


def test_between_own_skeletons_joints_are_taken_by_name():
    three = Skeleton("three", ("a", "b", "c"), (-1, 0, 0), (), ())
    two = Skeleton("two", ("c", "a"), (1, -1), (), ())
    keypoints = np.arange(6, dtype=np.float32).reshape(1, 3, 2)
    own = People(keypoints, np.array([[1, 0, 0.5]], np.float32), three, (0,), (0,))
    mapped = own.on(two)
    np.testing.assert_array_equal(mapped.keypoints_2d, keypoints[:, [2, 0]])
    np.testing.assert_array_equal(mapped.confidence, [[0.5, 1]])
    with pytest.raises(InputError, match=r"the lifter takes the joints a, b, c.*\[to.three\]"):
        mapped.on(three)


BAD = {
    "nan": ({"keypoints_2d": np.full((2, 17, 2), np.nan, np.float32)}, "row 0, joint nose"),
    "joints": ({"keypoints_2d": np.zeros((2, 16, 2), np.float32)}, r"\[N, 17, 2\]"),
    "nobody": ({"keypoints_2d": np.zeros((0, 17, 2), np.float32)}, "no person"),
    "confidence": ({"confidence": np.full((2, 17), 2, np.float32)}, "got 2.0 at row 0"),
    "ids": ({"person_ids": (1,)}, "person_ids has 1 entries for 2 persons"),
    "sizes": ({"image_sizes": ((1, 2),) * 3}, "image_sizes has 3 entries"),
}


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_people_that_cannot_be_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(PEOPLE, **change)
