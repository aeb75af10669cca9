"""The trainer with everything switched on, and what each switch does beside the losses."""

import dataclasses
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.data import pipeline, synthetic
from posenet3d.models.discriminator import MOTION_UNIT
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import LifterConfig, LossConfig, OptimizerConfig, ViewConfig, build
from posenet3d.training.records.checkpoint import restore_checkpoint, save_checkpoint
from posenet3d.training.settings.config import AdapterConfig, AugmentConfig, FlowConfig
from posenet3d.training.updates import gradients

NETWORKS = (
    "lifter", "averaged_lifter", "adapter",
    "discriminator", "motion_discriminator", "adapter_discriminator",
)  # fmt: skip
FIXED = ("flow", "gap_filler")


def equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.fixture(scope="module")
def settings(small_config):
    return small_config(
        source_data="another.npz",
        lifter=LifterConfig(width=16, num_blocks=1, completes=True),
        augment=AugmentConfig(placements=4, hide=0.4, noise=0.05, swap=0.1),
        adapter=AdapterConfig(width=16, num_blocks=0),
        view=ViewConfig(kind="learned", ramp=0.5),
        loss=LossConfig(
            adversarial_kind="wgan_gp",
            adversarial_noise=0.02,
            motion=0.5,
            flow=0.1,
            deformation=1.0,
            same_body=1.0,
            signs=1.0,
        ),
        flow=FlowConfig(width=16, num_blocks=2, steps=3, batch_size=64),
    )


@pytest.fixture(scope="module")
def source():
    return synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=8, frames_per_sequence=20, seed=4)
    )


