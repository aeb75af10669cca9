import numpy as np
import pytest

from posenet3d.evaluation.metrics import jitter

FRAMES = np.arange(6.0)[:, None, None]
STILL = np.zeros((6, 1, 1)) + np.arange(51.0).reshape(17, 3)
AWAY = (np.arange(17) > 0)[:, None] * np.array([3.0, 0.0, 4.0])  # all joints but the root, 5 mm


def test_true_motion_has_no_error():
    assert jitter.mpjve(STILL, STILL).tolist() == [0] * 5
    assert jitter.acceleration_error(STILL, STILL).tolist() == [0] * 4


def test_velocity_error_counts_mm_a_frame():
    drifting = STILL + FRAMES * AWAY
    np.testing.assert_allclose(jitter.mpjve(drifting, STILL), 5 * 16 / 17)
    np.testing.assert_allclose(jitter.acceleration_error(drifting, STILL), 0, atol=1e-9)


def test_acceleration_counts_mm_a_frame_squared():
    faster = STILL + FRAMES**2 / 2 * AWAY
    np.testing.assert_allclose(jitter.acceleration_error(faster, STILL), 5 * 16 / 17)
    np.testing.assert_allclose(jitter.acceleration(faster), 5 * 16 / 17)


def test_poses_that_are_wrong_alike_are_calm():
    wrong = STILL + AWAY
    np.testing.assert_allclose(jitter.mpjve(wrong, STILL), 0, atol=1e-9)


def test_where_the_persons_go_does_not_matter():
    walking = STILL + FRAMES**2 * [100.0, 0.0, 0.0]
    np.testing.assert_allclose(jitter.mpjve(walking, STILL), 0, atol=1e-9)
    np.testing.assert_allclose(jitter.acceleration(walking), 0, atol=1e-9)


def test_a_sequence_gets_one_size():
    true = STILL - STILL[:, :1]
    sizes = np.array([0.9, 1.1, 0.9, 1.1, 0.9, 1.1])[:, None, None]
    matched = jitter.match_sequence_size(0.001 * sizes * true, true)
    factors = matched[:, 1:] / true[:, 1:]
    np.testing.assert_allclose(factors / sizes, factors[0, 0, 0] / sizes[0, 0, 0])
    assert np.abs(matched - true).sum() <= np.abs(sizes * true - true).sum()
    assert jitter.mpjve(matched, true).min() > 0.0  # the flicker is still there
    np.testing.assert_allclose(jitter.match_sequence_size(7 * true, true), true)


def test_a_pose_without_size_stays_a_point():
    assert (jitter.match_sequence_size(0 * STILL, STILL) == 0).all()


@pytest.mark.parametrize(
    "metric", [jitter.mpjve, jitter.acceleration_error, jitter.match_sequence_size]
)
def test_frames_must_belong_together(metric):
    with pytest.raises(ValueError, match="same shape"):
        metric(STILL, STILL[1:])
