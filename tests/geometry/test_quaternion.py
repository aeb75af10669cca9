import numpy as np
import pytest

from posenet3d.geometry import quaternion


@pytest.fixture
def quaternions():
    """1000 rotations, and half turns, which are the hard ones."""
    random = np.random.default_rng(0).normal(size=(1000, 4))
    random /= np.linalg.norm(random, axis=-1, keepdims=True)
    return np.concatenate([random, np.eye(4)])


def test_matrix_and_back_is_the_same_rotation(quaternions):
    found = quaternion.from_matrix(quaternion.to_matrix(quaternions))
    np.testing.assert_allclose(np.abs((found * quaternions).sum(axis=-1)), 1, atol=1e-12)


def test_quarter_turn_about_y_takes_z_to_x():
    matrix = quaternion.to_matrix([0, np.sqrt(0.5), 0, np.sqrt(0.5)])
    np.testing.assert_allclose(matrix @ [0, 0, 1], [1, 0, 0], atol=1e-12)


def test_without_jumps_turns_no_rotation_and_every_step_is_the_short_way(quaternions):
    smooth = quaternion.without_jumps(quaternions)
    np.testing.assert_allclose(
        quaternion.to_matrix(smooth), quaternion.to_matrix(quaternions), atol=1e-12
    )
    assert ((smooth[1:] * smooth[:-1]).sum(axis=-1) >= 0).all()


def test_slerp_turns_evenly_and_the_short_way():
    def about_z(degrees):
        half = np.radians(degrees) / 2
        return np.array([0, 0, np.sin(half), np.cos(half)])

    for start, end in ((0, 90), (350, 10), (5, 5)):
        for share in (0, 0.25, 1):
            turn = (end - start + 180) % 360 - 180
            found = quaternion.slerp(about_z(start), about_z(end), share)
            expected = about_z(start + share * turn)
            assert abs(found @ expected) == pytest.approx(1)
