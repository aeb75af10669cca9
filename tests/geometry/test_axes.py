import numpy as np
import pytest

from posenet3d.geometry.axes import MATRICES, from_camera

RIGHT, DOWN, AWAY = np.eye(3)


@pytest.mark.parametrize("up", MATRICES)
def test_axes_are_right_handed_and_keep_lengths(up):
    np.testing.assert_allclose(MATRICES[up] @ MATRICES[up].T, np.eye(3))
    assert np.linalg.det(MATRICES[up]) == pytest.approx(1)


def test_directions_of_the_picture_have_the_documented_axes():
    assert from_camera(-DOWN, "y").tolist() == [0, 1, 0]
    assert from_camera(RIGHT, "y").tolist() == [1, 0, 0]
    assert from_camera(-AWAY, "y").tolist() == [0, 0, 1]
    assert from_camera(-DOWN, "z").tolist() == [0, 0, 1]
    assert from_camera(RIGHT, "z").tolist() == [1, 0, 0]
    assert from_camera(AWAY, "z").tolist() == [0, 1, 0]
    assert from_camera([1.0, 2.0, 3.0], "camera").tolist() == [1, 2, 3]
