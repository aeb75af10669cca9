"""Small runs that the training tests share."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from posenet3d.data import synthetic
from posenet3d.data.normalised import NormalisedPoses
from posenet3d.geometry import camera
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.skeletons.skeleton import H36M_17
from posenet3d.training import (
    DiscriminatorConfig,
    GeometricSelfSupervision,
    LifterConfig,
    TrainingConfig,
)
from posenet3d.training.build import training_data
from posenet3d.training.cycle import adversarial_losses
from posenet3d.training.prepare import RunData
from posenet3d.training.updates.optimizers import make_optimizers


@pytest.fixture(scope="session")
def poses():
    """Some hundred poses of procedural motion, with 3D."""
    return synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=20, frames_per_sequence=20, seed=3)
    )


@pytest.fixture(scope="session")
def data(poses, tmp_path_factory):
    """The path of an archive that holds them."""
    path = tmp_path_factory.mktemp("data") / "poses.npz"
    write_archive(path, poses)
    return str(path)


@pytest.fixture(scope="session")
def normalised_2d(poses):
    """The same poses as networks see them, `[N, 17, 2]`."""
    return camera.normalise(poses.keypoints_2d, H36M_17.root).keypoints_2d


@pytest.fixture(scope="session")
def run_data(poses):
    """The same poses as the data of a run; other poses, groups and a scale may be given."""

    def make(train=poses, source=None, group=None, scale=None):
        return RunData(
            train=NormalisedPoses.of(train, scale),
            validation=NormalisedPoses.of(poses.select(np.arange(64)), scale),
            evaluation=poses,
            source=None if source is None else NormalisedPoses.of(source),
            group=group,
            scale=scale,
        )

    return make


@pytest.fixture(scope="session")
def small_config():
    """Settings of a run of seconds; keyword arguments replace some."""

    def make(**changes):
        config = TrainingConfig(
            steps=4,
            steps_per_epoch=2,
            batch_size=32,
            validation_poses=64,
            elevation=8.0,
            figures=False,
            lifter=LifterConfig(width=16, num_blocks=0),
            discriminator=DiscriminatorConfig(width=16, num_blocks=0),
        )
        return dataclasses.replace(config, **changes)

    return make


@pytest.fixture(scope="session")
def make_trainer(small_config):
    """A compiled trainer with the given settings."""

    def make(**changes):
        config = small_config(**{"steps": 8, "steps_per_epoch": 4} | changes)
        keras.utils.set_random_seed(config.seed)
        trainer = GeometricSelfSupervision(config, H36M_17, [1.0] * 16)
        trainer.compile(*make_optimizers(config), jit_compile=config.jit_compile)
        return trainer

    return make


@pytest.fixture(scope="session")
def fit(run_data):
    """Fits a trainer for some steps; returns the history of its one epoch."""

    def fit(trainer, steps=4, start=0, data=None):
        config = dataclasses.replace(trainer.config, seed=0)
        batches = training_data(config, data or run_data(), start)
        history = trainer.fit(batches, steps_per_epoch=steps, verbose=0, shuffle=False)
        return {name: values[-1] for name, values in history.history.items()}

    return fit


@pytest.fixture
def in_graphs():
    """Functions are traced in a test of a module that is else marked `eagerly`."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(False)
    yield
    tf.config.run_functions_eagerly(before)


@pytest.fixture
def sets_of(monkeypatch):
    """What each discriminator has to tell apart in a step, by the name of the loss."""

    def sets_of(trainer, data):
        seen, loss = [], adversarial_losses.discriminator_loss

        def spy(sets, *args):
            seen.append(sets)
            return loss(sets, *args)

        monkeypatch.setattr(adversarial_losses, "discriminator_loss", spy)
        trainer.learn(data)
        return seen[0]

    return sets_of


@pytest.fixture(scope="session")
def weights_of():
    """All weights and optimizer variables of a trainer as NumPy arrays."""

    def weights_of(trainer):
        optimizers = (trainer.optimizer, trainer.discriminator_optimizer)
        variables = [*trainer.weights, *(v for o in optimizers for v in o.variables)]
        return [v.numpy() for v in variables]

    return weights_of
