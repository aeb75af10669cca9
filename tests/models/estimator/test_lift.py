import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st

from posenet3d.geometry import camera
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.skeletons.skeleton import H36M_17

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
    wrong[:, LEFT_WRIST] = 1

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


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (0.0, "only 0 of 17 joints are present, 9 are needed"),  # (0, 0) is missing
        (321.0, "all its joints are at the same place"),
    ],
)
def test_pose_in_one_point_is_not_lifted_and_others_are(estimator, pixels, place, problem):
    given = pixels.copy()
    given[2] = place
    result = estimator.lift(given)
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
