import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from posenet3d.geometry import camera

CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def pixels(*leading, seed=0):
    return np.random.default_rng(seed).uniform(0, 1000, (*leading, 17, 2)).astype(np.float32)


def test_project_known_point():
    np.testing.assert_allclose(camera.project([[2.0, -1.0, 10.0]]), [[0.1, -0.05]], **CLOSE)


def test_unproject_known_point():
    lifted = camera.unproject([[0.1, -0.05]], [10.0])
    np.testing.assert_allclose(lifted, [[2.0, -1.0, 10.0]], **CLOSE)


def test_distance_is_that_of_the_root():
    np.testing.assert_allclose(camera.project([[2.0, 1.0, 1.0]], distance=3.0), [[0.5, 0.25]])
    lifted = camera.unproject([[0.5, 0.25]], [1.0], distance=3.0)
    np.testing.assert_allclose(lifted, [[2.0, 1.0, 1.0]])


def test_project_undoes_unproject_also_at_the_clamp():
    keypoints_2d = pixels(3) / 1000
    depth_offsets = np.random.default_rng(1).uniform(-30, 30, (3, 17)).astype(np.float32)
    lifted = camera.unproject(keypoints_2d, depth_offsets)
    np.testing.assert_allclose(camera.project(lifted), keypoints_2d, **CLOSE)


def test_unproject_with_true_depths_undoes_project(body):
    points = body(5)
    lifted = camera.unproject(camera.project(points), points[..., 2])
    np.testing.assert_allclose(lifted, points, **CLOSE)


def test_no_joint_comes_nearer_than_the_least_depth():
    lifted = camera.unproject([[0.3, 0.2]], [-25.0])
    np.testing.assert_allclose(lifted, [[0.3, 0.2, camera.MIN_DEPTH - camera.DISTANCE]], **CLOSE)
    np.testing.assert_allclose(camera.project([[0.3, 0.2, -25.0]]), [[0.3, 0.2]], **CLOSE)


@pytest.mark.parametrize("root", [0, 8])
def test_normalised_pose_has_its_root_at_the_origin_and_mean_size_a_tenth(root):
    normalised = camera.normalise(pixels(4), root).keypoints_2d.numpy()
    np.testing.assert_array_equal(normalised[:, root], 0)
    np.testing.assert_allclose(np.linalg.norm(normalised, axis=-1).mean(-1), 0.1, rtol=1e-5)


@given(factor=st.floats(0.01, 100), shift=st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000)))
@settings(max_examples=20, deadline=None)
def test_size_and_place_in_the_picture_do_not_matter(factor, shift):
    keypoints_2d = pixels(1)
    moved = keypoints_2d * np.float32(factor) + np.float32(shift)
    expected = camera.normalise(keypoints_2d, 0).keypoints_2d
    np.testing.assert_allclose(camera.normalise(moved, 0).keypoints_2d, expected, atol=1e-4)


@pytest.mark.parametrize("scale", [None, 250.0])
def test_denormalise_undoes_normalise(scale):
    keypoints_2d = pixels(2, 3)
    normalised = camera.normalise(keypoints_2d, 0, scale)
    np.testing.assert_allclose(camera.denormalise(normalised), keypoints_2d, rtol=1e-5, atol=1e-3)


def test_given_scale_replaces_the_poses_own():
    keypoints_2d = pixels(2)
    normalised = camera.normalise(keypoints_2d, 0, 250.0).keypoints_2d
    np.testing.assert_allclose(normalised, (keypoints_2d - keypoints_2d[:, :1]) / 250, **CLOSE)


def test_scale_may_be_one_a_pose():
    first = camera.normalise(pixels(3), 0)
    again = camera.normalise(pixels(3), 0, first.scale)
    np.testing.assert_allclose(again.keypoints_2d, first.keypoints_2d, **CLOSE)


def test_pose_in_one_point_is_finite_and_comes_back():
    keypoints_2d = np.full((1, 17, 2), 321.0, np.float32)
    normalised = camera.normalise(keypoints_2d, 0)
    np.testing.assert_array_equal(normalised.keypoints_2d, 0)
    np.testing.assert_array_equal(camera.denormalise(normalised), keypoints_2d)


@pytest.mark.parametrize(
    ("function", "arrays"),
    [
        pytest.param(camera.project, [np.zeros((2, 17, 3))], id="all joints in the root"),
        pytest.param(camera.project, [np.full((2, 17, 3), -9.0)], id="at the clamp"),
        pytest.param(camera.project, [np.full((2, 17, 3), -1e3)], id="behind the camera"),
        pytest.param(
            camera.unproject, [np.zeros((2, 17, 2)), np.full((2, 17), -9.0)], id="lifted to clamp"
        ),
        pytest.param(
            lambda p: camera.normalise(p, 0), [np.full((2, 17, 2), 5.0)], id="normalised point"
        ),
        pytest.param(lambda p: camera.normalise(p, 0), [pixels(2)], id="normalised pose"),
    ],
)
def test_gradients_are_finite(gradients_of, function, arrays):
    for gradient in gradients_of(function, *arrays):
        assert np.isfinite(gradient).all()


def normalised(points):
    return camera.normalise(points, 0).keypoints_2d


def there_and_back(points):
    return camera.denormalise(camera.normalise(points, 0))


def test_every_mode_and_leading_shape_gives_the_same(assert_runs_alike, body):
    assert_runs_alike(camera.project, body(2, 3))
    assert_runs_alike(camera.unproject, pixels(2, 3) / 1000, body(2, 3)[..., 2])
    assert_runs_alike(there_and_back, pixels(2, 3))
    assert_runs_alike(normalised, pixels(2, 3))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda p: camera.project(p), r"points_3d must have the shape \[..., J, 3\], got \[4, 17"),
        (lambda p: camera.unproject(p[..., :1], p[..., 0]), r"keypoints_2d .* got \[4, 17, 1\]"),
        (lambda p: camera.normalise(p[0, 0], 0), r"keypoints_2d .* got \[2\]"),
    ],
)
def test_wrong_shapes_are_refused(function, message):
    with pytest.raises(ValueError, match=message):
        function(pixels(4))


def test_shapes_unknown_when_traced_are_taken():
    project = tf.function(camera.project, input_signature=[tf.TensorSpec(None)])
    assert project(np.zeros((2, 17, 3), np.float32)).shape == (2, 17, 2)
