import math

import numpy as np
import pytest

from posenet3d.geometry import rotation

ABOUT = {"x": rotation.about_x, "y": rotation.about_y, "z": rotation.about_z}
RIGHT, DOWN, FORWARD = np.eye(3, dtype=np.float32)
ANGLES = np.linspace(-7, 7, 6, dtype=np.float32).reshape(2, 3)


@pytest.mark.parametrize(
    ("axis", "start", "end"),
    [
        ("x", DOWN, FORWARD),
        ("x", RIGHT, RIGHT),
        ("y", FORWARD, RIGHT),
        ("y", DOWN, DOWN),
        ("z", RIGHT, DOWN),
        ("z", FORWARD, FORWARD),
    ],
)
def test_quarter_turn(axis, start, end):
    turned = rotation.rotate(start[None], ABOUT[axis](math.pi / 2))
    np.testing.assert_allclose(turned[0], end, atol=1e-6)


@pytest.mark.parametrize("axis", ABOUT)
def test_matrices_are_rotations(axis):
    matrices = ABOUT[axis](ANGLES).numpy()
    np.testing.assert_allclose(
        matrices @ matrices.swapaxes(-1, -2), np.eye(3) + 0 * matrices, atol=1e-6
    )
    np.testing.assert_allclose(np.linalg.det(matrices), 1, rtol=1e-5)


@pytest.mark.parametrize("axis", ABOUT)
def test_angles_of_turns_about_one_axis_add_up(axis):
    both = rotation.product(ABOUT[axis](0.4), ABOUT[axis](0.5))
    np.testing.assert_allclose(both, ABOUT[axis](0.9), atol=1e-6)


def test_product_turns_by_the_right_matrix_first():
    about_x, about_y = rotation.about_x(0.3), rotation.about_y(1.1)
    points = np.random.default_rng(0).normal(size=(17, 3)).astype(np.float32)
    one_by_one = rotation.rotate(rotation.rotate(points, about_y), about_x)
    both = rotation.rotate(points, rotation.product(about_x, about_y))
    np.testing.assert_allclose(both, one_by_one, atol=1e-6)


def test_turn_back_undoes_rotate(body):
    matrices = rotation.product(rotation.about_y(ANGLES), rotation.about_x(ANGLES))
    returned = rotation.turn_back(rotation.rotate(body(2, 3), matrices), matrices)
    np.testing.assert_allclose(returned, body(2, 3), atol=1e-6)


def test_turning_keeps_distances(body):
    turned = rotation.rotate(body(2, 3), rotation.about_y(ANGLES)).numpy()
    np.testing.assert_allclose(
        np.linalg.norm(turned, axis=-1), np.linalg.norm(body(2, 3), axis=-1), rtol=1e-5
    )


def test_one_matrix_turns_many_poses(body):
    matrix = rotation.about_y(0.7)
    alone = [rotation.rotate(pose, matrix) for pose in body(4)]
    np.testing.assert_allclose(rotation.rotate(body(4), matrix), alone, atol=1e-6)


def test_every_mode_and_leading_shape_gives_the_same(assert_runs_alike, body):
    for about in ABOUT.values():
        assert_runs_alike(about, ANGLES)
    matrices = rotation.about_y(ANGLES).numpy()
    assert_runs_alike(rotation.rotate, body(2, 3), matrices)
    assert_runs_alike(rotation.turn_back, body(2, 3), matrices)
