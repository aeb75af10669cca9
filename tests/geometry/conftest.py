"""What every function of the geometry must keep."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from tests.fixtures.processes import forked_calls


def in_dataset(function):
    def call(*tensors):
        dataset = tf.data.Dataset.from_tensors(tensors).map(function)
        return dataset.get_single_element()

    return call


MODES = {
    "eager": lambda function: function,
    "tf.function": tf.function,
    "XLA": lambda function: functools.partial(forked_calls.by_xla, function),
    "Dataset.map": in_dataset,
}


@pytest.fixture(scope="session")
def assert_runs_alike():
    """Checks that a function gives the same numbers in every mode and for any leading dimensions.

    Each array has two leading dimensions; what the function makes of them one by one is expected.
    The function is one that `pickle` knows by its name.
    """

    def check(function, *arrays):
        tensors = [tf.constant(array, tf.float32) for array in arrays]
        shape = arrays[0].shape[:2]
        singles = [function(*(t[index] for t in tensors)) for index in np.ndindex(shape)]
        for name, mode in MODES.items():
            results = tf.nest.flatten(mode(function)(*tensors))
            for i, result in enumerate(results):
                expected = np.stack([tf.nest.flatten(single)[i] for single in singles])
                expected = expected.reshape(*shape, *expected.shape[1:])
                np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5, err_msg=name)

    return check


@pytest.fixture(scope="session")
def gradients_of():
    """Gradients of the sum of what a function returns, as numpy arrays."""

    def compute(function, *arrays):
        tensors = [tf.constant(array, tf.float32) for array in arrays]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            total = tf.add_n([tf.reduce_sum(r) for r in tf.nest.flatten(function(*tensors))])
        return [np.array(gradient) for gradient in tape.gradient(total, tensors)]

    return compute


@pytest.fixture(scope="session")
def body():
    """Makes root-relative 3D poses `[*leading, 17, 3]` of about the size 1."""

    def make(*leading, seed=0):
        points = np.random.default_rng(seed).normal(scale=0.7, size=(*leading, 17, 3))
        return (points - points[..., :1, :]).astype(np.float32)

    return make
