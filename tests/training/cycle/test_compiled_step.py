"""The compiled step: all of it is on the device, and nothing goes back to the host in between."""

import dataclasses
import functools
import re
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import GeometricSelfSupervision, LossConfig, OptimizerConfig, ViewConfig
from posenet3d.training.build import training_data
from posenet3d.training.cycle import trainer
from posenet3d.training.cycle.random_views import new_views
from posenet3d.training.settings.config import AugmentConfig, LifterConfig
from posenet3d.training.updates.optimizers import make_optimizers
from tests.fixtures.processes import forked_calls

# What HLO has for talking to the host, and the calls of the host's code that XLA makes on CPUs.
HOST_OPERATIONS = {
    "infeed", "outfeed", "send", "send-done", "recv", "recv-done",
    "async-start", "copy-start", "custom-call",
}  # fmt: skip
INSTRUCTION = re.compile(r"\s([a-z][a-z0-9-]*)\(.*?op_name=\"([^\"]*)\"")


# What needs no discriminator is compiled without one, which takes less time.
LITTLE = LossConfig(adversarial=0.0)


def trainer_of(config):
    """A trainer with these settings, as the fixture `make_trainer` makes it."""
    keras.utils.set_random_seed(config.seed)
    trainer = GeometricSelfSupervision(config, H36M_17, [1.0] * 16)
    trainer.compile(*make_optimizers(config), jit_compile=config.jit_compile)
    return trainer


def step_of(config, views=new_views, stages=("hlo",)):
    """The training step as XLA has it, text by stage; raises where it cannot be compiled.

    Args:
      config: Settings of the trainer.
      views: The function that draws the random views.
      stages: How far XLA goes.
    """
    model = trainer_of(config)
    step = tf.function(
        lambda poses: model.train_step({"keypoints_2d": poses}), jit_compile=True
    )  # fmt: skip
    with mock.patch.object(trainer.random_views, "new_views", views):
        text = step.experimental_get_compiler_ir(tf.fill([32, 17, 2], 0.1))
        return {stage: text(stage=stage) for stage in stages}


def compiled(*args):
    """What `step_of` gives in the process that XLA compiles in; of one stage the text alone."""
    texts = forked_calls.call(step_of, *args)
    return texts["hlo"] if len(texts) == 1 else texts


@pytest.fixture(scope="module")
def usual_step(small_config):
    """The compiled step of a trainer with few settings."""
    return compiled(small_config(), new_views, ("hlo", "optimized_hlo"))


def operations(text, scope=""):
    """The kinds of instructions of a part of the step."""
    return {kind for kind, name in INSTRUCTION.findall(text) if f"{scope}/" in f"/{name}"}


def check_on_device(text):
    """Random views, rotation and projection are computed there, and nothing comes from the host."""
    assert {"rng-bit-generator", "cosine", "sine"} <= operations(text, "random_views")
    assert {"multiply", "reduce"} <= operations(text, "rotation")
    assert {"maximum", "divide"} <= operations(text, "projection")
    assert not set(re.findall(r"\s([a-z][a-z0-9-]*)\(", text)) & HOST_OPERATIONS
    assert "callback" not in text


def test_views_rotation_and_projection_are_compiled_and_nothing_leaves_the_device(usual_step):
    check_on_device(usual_step["hlo"])


def test_optimised_for_the_device_it_still_asks_the_host_for_nothing(usual_step):
    text = usual_step["optimized_hlo"]
    assert {"cosine", "sine"} <= operations(text, "random_views")  # the generator is plain code now
    assert not set(re.findall(r"\s([a-z][a-z0-9-]*)\(", text)) & (HOST_OPERATIONS - {"custom-call"})
    assert "callback" not in text


def test_a_step_with_everything_on_stays_on_the_device(small_config):
    config = small_config(
        mixed_precision="float16",
        lifter=LifterConfig(width=16, num_blocks=1, completes=True),
        augment=AugmentConfig(hide=0.4, noise=0.05, swap=0.1),
        view=ViewConfig(kind="learned", ramp=0.5),
        loss=LossConfig(adversarial_kind="wgan_gp", adversarial_noise=0.02),
        optimizer=OptimizerConfig(discriminator_every=2, clip_norm=1.0),
    )
    check_on_device(compiled(config))


def views_by_python(*args):
    """Random views that go through Python."""
    views, elevation = new_views(*args)
    return tf.ensure_shape(tf.py_function(lambda v: v, [views], tf.float32), views.shape), elevation


def test_a_call_of_python_in_the_step_is_noticed(small_config):
    with pytest.raises(ValueError, match="EagerPyFunc"):
        compiled(small_config(loss=LITTLE), views_by_python)


def views_from_elsewhere(host, config, lifted, seed, turned):
    """Random views that are not of the seed."""
    shape = [32, 3, 3]
    views = np.random.normal(size=shape) if host else tf.random.normal(shape)
    return tf.cast(tf.math.sin(tf.math.cos(views)), tf.float32), None


@pytest.mark.parametrize("host", [True, False])
def test_random_numbers_from_elsewhere_are_noticed(small_config, host):
    """Drawn on the host they would be the same at every step; by tf.random, not of the seed."""
    spoiled = functools.partial(views_from_elsewhere, host)
    text = compiled(small_config(loss=LITTLE), spoiled)
    with pytest.raises(AssertionError, match="rng-bit-generator"):
        check_on_device(text)


def fitted(config, run_data, steps):
    """A trainer after some steps, with its losses in the last of them."""
    trainer = trainer_of(config)
    batches = training_data(dataclasses.replace(config, seed=0), run_data, 0)
    history = trainer.fit(batches, steps_per_epoch=steps, verbose=0, shuffle=False)
    return trainer, {name: values[-1] for name, values in history.history.items()}


def losses_of(*args):
    return fitted(*args)[1]


def test_xla_gives_the_numbers_of_no_xla(small_config, run_data):
    plain = losses_of(small_config(), run_data(), 2)
    compiled = forked_calls.call(losses_of, small_config(jit_compile=True), run_data(), 2)
    for name, value in plain.items():
        np.testing.assert_allclose(compiled[name], value, rtol=1e-3, err_msg=name)


def losses_and_iterations(*args):
    trainer, logs = fitted(*args)
    optimizers = (trainer.discriminator_optimizer, trainer.optimizer)
    return logs, [int(optimizer.iterations) for optimizer in optimizers]


def test_discriminator_learns_at_every_kth_step(small_config, run_data):
    """Compiled with XLA and with a penalty on gradients, the hardest case of all."""
    config = small_config(
        optimizer=OptimizerConfig(discriminator_every=3),
        loss=LossConfig(adversarial_kind="wgan_gp"),
        jit_compile=True,
    )
    logs, iterations = forked_calls.call(losses_and_iterations, config, run_data(), 7)
    assert np.isfinite(logs["discriminator_loss"])
    assert logs["discriminator_loss"] != 0.0
    assert iterations == [3, 7]  # the discriminator at the steps 0, 3 and 6
