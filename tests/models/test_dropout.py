import numpy as np
import tensorflow as tf

from posenet3d.models.blocks import DenseUnit
from posenet3d.models.dropout import seeded_dropout
from posenet3d.platform.randomness import RowsSeed

ONES = tf.ones([64, 100])
UNITS = [DenseUnit(100, dropout=0.3) for _ in range(2)]


def dropped(seed):
    """Which features each of two units drops."""
    found = []
    with seeded_dropout(lambda: seed):
        for unit in UNITS:
            unit.drop(ONES, training=True)
        for unit in UNITS:
            found.append(unit.drop(ONES, training=True).numpy() == 0)
    return found


def test_the_seed_alone_says_what_is_dropped():
    first, second = dropped([1, 2])
    assert abs(first.mean() - 0.3) < 0.03
    assert (first != second).mean() > 0.3  # each call has numbers of its own
    assert np.array_equal(dropped([1, 2]), [first, second])
    assert not np.array_equal(dropped([1, 3]), [first, second])


def test_a_graph_drops_what_eager_layers_drop():
    compiled = tf.function(lambda seed: tf.stack([_drop(seed)]))
    assert np.array_equal(compiled(tf.constant([5, 6]))[0] == 0, _drop([5, 6]) == 0)


def _drop(seed):
    with seeded_dropout(lambda: seed):
        return UNITS[0].drop(ONES, training=True)


def test_kept_features_are_scaled_up_and_nothing_is_dropped_outside_of_training():
    with seeded_dropout(lambda: [1, 2]):
        values = np.unique(UNITS[0].drop(ONES, training=True))
        np.testing.assert_allclose(values, [0.0, 1.0 / 0.7], rtol=1e-6)
        assert np.array_equal(UNITS[0].drop(ONES, training=False), ONES)
    assert (UNITS[0].drop(ONES, training=True).numpy() == 0).any()  # Keras's own numbers


def test_replicas_drop_what_one_device_drops_in_their_rows():
    whole = _drop([1, 2]).numpy()
    for replica in range(2):
        seed = RowsSeed(tf.constant([1, 2]), replica, 2, 32)
        with seeded_dropout(lambda seed=seed: seed):
            part = UNITS[0].drop(ONES[:32], training=True).numpy()
        np.testing.assert_array_equal(part, whole[32 * replica : 32 * (replica + 1)])
