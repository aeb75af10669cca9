import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st

from posenet3d.errors import InputError
from posenet3d.geometry import camera
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.poses.stature import ANKLE_TO_TOP
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

LEFT_WRIST = H36M_17.index("left_wrist")
NECK = H36M_17.index("neck")


def rated(pixels):
    """Poses and a confidence of each of their joints."""
    return pixels, np.random.default_rng(1).uniform(0.2, 1, pixels.shape[:2])


def test_keeps_the_guarantees(keeps, make_estimator, pixels, confidence):
    inputs = {"keypoints_2d": tf.constant(pixels), "confidence": tf.constant(confidence)}
    keeps(make_estimator, inputs)


def test_settings_come_back_from_the_config(make_completing):
    settings = {"scale": 321.5, "elevation": -7.0, "average_mirrored": False}
    again = PoseEstimator.from_config(make_completing(**settings).get_config())
    assert settings.items() <= again.get_config().items()
    assert (again.lifter.completes, again.lifter.elevation) == (True, 8.0)


def test_result_of_complete_poses(estimator, pixels):
    result = estimator.lift(pixels)
    assert result.keypoints_3d.shape == (10, 17, 3)
    assert result.keypoints_3d.dtype == np.float32
    assert np.isfinite(result.keypoints_3d).all()
    assert result.lifted.all()
    assert not result.filled.any()
    assert result.problems == ("",) * 10
    assert result.score.shape == result.elevation.shape == (10,)
    assert result.unit == "pose"


def test_lifted_pose_projects_to_what_was_seen(estimator, pixels):
    result = estimator.lift(pixels)
    np.testing.assert_array_equal(result.keypoints_3d[:, 0], 0)
    seen = camera.project(result.keypoints_3d)
    np.testing.assert_allclose(seen, camera.normalise(pixels, 0).keypoints_2d, atol=1e-5)


def test_depth_is_the_lifters(make_estimator, pixels):
    estimator = make_estimator(average_mirrored=False)
    expected = estimator.lifter(camera.normalise(pixels, 0).keypoints_2d).depth_offsets
    np.testing.assert_allclose(estimator.lift(pixels).keypoints_3d[..., 2], expected, atol=1e-5)


def mirrored(array):
    """People, or their joints' confidence, as in a mirror that stands in the picture."""
    array = array[:, list(H36M_17.mirror)]
    return array if array.ndim == 2 else array * (-1, 1) + (1000, 0)


@hypothesis.settings(max_examples=20, deadline=None)
@hypothesis.given(seed=st.integers(0, 2**32 - 1))
def test_mirrored_pose_gives_the_mirrored_3d(estimator, seed):
    keypoints_2d = np.random.default_rng(seed).uniform(100, 900, (3, 17, 2))
    expected = estimator.lift(keypoints_2d).keypoints_3d[:, list(H36M_17.mirror)] * (-1, 1, 1)
    lifted = estimator.lift(mirrored(keypoints_2d)).keypoints_3d
    np.testing.assert_allclose(lifted, expected, atol=1e-4)


def test_mirrored_confidence_goes_with_the_mirrored_pose(make_completing, pixels):
    estimator, (keypoints_2d, confidence) = make_completing(), rated(pixels)
    expected = estimator.lift(keypoints_2d, confidence)
    result = estimator.lift(mirrored(keypoints_2d), mirrored(confidence))
    np.testing.assert_allclose(
        result.keypoints_3d, expected.keypoints_3d[:, list(H36M_17.mirror)] * (-1, 1, 1), atol=1e-4
    )
    np.testing.assert_allclose(result.elevation, expected.elevation, atol=1e-3)


def test_a_lifter_alone_is_not_the_same_in_a_mirror(make_estimator, pixels):
    estimator = make_estimator(average_mirrored=False)
    expected = estimator.lift(pixels).keypoints_3d[:, list(H36M_17.mirror)] * (-1, 1, 1)
    assert np.abs(estimator.lift(mirrored(pixels)).keypoints_3d - expected).max() > 0.01


