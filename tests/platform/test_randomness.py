import math

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.platform import randomness
from tests.fixtures.processes import forked_calls

SEED = [3, 4]


def uniform(seed):
    return randomness.uniform([1001, 3], seed, -2.0, 3.0)


def normal(seed):
    return randomness.normal([1001, 3], seed)


def fold_in(seed):
    return randomness.fold_in(seed, 7)


def split(seed):
    return tf.stack(randomness.split(seed, 3))


DRAWS = {draw.__name__: draw for draw in (uniform, normal, fold_in, split)}


@pytest.fixture(params=DRAWS)
def draw(request):
    return DRAWS[request.param]


def in_graph(function, seed, jit_compile):
    """What a function of a seed gives in a graph, or compiled by XLA."""
    return forked_calls.by_xla(function, seed) if jit_compile else tf.function(function)(seed)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_numbers_are_the_eager_ones(draw, jit_compile):
    compiled = in_graph(draw, tf.constant(SEED), jit_compile)
    np.testing.assert_allclose(compiled, draw(SEED), rtol=1e-5, atol=1e-5)


def test_numbers_in_tf_data_are_the_eager_ones(draw):
    in_pipeline = next(iter(tf.data.Dataset.from_tensors(tf.constant(SEED)).map(draw)))
    np.testing.assert_allclose(in_pipeline, draw(SEED), rtol=1e-5, atol=1e-5)


def of_philox(seed):
    folded = randomness.fold_in(seed, 7)
    return folded, tf.stack(randomness.split(folded, 3)), randomness.uniform([3, 5], folded)


@pytest.mark.parametrize("seed", [SEED, [0, 0], [-5, 7], [2**31 - 1, -(2**31)]])
@pytest.mark.parametrize("jit_compile", [False, True])
def test_numbers_are_those_of_tensorflows_philox(seed, jit_compile):
    """A run that was begun by them goes on with them."""
    folded = tf.random.experimental.stateless_fold_in(tf.constant(seed), 7, alg="philox")
    parts = tf.random.experimental.stateless_split(folded, 3, alg="philox")
    bits = tf.random.stateless_uniform([3, 5], folded, None, None, tf.int32, alg="philox")
    fractions = (bits.numpy() & 0xFFFFFF) / 2**24
    drawn = in_graph(of_philox, tf.constant(seed), jit_compile)
    for own, expected in zip(drawn, (folded, parts, fractions), strict=True):
        np.testing.assert_array_equal(own, expected)


def test_another_seed_gives_other_numbers(draw):
    assert np.abs(np.array(draw([3, 5])) - np.array(draw(SEED))).max() > 0.1


def test_uniform_numbers_fill_their_range_evenly():
    numbers = randomness.uniform([100_000], SEED, -2.0, 3.0).numpy()
    assert numbers.min() >= -2.0
    assert numbers.max() < 3.0
    counts, _ = np.histogram(numbers, bins=10, range=(-2, 3))
    np.testing.assert_allclose(counts, 10_000, atol=400)  # 4 standard deviations


def test_normal_numbers_have_the_moments_of_the_normal_distribution():
    numbers = randomness.normal([100_000], SEED).numpy()
    np.testing.assert_allclose([numbers.mean(), numbers.std()], [0, 1], atol=0.02)
    np.testing.assert_allclose((numbers**4).mean(), 3, atol=0.15)
    inside = 0.5 * (1 + math.erf(1 / math.sqrt(2))) * 2 - 1
    np.testing.assert_allclose((np.abs(numbers) < 1).mean(), inside, atol=0.01)


def rows_of_replicas(draw, replicas, first):
    """What each replica draws."""
    seed = tf.constant([5, 6])
    return [draw(randomness.RowsSeed(seed, number, replicas, first)) for number in range(replicas)]


@pytest.mark.parametrize("replicas", [1, 2, 4])
def test_replicas_together_draw_what_one_device_draws(replicas):
    def draw(seed, rows):
        first, second = randomness.split(randomness.fold_in(seed, 7), 2)
        return tf.concat(
            [randomness.normal([rows, 3], first), randomness.uniform([rows, 2], second, -1.0)], 1
        )

    whole = draw(tf.constant([5, 6]), 8)
    parts = rows_of_replicas(lambda seed: draw(seed, 8 // replicas), replicas, 8 // replicas)
    # Cosines of few numbers and of many may differ in their last bit.
    np.testing.assert_allclose(tf.concat(parts, axis=0), whole, rtol=1e-5, atol=1e-6)


def test_each_replica_has_its_rows_of_either_section():
    """12 rows of which 8 come first: a replica has 4 of these and 2 of the others."""
    whole = randomness.uniform([12, 1], tf.constant([5, 6])).numpy()
    shape = tf.shape(tf.zeros([6, 1]))  # as code in a graph gives it
    parts = rows_of_replicas(lambda seed: randomness.uniform(shape, seed), 2, 4)
    np.testing.assert_array_equal(parts[0], whole[[0, 1, 2, 3, 8, 9]])
    np.testing.assert_array_equal(parts[1], whole[[4, 5, 6, 7, 10, 11]])


def test_fewer_rows_than_the_first_section_are_of_that_alone():
    whole = randomness.uniform([4], tf.constant([5, 6])).numpy()
    parts = rows_of_replicas(lambda seed: randomness.uniform([2], seed), 2, 4)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
