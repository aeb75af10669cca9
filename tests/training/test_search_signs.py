"""Signs of depth are searched before the epochs of a run."""

import dataclasses

import keras
import numpy as np
import pytest

from posenet3d.training import LossConfig, first_stage
from posenet3d.training.build import make_trainer
from posenet3d.training.cycle import sign_search
from posenet3d.training.search_signs import SearchSigns
from posenet3d.training.settings.config import FlowConfig


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch):
    """The last chunk is filled up: for some hundred poses a large one would be mostly that."""
    monkeypatch.setattr(sign_search, "_CHUNK", 512)


@pytest.fixture(scope="module")
def settings(small_config):
    return small_config(
        loss=LossConfig(adversarial=0.0, flow=1.0, signs=10.0),
        flow=FlowConfig(width=16, num_blocks=2, steps=50, batch_size=64),
    )


@pytest.fixture(scope="module")
def trainer(settings, run_data):
    keras.utils.set_random_seed(0)
    trainer = make_trainer(settings, run_data())
    trainer.averaged_lifter.head.kernel.assign(10.0 * trainer.averaged_lifter.head.kernel)  # deep
    return trainer


def searched(trainer, data, epoch, monkeypatch):
    """What a new search gives the trainer: 2D poses and depths, or None if it does not search."""
    given = []
    monkeypatch.setattr(trainer.sign_lessons, "replace", lambda *found: given.append(found))
    search = SearchSigns(trainer, data)
    search.set_model(trainer)
    search.on_epoch_begin(epoch)
    return given[0] if given else None


def test_nothing_is_searched_while_poses_are_flat(trainer, run_data, monkeypatch):
    assert searched(trainer, run_data(), 0, monkeypatch) is None


def test_what_is_found_has_other_depths_than_the_lifted_poses(
    trainer, run_data, normalised_2d, monkeypatch
):
    poses_2d, depths = searched(trainer, run_data(), 1, monkeypatch)
    assert 0 < len(poses_2d) == len(depths) <= len(normalised_2d)
    known = {pose.tobytes() for pose in np.round(normalised_2d.numpy(), 4)}
    assert {pose.tobytes() for pose in np.round(poses_2d, 4)} <= known
    lifted = trainer.averaged_lifter(poses_2d).depth_offsets.numpy()
    assert (np.abs(lifted - depths).max(axis=1) > 1e-3).all()


def test_a_resumed_run_finds_the_same_again(trainer, run_data, monkeypatch):
    first, again, later = (searched(trainer, run_data(), epoch, monkeypatch) for epoch in (1, 1, 2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(first[0]) != len(later[0]) or (first[1] != later[1]).any()


def test_bones_have_the_ratios_of_their_kind_of_body(trainer, run_data, poses, monkeypatch):
    group = np.repeat([0, 1], len(poses) // 2).astype(np.int32)
    ratios = [trainer.bone_ratios[0], (2.0 * np.asarray(trainer.bone_ratios[0])).tolist()]
    monkeypatch.setattr(trainer, "bone_ratios", ratios)
    seen = []
    search = SearchSigns(trainer, run_data(group=group))
    find = search.search.find
    monkeypatch.setattr(search.search, "find", lambda *args: seen.append(args[1]) or find(*args))
    search.set_model(trainer)
    search.on_epoch_begin(1)
    np.testing.assert_allclose(seen[0].mean(axis=1), 1.0 + group, rtol=1e-4)


@pytest.mark.parametrize("signs", [0.0, 10.0])
def test_a_run_searches_where_signs_have_a_weight(settings, run_data, monkeypatch, tmp_path, signs):
    found = []

    def fit(*args, callbacks, **kwargs):
        found.extend(isinstance(one, SearchSigns) for one in callbacks)
        raise KeyboardInterrupt

    monkeypatch.setattr(first_stage.loop, "fit", fit)
    loss = dataclasses.replace(settings.loss, signs=signs)
    config = dataclasses.replace(settings, loss=loss, run_dir=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        first_stage.train_first_stage(config, run_data(), tmp_path)
    assert any(found) == (signs > 0)
    assert found[-1] is False  # the checkpoint is the last, and what is found is no part of it