@pytest.mark.parametrize(("factor", "shift"), [(4.0, 0.0), (0.01, 0.0), (1.0, 700.0)])
def test_size_and_place_in_the_picture_do_not_matter(estimator, pixels, confidence, factor, shift):
    moved = estimator.lift(pixels * factor + shift, confidence)
    expected = estimator.lift(pixels, confidence)
    np.testing.assert_allclose(moved.keypoints_3d, expected.keypoints_3d, atol=2e-3)


def test_given_scale_replaces_the_poses_own(make_estimator, pixels):
    result = make_estimator(scale=2000.0).lift(pixels)
    expected = (pixels - pixels[:, :1]) / 2000
    np.testing.assert_allclose(camera.project(result.keypoints_3d), expected, atol=1e-5)


def test_confidence_reaches_a_lifter_that_completes(make_completing, estimator, pixels):
    keypoints_2d, confidence = rated(pixels)

    def change(estimator):
        one, other = (estimator.lift(keypoints_2d, c).keypoints_3d for c in (confidence, None))
        return np.abs(one - other).max()

    assert change(make_completing()) > 0.01
    assert change(estimator) == 0


def test_lifter_that_completes_moves_joints(make_completing, pixels):
    estimator = make_completing(average_mirrored=False)
    seen = camera.project(estimator.lift(pixels).keypoints_3d)
    given = camera.normalise(pixels, 0).keypoints_2d
    expected = estimator.lifter(given).keypoints_2d
    np.testing.assert_allclose(seen, expected, atol=1e-5)
    assert np.abs(seen - given).max() > 0.01


def test_missing_joint_is_filled_and_marked(estimator, pixels, confidence):
    result = estimator.lift(pixels, confidence)
    np.testing.assert_array_equal(result.filled, confidence == 0)
    assert np.isfinite(result.keypoints_3d).all()


def test_missing_joint_changes_the_others_less_than_a_wrong_one(estimator, pixels):
    others = np.arange(17) != LEFT_WRIST
    confidence = np.ones((10, 17))
    confidence[:, LEFT_WRIST] = 0
    wrong = pixels.copy()
    wrong[:, LEFT_WRIST] = 0

    def change(*given):
        moved = estimator.lift(*given).keypoints_3d - estimator.lift(pixels).keypoints_3d
        return np.median(np.linalg.norm(moved[:, others], axis=-1))

    assert change(wrong, confidence) < 0.3 * change(wrong)


@pytest.mark.parametrize("value", [0.0, 1e6, -1e9])
def test_coordinates_of_missing_joints_are_not_looked_at(estimator, pixels, confidence, value):
    given = np.where(confidence[..., None] > 0, pixels, value)
    expected = estimator.lift(pixels, confidence)
    np.testing.assert_array_equal(
        estimator.lift(given, confidence).keypoints_3d, expected.keypoints_3d
    )


@pytest.mark.parametrize("low", [1e-6, 0.3])
def test_low_confidence_is_present(estimator, pixels, low):
    result = estimator.lift(pixels, np.full((10, 17), low))
    np.testing.assert_array_equal(result.keypoints_3d, estimator.lift(pixels).keypoints_3d)


@pytest.mark.parametrize("place", [0.0, 321.0])
def test_pose_in_one_point_is_not_lifted_and_others_are(estimator, pixels, place):
    given = pixels.copy()
    given[2] = place
    result = estimator.lift(given)
    problem = "all its joints are at the same place"
    assert result.problems == tuple(problem if row == 2 else "" for row in range(10))
    np.testing.assert_array_equal(result.lifted, np.arange(10) != 2)
    np.testing.assert_array_equal(np.isnan(result.keypoints_3d).all(axis=(1, 2)), ~result.lifted)
    expected = np.delete(estimator.lift(pixels).keypoints_3d, 2, axis=0)
    np.testing.assert_allclose(result.keypoints_3d[result.lifted], expected, atol=1e-6)


