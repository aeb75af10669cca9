"""Signs of depth are searched before the epochs of a run."""

import dataclasses
import json

import keras
import numpy as np
import pytest

from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.training import LossConfig, train_and_evaluate
from posenet3d.training.build import make_trainer
from posenet3d.training.search_signs import SearchSigns
from posenet3d.training.settings.config import FlowConfig


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


@pytest.mark.eagerly
def test_a_run_learns_signs_from_its_second_epoch_on(settings, poses, tmp_path):
    write_archive(tmp_path / "poses.npz", poses)
    config = dataclasses.replace(
        settings, run_dir=str(tmp_path / "run"), train_data=str(tmp_path / "poses.npz")
    )
    train_and_evaluate(config)
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    signs = [json.loads(line)["signs"] for line in lines]
    assert signs[0] == 0.0
    assert signs[1] > 0.0
