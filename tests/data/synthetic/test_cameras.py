import numpy as np
import pytest

from posenet3d.data.synthetic.cameras import Cameras, draw_cameras


def camera(azimuth_deg=0.0, elevation_deg=0.0, distance=5.0):
    return Cameras(
        azimuth=np.radians([azimuth_deg]),
        elevation=np.radians([elevation_deg]),
        distance=np.array([distance]),
        aim=np.zeros((1, 1, 3)),
        focal_length=1000.0,
        image_size=(800, 600),
    )


# camera, world point (x, y up, z), its camera-frame coordinates
VIEWS = [
    (camera(), (0, 0, 0), (0, 0, 5)),
    (camera(), (1, 0, 0), (1, 0, 5)),  # the left hand of a person who faces the camera: right
    (camera(), (0, 1, 0), (0, -1, 5)),  # up is -y
    (camera(), (0, 0, 1), (0, 0, 4)),  # faces the camera: nearer
    (camera(azimuth_deg=90), (1, 0, 0), (0, 0, 4)),
    (camera(azimuth_deg=90), (0, 0, 1), (-1, 0, 5)),
    (camera(elevation_deg=90), (0, 1, 0), (0, 0, 4)),  # from above the head is nearest
    (camera(elevation_deg=30), (0, 1, 0), (0, -np.sqrt(0.75), 4.5)),
]


@pytest.mark.parametrize(("view", "world", "expected"), VIEWS)
def test_see(view, world, expected):
    seen = view.see(np.array(world, float).reshape(1, 1, 1, 3))
    np.testing.assert_allclose(seen.reshape(3), expected, atol=1e-12)


def test_project_is_a_pinhole_with_its_centre_in_the_picture():
    pixels = camera().project(np.array([[0, 0, 5.0], [1, -1, 5.0]]))
    np.testing.assert_allclose(pixels, [[400, 300], [600, 100]])


def test_drawn_cameras_keep_even_giants_in_the_picture():
    rng = np.random.default_rng(0)
    positions = rng.uniform(-4, 4, (30, 5, 17, 3))
    cameras = draw_cameras(rng, positions, (8, 6), (4, 7), (1000, 500), 1145.0)
    seen = cameras.see(positions)
    pixels = cameras.project(seen)
    assert (seen[..., 2] > 0).all()
    assert (pixels >= 0).all()
    assert (pixels <= [1000, 500]).all()
    assert cameras.distance.max() > 7


def test_drawn_cameras_look_from_all_sides_and_mostly_down():
    rng = np.random.default_rng(0)
    cameras = draw_cameras(rng, np.zeros((2000, 1, 17, 3)), (8, 6), (4, 7), (1000, 1000), 1145.0)
    elevation = np.degrees(cameras.elevation)
    assert elevation.mean() == pytest.approx(8, abs=0.5)
    assert elevation.std() == pytest.approx(6, abs=0.5)
    assert elevation.max() <= 8 + 2.5 * 6
    assert np.histogram(cameras.azimuth, bins=8, range=(-np.pi, np.pi))[0].min() > 180
    assert cameras.distance.min() >= 4
    assert cameras.distance.max() <= 7
