import shutil
from pathlib import Path

import numpy as np
import pytest

from posenet3d.errors import InputError
from posenet3d.training import DiscriminatorConfig, LifterConfig
from posenet3d.training.records.checkpoint import restore_checkpoint, save_checkpoint

PROGRESS = {"epochs": 2, "best": None, "seconds": 1.5}


@pytest.fixture(scope="module")
def trained(make_trainer, fit, tmp_path_factory):
    """A trainer and its checkpoint; only the test that goes on with it changes the trainer."""
    trainer = make_trainer()
    fit(trainer, steps=3)
    path = tmp_path_factory.mktemp("checkpoints") / "latest.npz"
    save_checkpoint(path, trainer, PROGRESS)
    return trainer, path


@pytest.fixture
def saved(trained, tmp_path):
    """The trainer, and a copy of its checkpoint for each test."""
    trainer, path = trained
    return trainer, Path(shutil.copy(path, tmp_path))


def test_restored_trainer_goes_on_exactly(saved, make_trainer, fit, weights_of):
    trainer, path = saved
    other = make_trainer(seed=0)
    assert restore_checkpoint(path, other) == PROGRESS
    for model in (trainer, other):
        fit(model, steps=2, start=3)
    for first, second in zip(weights_of(trainer), weights_of(other), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.eagerly
def test_networks_drop_the_same_features_when_they_go_on(make_trainer, fit, weights_of, tmp_path):
    sizes = {"width": 16, "num_blocks": 1, "dropout": 0.3}
    changes = {"lifter": LifterConfig(**sizes), "discriminator": DiscriminatorConfig(**sizes)}
    trainer, other = make_trainer(**changes), make_trainer(**changes)
    fit(trainer, steps=2)
    save_checkpoint(tmp_path / "latest.npz", trainer, PROGRESS)
    restore_checkpoint(tmp_path / "latest.npz", other)
    for model in (trainer, other):
        fit(model, steps=2, start=2)
    for first, second in zip(weights_of(trainer), weights_of(other), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("size", [0, 100, 5000])
def test_damaged_file_is_refused(saved, size):
    trainer, path = saved
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(InputError, match=r"latest.npz cannot be read .*; remove it"):
        restore_checkpoint(path, trainer)


def test_other_networks_are_refused(saved, make_trainer):
    other = make_trainer(lifter=LifterConfig(width=8, num_blocks=1))
    with pytest.raises(InputError, match="networks of other sizes"):
        restore_checkpoint(saved[1], other)


def test_failed_write_leaves_the_checkpoint_before(saved, monkeypatch):
    trainer, path = saved
    before = path.read_bytes()
    monkeypatch.setattr(np, "savez", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_checkpoint(path, trainer, PROGRESS)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["latest.npz"]
