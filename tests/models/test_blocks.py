import gc
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.models.blocks import ACTIVATIONS, NORMALISATIONS, DenseUnit, ResidualTrunk
from posenet3d.platform.randomness import RowsSeed, seeding_layers

FEATURES = tf.random.stateless_normal([64, 6], [1, 2]) + 1.0
ONES = tf.ones([64, 100])
UNITS = [DenseUnit(100, dropout=0.3) for _ in range(2)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_unit_has_the_width_asked_for(activation, normalisation):
    assert DenseUnit(5, activation, normalisation)(FEATURES).shape == (64, 5)


def test_activation_comes_last():
    assert np.min(DenseUnit(5, "relu", "batch")(FEATURES, training=True)) == 0


def test_layer_normalisation_acts_on_each_row():
    unit = DenseUnit(500, "relu", "layer")
    np.testing.assert_allclose(unit(1e3 * FEATURES), unit(1e2 * FEATURES), atol=0.01)


def test_batch_statistics_are_those_of_training():
    unit = DenseUnit(5, "leaky_relu", "batch")
    before = unit(FEATURES)
    trained = unit(FEATURES, training=True)
    assert np.abs(trained - before).max() > 0.1
    np.testing.assert_allclose(np.mean(trained, axis=0), np.mean(trained), atol=0.3)
    assert np.abs(unit(FEATURES) - before).max() > 1e-4  # the running statistics have moved


def test_dropout_acts_in_training_alone():
    unit = DenseUnit(500, "relu", dropout=0.5)
    np.testing.assert_array_equal(unit(FEATURES), unit(FEATURES))
    active = np.mean(unit(FEATURES) > 0)
    kept = np.mean(unit(FEATURES, training=True) > 0)
    assert kept == pytest.approx(active / 2, rel=0.1)


def test_block_adds_to_what_comes_in():
    trunk = ResidualTrunk(5, num_blocks=2)
    trunk(FEATURES)
    for weight in trunk.weights[2:]:
        weight.assign(tf.zeros_like(weight))
    np.testing.assert_array_equal(trunk(FEATURES), trunk.widen(FEATURES))


def test_number_of_layers():
    trunk = ResidualTrunk(5, num_blocks=3)
    trunk.build((None, 6))
    assert len(trunk.weights) == 2 * (1 + 3 * 2)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_no_activation_keeps_the_graphs_it_was_used_in(activation):
    unit = DenseUnit(5, activation=activation)
    unit(FEATURES)  # makes its weights

    @tf.function(autograph=False)
    def slope(features):
        return tf.gradients(unit(features), features)

    graph = weakref.ref(slope.get_concrete_function(tf.constant(FEATURES)).graph)
    del slope
    gc.collect()
    assert graph() is None


def test_silu_is_that_of_tensorflow():
    found, expected = (f(tf.constant(FEATURES)) for f in (ACTIVATIONS["silu"], tf.nn.silu))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("make", [lambda s: DenseUnit(5, **s), lambda s: ResidualTrunk(5, 1, **s)])
def test_config_round_trip(make):
    settings = {"activation": "silu", "normalisation": "batch", "dropout": 0.25}
    layer = make(settings)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.get_config() == layer.get_config()
    assert settings.items() <= again.get_config().items()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"activation": "tanhh"}, r"activation must be one of \['relu', .* got 'tanhh'"),
        ({"normalisation": "group"}, r"normalisation must be one of \['none', .* got 'group'"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        ({"dropout": -0.1}, "got -0.1"),
        ({"dropout": float("nan")}, "got nan"),
        ({"width": 0}, "width must be positive .* got 0 and 1"),
        ({"num_blocks": -1}, "num_blocks not negative, got 5 and -1"),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        ResidualTrunk(**{"width": 5, "num_blocks": 1} | settings)


def dropped(seed):
    """Which features each of two units drops."""
    found = []
    with seeding_layers(lambda: seed):
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
    with seeding_layers(lambda: seed):
        return UNITS[0].drop(ONES, training=True)


def test_kept_features_are_scaled_up_and_nothing_is_dropped_outside_of_training():
    with seeding_layers(lambda: [1, 2]):
        values = np.unique(UNITS[0].drop(ONES, training=True))
        np.testing.assert_allclose(values, [0.0, 1.0 / 0.7], rtol=1e-6)
        assert np.array_equal(UNITS[0].drop(ONES, training=False), ONES)
    assert (UNITS[0].drop(ONES, training=True).numpy() == 0).any()  # Keras's own numbers


def test_replicas_drop_what_one_device_drops_in_their_rows():
    whole = _drop([1, 2]).numpy()
    for replica in range(2):
        seed = RowsSeed(tf.constant([1, 2]), replica, 2, 32)
        with seeding_layers(lambda seed=seed: seed):
            part = UNITS[0].drop(ONES[:32], training=True).numpy()
        np.testing.assert_array_equal(part, whole[32 * replica : 32 * (replica + 1)])
