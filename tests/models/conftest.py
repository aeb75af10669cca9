"""What every network must keep, and small ones to check it on."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.models import Lifter, PoseEstimator
from posenet3d.skeletons.skeleton import H36M_17
from tests.fixtures.processes import forked_calls


class Guarantees:
    """Checks of a network on a batch of its inputs.

    Args:
      make: Makes the network; called anew where a check needs a second one.
      inputs: Arguments of a call: tensors whose first axis is the batch.
      folder: For files.
    """

    def __init__(self, make, inputs, folder):
        self.make = make
        self.inputs = inputs
        self.folder = folder

    def config_round_trip(self):
        network = self.make()
        config = keras.saving.serialize_keras_object(network)
        again = keras.saving.deserialize_keras_object(config)
        assert type(again) is type(network)
        assert keras.saving.serialize_keras_object(again) == config
        again(*self.inputs)
        network(*self.inputs)
        assert [w.shape for w in again.weights] == [w.shape for w in network.weights]

    def saving_keeps_outputs(self):
        network = self._used()
        network.save(self.folder / "network.keras")
        again = keras.saving.load_model(self.folder / "network.keras")
        assert_alike(self._outputs(again), self._outputs(network))

    def weights_file_keeps_outputs(self):
        network, again = self._used(), self.make()
        network.save_weights(self.folder / "network.weights.h5")
        again(*self.inputs)
        again.load_weights(self.folder / "network.weights.h5")
        assert_alike(self._outputs(again), self._outputs(network))

    def mixed_precision_gives_float32(self):
        exact = self._used()
        try:
            keras.mixed_precision.set_global_policy("mixed_bfloat16")
            mixed = self.make()
            mixed(*self.inputs)
            mixed.set_weights(exact.get_weights())
            outputs = self._outputs(mixed)
        finally:
            keras.mixed_precision.set_global_policy("float32")
        for output, expected in zip(outputs, self._outputs(exact), strict=True):
            assert output.dtype == tf.float32
            np.testing.assert_allclose(output, expected, atol=0.05 * np.abs(expected).max())

    def gradient_reaches_every_weight(self):
        network = self._used()
        with tf.GradientTape() as tape:
            outputs = self._outputs(network, training=True)
            loss = tf.add_n([tf.reduce_sum(tf.square(output - 1.0)) for output in outputs])
        gradients = tape.gradient(loss, network.trainable_weights)
        for weight, gradient in zip(network.trainable_weights, gradients, strict=True):
            assert gradient is not None, weight.name
            assert np.isfinite(gradient).all(), weight.name
            assert np.any(gradient), weight.name

    def poses_are_independent(self):
        network = self._used()
        first = network(*tf.nest.map_structure(lambda array: array[:1], self.inputs))
        of_all = [output[:1] for output in self._outputs(network)]
        assert_alike(tensors(first), of_all, rtol=1e-4, atol=1e-5)

    def compiled_gives_the_same(self):
        network = self._used()
        compiled = forked_calls.by_xla(network, *self.inputs)
        assert_alike(tensors(compiled), self._outputs(network), rtol=1e-3, atol=1e-3)

    def _outputs(self, network, **settings):
        return tensors(network(*self.inputs, **settings))

    def _used(self):
        """A network whose weights and batch statistics are not those it began with."""
        network = self.make()
        network(*self.inputs, training=True)
        rng = np.random.default_rng(0)
        for weight in network.trainable_weights:
            weight.assign_add(rng.normal(scale=0.1, size=weight.shape))
        return network


def tensors(outputs):
    """The tensors of what a network returns: one, or a structure that may have gaps."""
    return [output for output in tf.nest.flatten(outputs) if output is not None]


def assert_alike(actual, expected, rtol=0.0, atol=0.0):
    assert expected
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


CHECKS = [name for name in vars(Guarantees) if not name.startswith("_")]


@pytest.fixture(params=CHECKS)
def keeps(request, tmp_path):
    """Runs one check a test on the network that `make` makes."""

    def keeps(make, *inputs):
        getattr(Guarantees(make, inputs, tmp_path), request.param)()

    return keeps


@pytest.fixture(scope="session")
def normalised_2d():
    """Eight random poses of the size that networks see."""
    points = np.random.default_rng(0).normal(scale=0.1, size=(8, 17, 2))
    return tf.constant(points - points[:, :1], tf.float32)


@pytest.fixture(scope="session")
def make_estimator(people):
    """A small estimator that gives every pose other depths; keyword arguments as its own."""

    def make(**settings):
        keras.utils.set_random_seed(0)
        lifter = Lifter(width=16, num_blocks=1, normalisation="layer")
        estimator = PoseEstimator(lifter, people.skeleton, **settings)
        lifter.head.kernel.assign_add(
            np.random.default_rng(0).normal(scale=0.1, size=lifter.head.kernel.shape)
        )
        estimator.gap_filler.adapt(people.keypoints_2d)
        return estimator

    return make


@pytest.fixture(scope="session")
def estimator(make_estimator):
    """A small estimator; do not change it."""
    return make_estimator()


@pytest.fixture(scope="session")
def pixels(people):
    """Ten poses of ten people."""
    return people.keypoints_2d[::48]


@pytest.fixture(scope="session")
def make_completing(people):
    """A small estimator that mends 2D poses and says their elevation, about 8 degrees."""

    def make(estimates_error=False, **settings):
        lifter = Lifter(
            width=16, num_blocks=1, normalisation="layer", completes=True, elevation=8.0,
            estimates_error=estimates_error,
        )  # fmt: skip
        estimator = PoseEstimator(lifter, people.skeleton, **settings)
        rng = np.random.default_rng(0)
        for head in (lifter.head, lifter.correction_head, lifter.elevation_head):
            head.kernel.assign(rng.normal(scale=0.1, size=head.kernel.shape))
        if estimates_error:
            error_kernel = lifter.error_head.kernel
            error_kernel.assign(rng.normal(scale=0.1, size=error_kernel.shape))
        estimator.gap_filler.adapt(people.keypoints_2d)
        return estimator

    return make


@pytest.fixture
def confidence(pixels):
    """Of the ten poses: a third is missing some joints."""
    confidence = np.ones(pixels.shape[:2], np.float32)
    confidence[::3, H36M_17.index("left_wrist")] = 0
    confidence[3, :6] = 0
    return confidence
