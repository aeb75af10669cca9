"""The search for the cameras' elevation, as a part of a run."""

import json

import pytest

import posenet3d
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.training import first_stage, train_and_evaluate
from posenet3d.training.estimates import elevation

pytestmark = pytest.mark.eagerly


@pytest.fixture
def short_search(monkeypatch):
    """A search of two trials of two steps; returns the elevations of the trainers that are made."""
    monkeypatch.setattr(elevation, "GRID", (0.0, 8.0))
    monkeypatch.setattr(elevation, "_STEPS", 2)
    made, make_trainer = [], first_stage.make_trainer

    def make(config, data, **kwargs):
        made.append(config.elevation)
        return make_trainer(config, data, **kwargs)

    monkeypatch.setattr(first_stage, "make_trainer", make)
    return made


def test_unknown_elevation_is_searched_once(small_config, poses, tmp_path, short_search):
    run_dir, data = tmp_path / "run", tmp_path / "poses.npz"
    write_archive(data, poses)
    config = small_config(run_dir=str(run_dir), train_data=str(data), elevation=None, steps=2)
    report = train_and_evaluate(config)
    trials = json.loads((run_dir / "elevation.json").read_text())
    assert [trial["elevation"] for trial in trials] == [0.0, 8.0]
    found = min(trials, key=lambda trial: trial["view_distance"])["elevation"]
    assert short_search == [0.0, 8.0, found]
    assert posenet3d.load(run_dir).elevation == found
    assert json.loads((run_dir / "config.json").read_text())["elevation"] is None

    again = train_and_evaluate(config)
    assert short_search == [0.0, 8.0, found, found]
    assert again.rows == report.rows


def test_search_goes_on_after_the_trials_on_record(small_config, run_data, tmp_path, short_search):
    record = tmp_path / "elevation.json"
    trials = [{"elevation": 0.0, "view_distance": 1e-6}]
    record.write_text(json.dumps(trials))
    config = small_config(elevation=None)
    assert first_stage.find_elevation(config, run_data(), record).elevation == 0.0
    assert short_search == [8.0]
    recorded = json.loads(record.read_text())
    assert recorded[0] == trials[0]
    assert {"elevation", "view_distance", "loss"} <= recorded[1].keys()


def test_trials_are_of_the_training_poses_alone(
    small_config, run_data, poses, tmp_path, short_search, monkeypatch
):
    seen, training_data = [], first_stage.training_data

    def spy(config, data, **kwargs):
        seen.append(data.source)
        return training_data(config, data, **kwargs)

    monkeypatch.setattr(first_stage, "training_data", spy)
    monkeypatch.setattr(elevation, "GRID", (0.0,))
    config = small_config(elevation=None, source_data="another.npz")
    first_stage.find_elevation(config, run_data(source=poses), tmp_path / "elevation.json")
    assert seen == [None]
