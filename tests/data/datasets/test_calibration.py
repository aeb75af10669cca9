import numpy as np
import pytest

from posenet3d.data.datasets.calibration import calibrate


def room(points=300, seed=0):
    return np.random.default_rng(seed).uniform([-2, -2, 0], [2, 2, 2], (points, 3))


def degrees_apart(first, second):
    return np.degrees(np.linalg.norm(first - second) / np.sqrt(2))


def test_every_camera_is_found(cameras):
    points = room()
    for camera in cameras:
        found = calibrate(points.astype(np.float32), camera.project(points).astype(np.float32))
        assert degrees_apart(found.rotation, camera.rotation) < 1e-3
        assert found.error < 1e-3


def test_result_is_a_rotation(cameras):
    points = room()
    rotation = calibrate(points, cameras[0].project(points)).rotation
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) > 0


def test_unit_and_origin_of_the_world_do_not_matter(cameras):
    points = room()
    found = calibrate(1000 * points + [5000, 0, -300], cameras[1].project(points))
    assert degrees_apart(found.rotation, cameras[1].rotation) < 1e-3


def test_error_is_the_distance_to_the_best_camera(cameras):
    points = room(3000)
    noise = np.random.default_rng(1).normal(0, 3.0, (3000, 2))
    error = calibrate(points, cameras[0].project(points) + noise).error
    assert error == pytest.approx(3.0 * np.sqrt(2), rel=0.05)


def test_mirrored_image_is_refused(cameras):
    points = room()
    mirrored = cameras[0].project(points) * [-1, 1] + [1000, 0]
    with pytest.raises(ValueError, match="mirrored"):
        calibrate(points, mirrored)


@pytest.mark.parametrize("scale", [[1, 1, 0], [0, 0, 0]])
def test_points_that_tell_too_little_are_refused(cameras, scale):
    points = room() * scale
    with pytest.raises(ValueError, match="plane or do not move"):
        calibrate(points, cameras[0].project(points))


@pytest.mark.parametrize(("points", "places"), [(49, 49), (300, 299)])
def test_too_few_points_are_refused(points, places):
    with pytest.raises(ValueError, match=f"got {points} and {places}"):
        calibrate(np.zeros((points, 3)), np.zeros((places, 2)))
