"""What an estimator takes as poses, confidence and heights, and what it refuses."""

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.errors import InputError
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.poses.stature import ANKLE_TO_TOP
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

NECK = H36M_17.index("neck")


def body_length(keypoints_3d):
    """From the middle of the ankles up the legs and the spine to the top of the head."""

    def bone(upper, lower):
        ends = [keypoints_3d[:, H36M_17.index(joint)] for joint in (upper, lower)]
        return np.linalg.norm(ends[0] - ends[1], axis=-1)

    trunk = bone("pelvis", "spine") + bone("spine", "thorax")
    legs = [
        bone(f"{side}_hip", f"{side}_knee") + bone(f"{side}_knee", f"{side}_ankle")
        for side in ("left", "right")
    ]
    return (trunk + (legs[0] + legs[1]) / 2) * ANKLE_TO_TOP / (0.818 - 0.039)


@pytest.mark.parametrize("height", [1700, 1830.5, np.linspace(1500, 2000, 10)])
def test_height_gives_millimetres(estimator, pixels, confidence, height):
    result = estimator.lift(pixels, confidence, height_mm=height)
    assert result.unit == "mm"
    assert result.keypoints_3d.dtype == np.float32
    expected = np.broadcast_to(ANKLE_TO_TOP * np.asarray(height), 10)
    np.testing.assert_allclose(body_length(result.keypoints_3d), expected, rtol=1e-5)
    shape = estimator.lift(pixels, confidence).keypoints_3d
    ratio = np.linalg.norm(result.keypoints_3d, axis=(1, 2)) / np.linalg.norm(shape, axis=(1, 2))
    np.testing.assert_allclose(result.keypoints_3d, shape * ratio[:, None, None], rtol=1e-3)


@pytest.mark.parametrize(
    "height", [0, -1700, np.nan, np.inf, [1700, 1800], np.ones((10, 1)), "tall", [None] * 10, {}]
)
def test_wrong_height_is_refused(estimator, pixels, height):
    with pytest.raises(InputError, match="height_mm must be one positive number or 10 of them"):
        estimator.lift(pixels, height_mm=height)


def test_height_needs_joints_that_tell_it(pixels):
    estimator = PoseEstimator(Lifter(width=8, num_blocks=1), COCO_17)
    with pytest.raises(InputError, match="height_mm cannot be used with the skeleton 'coco17'"):
        estimator.lift(pixels, height_mm=1700)


def with_value(array, value):
    array = array.astype(np.float64)
    array[7, NECK] = value
    return array


@pytest.mark.parametrize(
    ("keypoints_2d", "message"),
    [
        (lambda p: p[0], r"keypoints_2d must have the shape \[N, 17, 2\].*got \[17, 2\]"),
        (lambda p: p[:, :16], r"got \[10, 16, 2\]"),
        (lambda p: p[..., :1], r"got \[10, 17, 1\]"),
        (lambda p: [], r"got \[0\]"),
        (lambda p: None, r"got \[\]"),
        (lambda p: [[[1.0, 2.0]], [[1.0]]], "inhomogeneous"),
        (lambda p: p.astype(str), "keypoints_2d must hold real numbers"),
        (lambda p: with_value(p, np.nan), "keypoints_2d holds nan at row 7, joint neck"),
        (lambda p: with_value(p, -np.inf), "keypoints_2d holds -inf at row 7, joint neck"),
        (lambda p: with_value(p, 1e300), r"keypoints_2d holds 1e\+300 at row 7, joint neck"),
    ],
)
@pytest.mark.parametrize("method", ["lift", "complete"])
def test_wrong_poses_are_refused(estimator, pixels, method, keypoints_2d, message):
    with pytest.raises(InputError, match=message):
        getattr(estimator, method)(keypoints_2d(pixels))


@pytest.mark.parametrize(
    ("confidence", "message"),
    [
        (np.ones((10, 16)), r"confidence must have the shape \[10, 17\], got \[10, 16\]"),
        (np.ones((9, 17)), r"got \[9, 17\]"),
        (np.ones((10, 17, 1)), r"got \[10, 17, 1\]"),
        (with_value(np.ones((10, 17)), 2), r"\[0, 1\], got 2.0 at row 7, joint neck"),
        (with_value(np.ones((10, 17)), np.nan), r"\[0, 1\], got nan at row 7, joint neck"),
    ],
)
def test_wrong_confidence_is_refused(estimator, pixels, confidence, message):
    with pytest.raises(InputError, match=message):
        estimator.lift(pixels, confidence)


@pytest.mark.parametrize("batch_size", [0, -1])
def test_wrong_batch_size_is_refused(estimator, pixels, batch_size):
    with pytest.raises(InputError, match=f"batch_size must be at least 1, got {batch_size}"):
        estimator.lift(pixels, batch_size=batch_size)


@pytest.mark.parametrize(
    "convert",
    [
        np.float64,
        np.float16,
        lambda p: p.astype(int),
        lambda p: p.tolist(),
        np.asfortranarray,
        lambda p: np.repeat(p, 2, axis=0)[::2],
        tf.constant,
    ],
    ids=["float64", "float16", "int", "list", "Fortran", "strided", "tensor"],
)
def test_all_kinds_of_numbers_are_taken(estimator, pixels, convert):
    whole = pixels // 1
    given = convert(whole)
    expected = estimator.lift(np.asarray(given, np.float32))
    np.testing.assert_allclose(estimator.lift(given).keypoints_3d, expected.keypoints_3d, atol=1e-6)


def test_input_is_left_as_it_was(estimator, pixels, confidence):
    given = pixels.copy(), confidence.copy()
    estimator.lift(*given)
    np.testing.assert_array_equal(given[0], pixels)
    np.testing.assert_array_equal(given[1], confidence)
