import gc
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.errors import ConfigError
from posenet3d.platform import stack
from posenet3d.training import OptimizerConfig
from posenet3d.training.settings.optimizer_names import addons_names, keras_names
from posenet3d.training.settings.student_settings import StudentConfig
from posenet3d.training.updates.optimizers import (
    current_learning_rate,
    make_optimizers,
    make_student_optimizer,
)

NAMES = [
    *keras_names(),
    *(pytest.param(name, marks=pytest.mark.addons) for name in addons_names()),
]
GRADIENTS = [np.full((3, 2), 0.5, np.float32), np.full(2, -2.0, np.float32)]


class Trained:
    """Two variables and an optimizer that moves them."""

    def __init__(self, optimizer):
        self.variables = [
            keras.Variable(v) if stack.KERAS_3 else tf.Variable(v)
            for v in (np.ones((3, 2), np.float32), np.ones(2, np.float32))
        ]
        self.optimizer = optimizer
        stack.build_optimizer(optimizer, self.variables)
        self._step = tf.function(self._move)

    def _move(self):
        self.optimizer.apply_gradients(
            [(tf.constant(g), v) for g, v in zip(GRADIENTS, self.variables, strict=True)]
        )

    def go(self, steps):
        for _ in range(steps):
            self._step()
        return np.concatenate([np.ravel(v) for v in self.variables])

    @property
    def graph(self):
        return self._step.get_concrete_function().graph

    @property
    def state(self):
        return [*self.variables, *stack.optimizer_variables(self.optimizer)]


@pytest.fixture
def made(small_config):
    """The lifter's optimizer at work, with these settings."""

    def made(name, **settings):
        settings = {"schedule": "constant", "learning_rate": 0.01} | settings
        # Longer than the tests: at the end of a schedule the rate is 0, which some refuse.
        config = small_config(steps=8, optimizer=OptimizerConfig(name=name, **settings))
        return Trained(make_optimizers(config)[0])

    return made


@pytest.mark.parametrize("name", NAMES)
def test_every_optimizer_goes_against_the_gradient(made, name):
    trained = made(name)
    before = trained.go(1)  # ftrl's first step forgets where it starts from
    moved = trained.go(3) - before
    assert (moved[:6] < 0).all()
    assert (moved[6:] > 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_every_optimizer_goes_on_exactly_from_its_variables(made, name):
    settings = {"schedule": "cosine", "learning_rate": 0.1}
    whole = made(name, **settings)
    whole.go(3)
    saved = [v.numpy() for v in whole.state]
    expected = whole.go(4)
    resumed = made(name, **settings)
    for variable, value in zip(resumed.state, saved, strict=True):
        variable.assign(value)
    np.testing.assert_array_equal(resumed.go(4), expected)


@pytest.mark.parametrize("name", NAMES)
def test_learning_rate_is_the_settings(made, name):
    assert current_learning_rate(made(name).optimizer) == pytest.approx(0.01)


@pytest.mark.parametrize("name", ["adam", "lion"])
def test_moments_decay_as_the_settings_say(made, name):
    assert made(name, beta_1=0.25).optimizer.beta_1 == 0.25


@pytest.mark.current_stack("the other has another Adam")
def test_adam_in_one_operation_moves_as_keras_does(made):
    fused = made("adam", schedule="cosine", learning_rate=0.1)
    plain = Trained(keras.optimizers.Adam.from_config(fused.optimizer.get_config()))
    np.testing.assert_allclose(fused.go(5), plain.go(5), rtol=1e-5)
    for own, kept in zip(fused.state, plain.state, strict=True):
        assert own.shape == kept.shape  # a checkpoint of either is one of the other
        np.testing.assert_allclose(own, kept, rtol=1e-4)
    operations = {op.type for op in fused.graph.get_operations()}
    assert "ResourceApplyAdam" in operations
    assert "ResourceApplyAdam" not in {op.type for op in plain.graph.get_operations()}


@pytest.mark.current_stack("the other has another Adam")
def test_a_graph_that_adam_was_traced_in_goes_with_its_optimizer(made):
    trained = made("adam")
    trained.go(1)
    graph = weakref.ref(trained.graph)
    del trained
    gc.collect()
    assert graph() is None


@pytest.mark.current_stack("the other has another Adam")
def test_adam_of_sparse_gradients_is_left_to_keras(made):
    trained = made("adam")
    rows = tf.IndexedSlices(tf.ones([1, 2]), tf.constant([1]), tf.constant([3, 2]))
    trained.optimizer.apply_gradients([(rows, trained.variables[0])])
    moved = np.asarray(trained.variables[0]) < 1.0
    np.testing.assert_array_equal(moved, [[False] * 2, [True] * 2, [False] * 2])


def test_weight_decay_pulls_weights_to_zero(made):
    assert (made("adamw", weight_decay=0.5).go(5) < made("adamw", weight_decay=0.0).go(5)).all()


def test_momentum_gathers_speed(made):
    slow, fast = (made("sgd", momentum=momentum).go(10) for momentum in (0.0, 0.9))
    assert (abs(fast - 1.0) > 2 * abs(slow - 1.0)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "adma"}, r"one of adadelta, .*adam, .*addons/AdaBelief.*; got 'adma'"),
        ({"name": ""}, "got ''"),
        ({"name": "Adam"}, "got 'Adam'"),
        ({"name": "addons/Adam"}, "one of addons/AdaBelief, .* got addons/Adam"),
        ({"name": "adam", "momentum": 0.9}, "optimizer_momentum must be auto: .* adam has none"),
        ({"name": "adam", "weight_decay": -1.0}, "optimizer_weight_decay must lie between"),
        ({"name": "sgd", "momentum": 1.5}, "optimizer_momentum must lie between"),
    ],
)
def test_what_cannot_be_is_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        OptimizerConfig(**settings)


@pytest.mark.current_stack("Addons can be imported on the other")
def test_without_addons_the_message_says_what_to_install():
    with pytest.raises(ConfigError, match=r"Python 3.11 .*'posenet3d\[addons\]'.*this is Tensor"):
        OptimizerConfig(name="addons/Lookahead")


@pytest.mark.addons
def test_wrappers_of_addons_wrap_adam_with_the_settings_moments(made):
    inner = made("addons/Lookahead", beta_1=0.25).optimizer._optimizer
    assert isinstance(inner, keras.optimizers.legacy.Adam)
    assert float(inner._get_hyper("beta_1")) == 0.25


@pytest.mark.addons
@pytest.mark.parametrize("name", ["addons/SWA", "addons/MovingAverage"])
def test_average_that_the_optimizer_keeps_is_the_kept_lifter(make_trainer, fit, name):
    trainer = make_trainer(optimizer=OptimizerConfig(name=name, average_decay=0.5), steps=8)
    fit(trainer, steps=8)  # of which the last quarter is averaged
    kernel = trainer.lifter.head.kernel
    kept = trainer.averaged_lifter.head.kernel.numpy()
    np.testing.assert_array_equal(kept, trainer.optimizer.get_slot(kernel, "average").numpy())
    assert not np.array_equal(kept, kernel.numpy())


def test_student_has_the_same_kind_with_its_own_rate(small_config):
    config = small_config(
        optimizer=OptimizerConfig(name="lion", beta_1=0.25), student=StudentConfig(steps=8)
    )
    optimizer = make_student_optimizer(config, config.student)
    assert isinstance(optimizer, keras.optimizers.Lion)
    assert optimizer.beta_1 == keras.optimizers.Lion().beta_1
    assert current_learning_rate(optimizer) == pytest.approx(config.student.learning_rate)