@pytest.mark.parametrize(("count", "lifted"), [(9, True), (8, False), (0, False)])
def test_half_of_the_joints_are_needed(estimator, pixels, count, lifted):
    confidence = np.ones((10, 17))
    confidence[4, count:] = 0
    result = estimator.lift(pixels, confidence)
    assert result.lifted[4] == lifted
    assert np.delete(result.lifted, 4).all()
    assert np.isfinite(result.keypoints_3d[4]).all() == lifted
    assert result.filled[4].sum() == (17 - count if lifted else 0)
    problem = f"only {count} of 17 joints are present, 9 are needed"
    assert result.problems[4] == ("" if lifted else problem)


def test_present_joints_in_one_point_are_a_problem_whatever_the_missing_ones_say(estimator, pixels):
    confidence = np.ones((10, 17))
    confidence[1, 10:] = 0
    given = pixels.copy()
    given[1, :10] = 55.0
    assert estimator.lift(given, confidence).problems[1] == "all its joints are at the same place"


def test_nobody_gives_an_empty_result(estimator):
    result = estimator.lift(np.zeros((0, 17, 2)), np.zeros((0, 17)), height_mm=1700.0)
    assert result.score.shape == result.elevation.shape == (0,)
    assert result.keypoints_3d.shape == (0, 17, 3)
    assert result.problems == ()
    assert estimator.complete(np.zeros((0, 17, 2))).shape == (0, 17, 2)


@pytest.mark.parametrize("batch_size", [1, 3, 10])
def test_batch_size_changes_nothing(estimator, pixels, confidence, batch_size):
    confidence[5] = 0  # one is not lifted
    expected = estimator.lift(pixels, confidence)
    result = estimator.lift(pixels, confidence, batch_size=batch_size)
    np.testing.assert_allclose(result.keypoints_3d, expected.keypoints_3d, atol=1e-4)
    np.testing.assert_allclose(result.score, expected.score, atol=1e-4)


def test_one_trace_serves_all_batch_sizes(pixels):
    calls = []

    class CountingLifter(Lifter):
        def call(self, keypoints_2d, confidence=None, training=False):
            calls.append(keypoints_2d.shape)
            return super().call(keypoints_2d, confidence, training)

    estimator = PoseEstimator(CountingLifter(width=8, num_blocks=1), H36M_17)
    estimator.lift(pixels)
    traced = len(calls)
    for count in (1, 2, 10):
        estimator.lift(pixels[:count])
    assert len(calls) == traced


def body_length(keypoints_3d):
    """From the middle of the ankles up the legs and the spine to the top of the head."""

    def bone(upper, lower):
        ends = [keypoints_3d[:, H36M_17.index(joint)] for joint in (upper, lower)]
        return np.linalg.norm(ends[0] - ends[1], axis=-1)

    trunk = ("pelvis", "spine", "thorax", "neck", "head")
    legs = [
        bone(f"{side}_hip", f"{side}_knee") + bone(f"{side}_knee", f"{side}_ankle")
        for side in ("left", "right")
    ]
    return sum(map(bone, trunk[:-1], trunk[1:])) + (legs[0] + legs[1]) / 2


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


def test_complete_is_what_is_lifted(estimator, pixels, confidence):
    confidence[5] = 0
    completed = estimator.complete(pixels, confidence)
    present = confidence > 0
    np.testing.assert_array_equal(completed[present], pixels[present])
    assert np.isnan(completed[5]).all()
    rows = np.arange(10) != 5
    lifted = estimator.lift(pixels, confidence).keypoints_3d[rows]
    again = estimator.lift(completed[rows]).keypoints_3d
    np.testing.assert_allclose(again, lifted, atol=1e-4)


@pytest.mark.parametrize("scale", [0, -1.0, np.nan, np.inf, "pose"])
def test_wrong_scale_is_refused(scale):
    with pytest.raises(ValueError, match=f"scale must be a positive number .* got {scale!r}"):
        PoseEstimator(Lifter(width=8, num_blocks=1), H36M_17, scale)


@pytest.mark.parametrize("settings", [{"num_joints": 16}, {"root": 8}])
def test_lifter_must_be_one_of_the_skeletons_joints(settings):
    with pytest.raises(ValueError, match="skeleton h36m17 has 17 with root 0"):
        PoseEstimator(Lifter(width=8, num_blocks=1, **settings), H36M_17)
