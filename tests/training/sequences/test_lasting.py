import numpy as np
import pytest
import tensorflow as tf

from posenet3d.training.sequences.lasting import Lasting

FRAMES = 24


@pytest.fixture(scope="module")
def drawn():
    return Lasting(FRAMES).normal(3000, (2,), tf.constant([1, 2])).numpy()


def test_numbers_are_normal_whatever_lasts(drawn):
    assert drawn.shape == (3000, FRAMES, 2)
    assert abs(drawn.mean()) < 0.02
    np.testing.assert_allclose(drawn.std(axis=0), 1, atol=0.06)


def test_some_windows_last_and_others_do_not(drawn):
    alike = (drawn[:, 1:] * drawn[:, :-1]).mean(axis=(1, 2))
    assert np.quantile(alike, 0.1) < 0.2  # each frame for itself
    assert np.quantile(alike, 0.9) > 0.7


def test_what_happens_has_its_share_and_comes_in_runs():
    share = tf.constant(np.full((2000, 1, 1), 0.2, np.float32))
    happens = Lasting(FRAMES).happens(2000, (1,), share, tf.constant([3, 4])).numpy()[..., 0]
    assert abs(happens.mean() - 0.2) < 0.02
    again = happens[:, 1:][happens[:, :-1]].mean()  # after a frame in which it happens
    assert again > 0.4
    never = Lasting(FRAMES).happens(50, (1,), 0.0 * share[:50], tf.constant([3, 4]))
    assert not never.numpy().any()


def test_the_same_seed_draws_the_same():
    lasting = Lasting(FRAMES)
    first, again, other = (lasting.normal(4, (3,), tf.constant([0, n])).numpy() for n in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
