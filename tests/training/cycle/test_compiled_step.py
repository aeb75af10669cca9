"""The compiled step: all of it is on the device, and nothing goes back to the host in between."""

import re

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.training import LossConfig, OptimizerConfig, ViewConfig
from posenet3d.training.cycle import trainer
from posenet3d.training.settings.config import AugmentConfig, LifterConfig

# What HLO has for talking to the host, and the calls of the host's code that XLA makes on CPUs.
HOST_OPERATIONS = {
    "infeed", "outfeed", "send", "send-done", "recv", "recv-done",
    "async-start", "copy-start", "custom-call",
}  # fmt: skip
INSTRUCTION = re.compile(r"\s([a-z][a-z0-9-]*)\(.*?op_name=\"([^\"]*)\"")


# XLA keeps all it has ever compiled, so what needs no discriminator is compiled without one.
LITTLE = LossConfig(adversarial=0.0)


def compiled(model):
    """The training step as XLA has it, by stage; raises where a part of it cannot be compiled."""
    step = tf.function(
        lambda poses: model.train_step({"keypoints_2d": poses}), jit_compile=True
    )  # fmt: skip
    poses = tf.fill([32, 17, 2], 0.1)
    return step.experimental_get_compiler_ir(poses)


@pytest.fixture(scope="module")
def usual_step(make_trainer):
    """The compiled step of a trainer with few settings."""
    return compiled(make_trainer())


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
    check_on_device(usual_step(stage="hlo"))


def test_optimised_for_the_device_it_still_asks_the_host_for_nothing(usual_step):
    text = usual_step(stage="optimized_hlo")
    assert {"cosine", "sine"} <= operations(text, "random_views")  # the generator is plain code now
    assert not set(re.findall(r"\s([a-z][a-z0-9-]*)\(", text)) & (HOST_OPERATIONS - {"custom-call"})
    assert "callback" not in text


def test_a_step_with_everything_on_stays_on_the_device(make_trainer):
    check_on_device(
        compiled(
            make_trainer(
                mixed_precision="float16",
                lifter=LifterConfig(width=16, num_blocks=1, completes=True),
                augment=AugmentConfig(hide=0.4, noise=0.05, swap=0.1),
                view=ViewConfig(kind="learned", ramp=0.5),
                loss=LossConfig(adversarial_kind="wgan_gp", adversarial_noise=0.02),
                optimizer=OptimizerConfig(discriminator_every=2, clip_norm=1.0),
            )
        )(stage="hlo")
    )


def test_a_call_of_python_in_the_step_is_noticed(make_trainer, monkeypatch):
    new_views = trainer.random_views.new_views

    def spoiled(*args):
        views, elevation = new_views(*args)
        return tf.ensure_shape(
            tf.py_function(lambda v: v, [views], tf.float32), views.shape
        ), elevation

    monkeypatch.setattr(trainer.random_views, "new_views", spoiled)
    with pytest.raises(ValueError, match="EagerPyFunc"):
        compiled(make_trainer(loss=LITTLE))(stage="hlo")


@pytest.mark.parametrize("host", [True, False])
def test_random_numbers_from_elsewhere_are_noticed(make_trainer, monkeypatch, host):
    """Drawn on the host they would be the same at every step; by tf.random, not of the seed."""

    def spoiled(config, lifted, seed, turned):
        shape = [32, 3, 3]
        views = np.random.normal(size=shape) if host else tf.random.normal(shape)
        return tf.cast(tf.math.sin(tf.math.cos(views)), tf.float32), None

    monkeypatch.setattr(trainer.random_views, "new_views", spoiled)
    text = compiled(make_trainer(loss=LITTLE))(stage="hlo")
    with pytest.raises(AssertionError, match="rng-bit-generator"):
        check_on_device(text)
