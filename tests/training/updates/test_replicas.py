import numpy as np
import pytest
import tensorflow as tf

from posenet3d.platform import randomness
from posenet3d.training.updates import replicas


def test_one_device_has_the_seed_and_all_rows():
    seed = tf.constant([3, 4])
    assert replicas.in_sync() == 1
    assert replicas.seed_of_rows(seed, 8) is seed
    rows = tf.range(8)
    assert replicas.rows(rows) is rows


@pytest.fixture(scope="module")
def one_replica():
    """A strategy of one replica, in which code is that of a replica."""
    return tf.distribute.OneDeviceStrategy("CPU:0")


def test_means_pass_over_what_is_not_there(one_replica):
    first, second, third = one_replica.run(
        lambda: replicas.mean([tf.constant([1.0, 2.0]), None, tf.constant(3.0)])
    )
    np.testing.assert_array_equal(first, [1.0, 2.0])
    assert second is None
    assert float(third) == 3.0


def test_outside_of_replicas_seeds_are_those_of_one_device(one_replica):
    with one_replica.scope():
        assert not isinstance(replicas.seed_of_rows(tf.constant([3, 4]), 8), randomness.RowsSeed)
