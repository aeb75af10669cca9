import dataclasses

import pytest
import tensorflow as tf

from posenet3d.training import LossConfig, ViewConfig
from posenet3d.training.cycle.loss_weights import loss_weights
from posenet3d.training.settings.config import AdapterConfig

ALL = LossConfig(
    deformation=2.0, same_body=3.0, flow=4.0, elevation=5.0, completion=6.0, motion=7.0
)
STEP = tf.constant(0, tf.int64)


@pytest.fixture
def config(small_config):
    return small_config(
        loss=ALL, view=ViewConfig(kind="learned"), adapter=AdapterConfig(penalty=8.0)
    )


def weights(config, step=STEP, completes=True, adapts=True):
    found = loss_weights(config, step, completes, adapts)
    return {name: float(weight) for name, weight in found.items()}


def test_losses_have_the_weights_of_the_settings(config):
    assert weights(config) == {
        "consistency_2d": 1000.0, "consistency_3d": 1.0, "deformation": 2.0, "bone": 5.0,
        "same_body": 3.0, "completion": 6.0, "elevation": 5.0, "flow": 4.0, "adversarial": 1.0,
        "motion": 7.0, "adapter": 1.0, "adapter_penalty": 8.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "consistency_2d", "consistency_3d", "deformation", "bone", "same_body", "completion",
        "elevation", "flow", "adversarial", "motion",
    ],
)  # fmt: skip
def test_a_loss_of_weight_zero_is_left_out(config, name):
    without = dataclasses.replace(config, loss=dataclasses.replace(ALL, **{name: 0.0}))
    assert set(weights(config)) - set(weights(without)) == {name}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"completes": False}, {"completion"}),
        ({"adapts": False}, {"adapter", "adapter_penalty"}),
    ],
)
def test_losses_of_what_there_is_not_are_left_out(config, changes, names):
    assert set(weights(config)) - set(weights(config, **changes)) == names


@pytest.mark.parametrize("kind", ["known", "uniform"])
def test_elevation_is_learned_where_the_lifter_says_it(config, kind):
    other = dataclasses.replace(config, view=ViewConfig(kind=kind))
    assert set(weights(config)) - set(weights(other)) == {"elevation"}


def test_bone_weight_rises_and_stays(small_config):
    loss = LossConfig(bone_start=5.0, bone=25.0, bone_ramp=0.4)
    config = small_config(steps=100, steps_per_epoch=10, loss=loss)
    risen = {s: weights(config, tf.constant(s, tf.int64))["bone"] for s in (0, 20, 40, 100)}
    assert risen == {0: 5.0, 20: 15.0, 40: 25.0, 100: 25.0}


def test_sign_weight_is_largest_in_the_middle(small_config):
    config = small_config(steps=100, steps_per_epoch=10, loss=LossConfig(flow=1.0, signs=20.0))
    found = {s: weights(config, tf.constant(s, tf.int64))["signs"] for s in (0, 50, 75, 100)}
    assert found == {0: 0.0, 50: 20.0, 75: 15.0, 100: 0.0}
