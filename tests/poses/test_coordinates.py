import numpy as np
import pytest

from posenet3d.poses.coordinates import (
    are_parts_of_size,
    in_corner,
    size_example,
    without_corner,
)

POSE = np.random.default_rng(0).uniform(100, 500, (17, 2)).astype(np.float32)


def poses(*shifts):
    return np.stack([POSE + shift for shift in shifts])


def test_a_joint_in_the_very_corner_is_missing_whatever_its_confidence():
    keypoints_2d = poses(0, 0, 0)
    keypoints_2d[1, [9, 15]] = 0
    keypoints_2d[2, 3] = (0, 200)  # on the border, which people may be
    confidence = np.full((3, 17), 0.31, np.float32)
    confidence[1, 15] = 0  # known to be missing
    expected = np.zeros((3, 17), bool)
    expected[1, 9] = True
    np.testing.assert_array_equal(in_corner(keypoints_2d, confidence), expected)


def test_a_person_half_out_of_the_picture_has_no_joint_in_the_corner_either():
    keypoints_2d = poses((-300, 0))
    keypoints_2d[0, 9] = 0
    assert in_corner(keypoints_2d, np.ones((1, 17))).sum() == 1


def test_centred_poses_keep_the_joint_in_their_middle():
    keypoints_2d = poses(0)
    keypoints_2d -= keypoints_2d[:, :1]
    keypoints_2d[0, 1], keypoints_2d[0, 2] = (-200, -200), (200, 200)
    assert not in_corner(keypoints_2d, np.ones((1, 17))).any()


def test_confidences_are_left_as_they_are_where_nothing_is_in_the_corner():
    confidence = np.ones((2, 17), np.float32)
    assert without_corner(poses(0, 1), confidence) is confidence
    assert without_corner(poses(0, 1), None) is None


@pytest.mark.parametrize("given", [True, False])
def test_confidences_without_the_corner_are_a_copy(given):
    keypoints_2d = poses(0, 0)
    keypoints_2d[1, 4] = 0
    confidence = np.full((2, 17), 0.5, np.float32) if given else None
    found = without_corner(keypoints_2d, confidence)
    assert np.argwhere(found == 0).tolist() == [[1, 4]]
    assert confidence is None or (confidence == 0.5).all()


@pytest.mark.parametrize(
    ("least", "most", "parts"),
    [(0.0, 1.0, True), (-0.2, 1.4, True), (-1.0, 1.0, False), (0.0, 3.0, False)],
)
def test_coordinates_within_the_image_are_parts_of_its_size(least, most, parts):
    assert are_parts_of_size(least, most) is parts


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_the_example_of_a_size_has_the_orientation_of_people_who_stand(size):
    standing = np.array([(600, 200), (760, 200), (620, 900), (740, 900)], np.float32)
    assert size_example(standing[None] / size, np.ones((1, 4))) == size
    assert size_example(standing[None] / size, None) == size


def test_the_example_of_a_size_needs_nobody():
    assert size_example(np.zeros((1, 4, 2)), np.zeros((1, 4))) == (1920, 1080)