@pytest.fixture(scope="module")
def data(run_data, source, poses):
    group = np.repeat([0, 1], len(poses) // 2).astype(np.int32)
    return run_data(source=source, group=group)


@pytest.fixture(scope="module")
def found(normalised_2d):
    """What a search for signs of depth might have found."""
    poses_2d = normalised_2d.numpy()[:50]
    return poses_2d, np.full(poses_2d.shape[:2], 0.1)


@pytest.fixture(scope="module")
def trained(settings, data, found, fit, weights_of, tmp_path_factory):
    """A trainer after four steps, with a checkpoint after two; do not change it."""
    keras.utils.set_random_seed(0)
    trainer = build.make_trainer(settings, data)
    trainer.sign_lessons.replace(*found)
    before = {name: getattr(trainer, name).get_weights() for name in (*NETWORKS, *FIXED)}
    traces, train_step = [], trainer.train_step

    def counted(batch):
        traces.append(batch)
        return train_step(batch)

    trainer.train_step = counted
    path = tmp_path_factory.mktemp("checkpoints") / "latest.npz"
    logs = fit(trainer, steps=2, data=data)
    save_checkpoint(path, trainer, {"epochs": 1})
    fit(trainer, steps=2, start=2, data=data)
    trainer.evaluate(pipeline.validation_batches(data.validation, 32), verbose=0, return_dict=True)
    return SimpleNamespace(
        trainer=trainer, before=before, logs=logs, path=path, traces=traces,
        weights=weights_of(trainer),
    )  # fmt: skip


@pytest.fixture
def batch(settings, data):
    return next(iter(build.training_data(settings, data)))


def restored(trained, settings, data):
    """A trainer as `trained` was after two steps, which a test may change."""
    trainer = build.make_trainer(settings, data, fit=False)
    restore_checkpoint(trained.path, trainer)
    return trainer


def test_every_loss_is_reported_and_finite(trained):
    assert set(trained.logs) == {
        "loss", "consistency_2d", "consistency_3d", "adversarial", "motion", "flow",
        "deformation", "same_body", "adapter", "adapter_penalty", "completion", "elevation",
        "bone", "signs", "discriminator_loss",
    }  # fmt: skip
    assert np.isfinite(list(trained.logs.values())).all()
    assert all(value != 0.0 for value in trained.logs.values())


def test_every_weight_of_the_settings_is_that_of_a_loss(trained):
    """A weight without its loss would be left out in silence."""
    others = {"adversarial_kind", "adversarial_noise", "bone_start", "bone_ramp"}
    weights = {field.name for field in dataclasses.fields(LossConfig)} - others
    unused = weights - set(trained.logs)
    assert not unused, (
        f"{unused} must be in loss_weights.py, in `named` of trainer.py and in `settings` here"
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_learns(trained, name):
    for before, now in zip(
        trained.before[name], getattr(trained.trainer, name).get_weights(), strict=True
    ):
        # The bias of a critic's value drops out of wgan_gp.
        assert np.any(before != now) or before.shape == (1,)


@pytest.mark.parametrize("name", FIXED)
def test_what_was_fitted_before_stays(trained, name):
    assert equal(trained.before[name], getattr(trained.trainer, name).get_weights())


def test_step_is_traced_once(trained):
    assert len(trained.traces) == 1


def test_restored_from_its_checkpoint_it_goes_on_exactly(
    trained, settings, data, found, fit, weights_of
):
    keras.utils.set_random_seed(1)
    other = build.make_trainer(settings, data, fit=False)
    other.sign_lessons.replace(*found)
    assert not equal(weights_of(other), trained.weights)
    assert restore_checkpoint(trained.path, other) == {"epochs": 1}
    fit(other, steps=2, start=2, data=data)
    assert equal(weights_of(other), trained.weights)


def test_saved_and_loaded_it_is_the_same(trained, weights_of, normalised_2d, tmp_path):
    trained.trainer.save(tmp_path / "trainer.keras")
    loaded = keras.saving.load_model(tmp_path / "trainer.keras")
    assert loaded.get_config() == trained.trainer.get_config()
    assert loaded.config == trained.trainer.config
    assert equal(weights_of(loaded), trained.weights)
    assert not loaded.flow.trainable
    np.testing.assert_array_equal(loaded.flow(normalised_2d), trained.trainer.flow(normalised_2d))
    np.testing.assert_array_equal(loaded.placements, trained.trainer.placements)


@pytest.mark.parametrize("penalty", [0.0, 100.0])
def test_the_adapter_learns_from_its_own_losses_alone(
    trained, settings, data, batch, monkeypatch, penalty
):
    """Were it to answer for the lifter's losses, it would make poses that are easy to lift."""
    adapter = dataclasses.replace(settings.adapter, penalty=penalty)
    trainer = restored(trained, dataclasses.replace(settings, adapter=adapter), data)
    for weight in trainer.adapter_discriminator.trainable_variables:
        weight.assign(tf.zeros_like(weight))  # it says the same of all poses: no slope
    slopes = []
    monkeypatch.setattr(gradients, "apply", lambda optimizer, found, *args: slopes.append(found))
    trainer.learn(batch)
    first = len(trainer.lifter.trainable_variables)
    of_lifter, of_adapter = slopes[0][:first], slopes[0][first:]
    assert len(of_adapter) == len(trainer.adapter.trainable_variables)
    assert all(np.any(slope) for slope in of_lifter)
    # All its other losses are there; of the penalty, too, it hears only if it has a weight.
    assert all(bool(np.any(slope)) == (penalty > 0) for slope in of_adapter)


def test_the_adapters_discriminator_teaches_it(trained, settings, data, batch, monkeypatch):
    adapter = dataclasses.replace(settings.adapter, penalty=0.0)
    trainer = restored(trained, dataclasses.replace(settings, adapter=adapter), data)
    slopes = []
    monkeypatch.setattr(gradients, "apply", lambda optimizer, found, *args: slopes.append(found))
    trainer.learn(batch)
    assert all(np.any(s) for s in slopes[0][len(trainer.lifter.trainable_variables) :])


def test_adapted_poses_are_lifted_but_do_not_count_as_real(trained, settings, data, batch, sets_of):
    trainer = restored(trained, settings, data)
    poses = trainer._batch(batch)
    assert (len(poses.keypoints_2d), len(poses.real_2d)) == (32 + 8, 32)
    sets = sets_of(trainer, batch)
    assert len(sets["adapter"].synthetic_2d) == 8
    assert len(sets["adversarial"].real_2d) == 32
    assert len(sets["adversarial"].synthetic_2d) == 32 + 8
    assert len(sets["motion"].real_2d) == len(sets["motion"].synthetic_2d) == 32


def test_without_the_adapter_all_poses_count_as_real(settings, data, batch):
    plain = dataclasses.replace(
        settings,
        adapter=AdapterConfig(use=False),
        loss=LossConfig(),
        view=ViewConfig(),
        mirror=False,
        augment=AugmentConfig(),
    )
    trainer = build.make_trainer(plain, data)
    assert trainer.adapter is None
    poses = trainer._batch(batch)
    both = np.concatenate([batch["keypoints_2d"], batch["source_2d"]])
    np.testing.assert_array_equal(poses.keypoints_2d, both)
    np.testing.assert_array_equal(poses.real_2d, both)
    assert poses.adapted is None


def test_a_person_who_stands_still_does_not_move_in_the_new_view(
    make_trainer, normalised_2d, sets_of
):
    trainer = make_trainer(loss=LossConfig(motion=1.0))
    still = {"keypoints_2d": normalised_2d, "neighbour_2d": normalised_2d}
    motion = sets_of(trainer, still)["motion"]
    np.testing.assert_array_equal(motion.real_2d, tf.zeros_like(normalised_2d))
    np.testing.assert_allclose(motion.synthetic_2d, tf.zeros_like(normalised_2d), atol=1e-5)


def test_motion_is_seen_in_the_new_view_at_the_size_of_the_first_frame(
    make_trainer, normalised_2d, sets_of
):
    trainer = make_trainer(loss=LossConfig(motion=1.0))
    data = {"keypoints_2d": normalised_2d, "neighbour_2d": 1.02 * normalised_2d}
    moving = trainer._batch(data)
    motion = sets_of(trainer, data)["motion"]
    np.testing.assert_allclose(motion.real_2d, 0.02 * moving.real_2d / MOTION_UNIT, atol=1e-5)
    grown = np.linalg.norm(motion.synthetic_2d, axis=-1).mean() * MOTION_UNIT
    assert 0.01 < grown / np.linalg.norm(normalised_2d, axis=-1).mean() < 0.04


def test_damage_is_on_what_is_lifted_and_not_on_what_is_compared(settings, run_data, normalised_2d):
    config = dataclasses.replace(
        settings,
        source_data="",
        view=ViewConfig(),
        loss=LossConfig(),
        augment=AugmentConfig(hide=0.4, noise=0.2, clean=0.0),
        mirror=False,
    )
    trainer = build.make_trainer(config, run_data())
    seen = []
    lifter = trainer.lifter

    def spy(keypoints_2d, confidence=None, training=False):
        seen.append((keypoints_2d, confidence))
        return lifter(keypoints_2d, confidence, training=training)

    object.__setattr__(trainer, "lifter", spy)
    try:
        poses = trainer._batch({"keypoints_2d": normalised_2d})
        trainer._lift(poses.keypoints_2d, 0)
    finally:
        object.__setattr__(trainer, "lifter", lifter)
    np.testing.assert_array_equal(poses.keypoints_2d, normalised_2d)
    keypoints_2d, confidence = seen[0]
    assert np.isfinite(keypoints_2d).all()
    assert (confidence.numpy() == 0).any()
    assert np.abs(keypoints_2d - normalised_2d).mean() > 0.005
    np.testing.assert_array_equal(keypoints_2d[:, H36M_17.root], 0.0)


@pytest.mark.eagerly
def test_motion_alone_has_a_discriminator_to_play_against(make_trainer, fit):
    trainer = make_trainer(
        loss=LossConfig(adversarial=0.0, motion=1.0),
        optimizer=OptimizerConfig(discriminator_every=2),
    )
    before = trainer.discriminator.get_weights(), trainer.motion_discriminator.get_weights()
    logs = fit(trainer, steps=2)
    assert logs["discriminator_loss"] > 0
    assert equal(trainer.discriminator.get_weights(), before[0])
    assert not equal(trainer.motion_discriminator.get_weights(), before[1])
