import dataclasses
import json
import shutil
import types

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import ConfigError, InputError, TrainingError
from posenet3d.evaluation import evaluate
from posenet3d.files.locks import alone
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.training import (
    LifterConfig,
    LossConfig,
    OptimizerConfig,
    ViewConfig,
    first_stage,
    train_and_evaluate,
)
from posenet3d.training.prepare import prepare
from posenet3d.training.records import callbacks
from posenet3d.training.settings.config import StudentConfig, TrainingConfig

# That graphs are resumed exactly is asked of scripts/train.py and of the second stage.
pytestmark = pytest.mark.eagerly


@pytest.fixture(scope="module")
def finished(small_config, data, tmp_path_factory):
    """A whole small run with pictures: its settings and report."""
    run_dir = tmp_path_factory.mktemp("run") / "finished"
    config = small_config(run_dir=str(run_dir), train_data=data, figures=True)
    return config, run_dir, train_and_evaluate(config, records={"flags.txt": "--seed=0"})


def checkpoint(run_dir):
    with np.load(run_dir / "checkpoints" / "latest.npz") as archive:
        return {name: archive[name] for name in archive.files if name != "progress"}


def test_run_leaves_its_records(finished):
    _, run_dir, _ = finished
    names = {path.name for path in run_dir.iterdir()}
    assert names == {
        "best", "checkpoints", "config.json", "errors.png", "flags.txt", "lifted.png",
        "metrics.jsonl", "report.json", "report.md", "tensorboard", "training.png",
    }  # fmt: skip
    assert (run_dir / "flags.txt").read_text() == "--seed=0\n"
    assert "![" in (run_dir / "report.md").read_text()


def test_report_has_the_rows_and_the_time(finished):
    _, run_dir, report = finished
    saved = json.loads((run_dir / "report.json").read_text())
    assert saved == json.loads(json.dumps(report.to_json()))
    assert {"flat", "before", "final", "train_minutes", "per_sequence"} <= saved.keys()
    assert 60 < saved["flat"]["pa_mpjpe"] < 150
    assert saved["flat"]["n_mpjpe"] > saved["flat"]["pa_mpjpe"]
    assert saved["final"]["num_poses"] == 20
    for row in ("flat pose", "before training", "after training"):
        assert row in str(report)


def test_metrics_of_every_epoch_are_recorded(finished):
    config, run_dir, _ = finished
    lines = [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == list(range(1, config.epochs + 1))
    expected = {
        "loss", "consistency_2d", "consistency_3d", "adversarial", "bone", "discriminator_loss",
        "lifter_learning_rate", "discriminator_learning_rate", "val_consistency", "val_pa_mpjpe",
        "view_distance",
    }  # fmt: skip
    assert all(expected <= line.keys() for line in lines)


def test_tensorboard_gets_what_the_metrics_have(finished):
    import tensorflow as tf

    _, run_dir, _ = finished
    tags = {
        value.tag
        for file in (run_dir / "tensorboard").rglob("events*")
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
    }
    assert {
        "epoch_consistency_3d", "epoch_lifter_learning_rate", "epoch_discriminator_learning_rate",
        "epoch_pa_mpjpe", "lifted", "sampled views",
    } <= tags  # fmt: skip


def test_kept_lifter_gives_the_reported_error(finished):
    config, run_dir, report = finished
    poses = prepare(config).evaluation
    result = posenet3d.load(run_dir).lift(poses.keypoints_2d)
    error = evaluate(result.keypoints_3d, poses.keypoints_3d).overall["pa_mpjpe"]
    assert error == pytest.approx(report.rows["final"].overall["pa_mpjpe"])


def test_finished_run_started_again_only_reports(finished):
    config, run_dir, report = finished
    before = checkpoint(run_dir)
    again = train_and_evaluate(dataclasses.replace(config, figures=False))
    assert again.to_json() == report.to_json()
    assert all(np.array_equal(before[k], v) for k, v in checkpoint(run_dir).items())


def test_minutes_of_a_run_count_what_comes_before_its_first_step(
    small_config, data, tmp_path, monkeypatch
):
    """Fitting the flow takes minutes; a run that goes on does not fit it again."""
    ticks = iter([0.0, 6000.0, 9000.0])
    monkeypatch.setattr(first_stage, "time", types.SimpleNamespace(monotonic=lambda: next(ticks)))
    config = small_config(run_dir=str(tmp_path / "run"), train_data=data)
    minutes = train_and_evaluate(config).train_minutes
    assert 100.0 < minutes < 110.0
    assert train_and_evaluate(config).train_minutes == minutes


def test_stopped_run_ends_with_the_weights_of_an_uninterrupted_one(finished, tmp_path, monkeypatch):
    config, run_dir, report = finished
    stopped = dataclasses.replace(config, run_dir=str(tmp_path / "stopped"), figures=False)
    save = callbacks.save_checkpoint

    def save_and_stop(*args):
        save(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(callbacks, "save_checkpoint", save_and_stop)
    with pytest.raises(KeyboardInterrupt):
        train_and_evaluate(stopped)
    monkeypatch.undo()
    resumed = train_and_evaluate(stopped)
    expected = checkpoint(run_dir)
    assert all(np.array_equal(expected[k], v) for k, v in checkpoint(tmp_path / "stopped").items())
    assert resumed.rows == report.rows


def test_a_second_run_in_the_same_folder_is_refused_and_changes_nothing(finished):
    config, run_dir, _ = finished
    before = {path: path.read_bytes() for path in run_dir.rglob("*") if path.is_file()}
    with alone(run_dir / ".lock", run_dir, "run_dir"):
        with pytest.raises(InputError, match=r"run \(process \d+ on .* another run_dir"):
            train_and_evaluate(config)
        (run_dir / ".lock").unlink()
    assert before == {path: path.read_bytes() for path in run_dir.rglob("*") if path.is_file()}


def test_a_refused_run_leaves_no_folder(small_config, tmp_path):
    config = small_config(run_dir=str(tmp_path / "a" / "run"), train_data=str(tmp_path / "no.npz"))
    with pytest.raises(InputError, match=r"no\.npz"):
        train_and_evaluate(config)
    assert not (tmp_path / "a" / "run").exists()


def test_other_settings_in_the_same_folder_are_refused(finished):
    config, _, _ = finished
    other = dataclasses.replace(config, optimizer=OptimizerConfig(learning_rate=2e-3))
    with pytest.raises(ConfigError, match=r"optimizer_learning_rate = 0.001, not 0.002"):
        train_and_evaluate(other)


def test_run_from_before_there_was_a_setting_had_its_default(finished, tmp_path):
    config, run_dir, report = finished
    older = tmp_path / "older"
    shutil.copytree(run_dir, older)
    settings = json.loads((older / "config.json").read_text())
    assert settings.pop("mixed_precision") == "none"
    (older / "config.json").write_text(json.dumps(settings))
    config = dataclasses.replace(config, run_dir=str(older))
    assert train_and_evaluate(config).rows == report.rows
    (older / "config.json").write_text(json.dumps(settings))
    with pytest.raises(ConfigError, match="mixed_precision = none, not bfloat16"):
        train_and_evaluate(dataclasses.replace(config, mixed_precision="bfloat16"))


def test_damaged_record_of_settings_is_refused(finished, tmp_path):
    config, run_dir, _ = finished
    shutil.copytree(run_dir, tmp_path / "copy")
    (tmp_path / "copy" / "config.json").write_text("{")
    with pytest.raises(InputError, match=r"config.json cannot be read"):
        train_and_evaluate(dataclasses.replace(config, run_dir=str(tmp_path / "copy")))


def test_poses_without_3d_are_trained_on_and_pictured(small_config, poses, tmp_path):
    write_archive(tmp_path / "flat.npz", dataclasses.replace(poses, keypoints_3d=None))
    config = small_config(
        run_dir=str(tmp_path / "run"),
        train_data=str(tmp_path / "flat.npz"),
        steps=2,
        figures=True,
        elevation=None,
        view=ViewConfig(kind="uniform"),
    )
    report = train_and_evaluate(config)
    assert not (tmp_path / "run" / "elevation.json").exists()  # level cameras need no search
    assert report.rows == {}
    assert "no error to measure" in str(report)
    assert (tmp_path / "run" / "lifted.png").stat().st_size > 10_000
    assert "final" not in json.loads((tmp_path / "run" / "report.json").read_text())


def test_distances_of_a_second_data_set_are_reported(small_config, data, poses, tmp_path):
    wide = poses.keypoints_2d * np.array([1.33, 1.0])
    path = str(tmp_path / "wide.npz")
    write_archive(path, dataclasses.replace(poses, keypoints_2d=wide, keypoints_3d=None))
    config = small_config(run_dir=str(tmp_path / "run"), train_data=data, source_data=path)
    distances = train_and_evaluate(config).training["source_distance"]
    assert distances["frechet"] > 3 * distances["frechet_of_itself"]
    assert distances["moved"] > 0
    assert "source_distance" in (tmp_path / "run" / "report.md").read_text()


def test_level_cameras_are_level_in_both_stages(small_config, data, tmp_path):
    config = small_config(
        run_dir=str(tmp_path / "run"),
        train_data=data,
        elevation=8.0,  # of no use to views of this kind
        view=ViewConfig(kind="uniform"),
        student=StudentConfig(steps=2),
    )
    report = train_and_evaluate(config)
    assert "elevation" not in report.training
    for folder in ("teacher", "best"):
        assert posenet3d.load(tmp_path / "run" / folder / "estimator.keras").elevation == 0.0


def test_diverging_run_stops_with_an_explanation(small_config, data, tmp_path):
    config = small_config(
        run_dir=str(tmp_path / "run"), train_data=data, loss=LossConfig(consistency_2d=1e9)
    )
    with pytest.raises(TrainingError, match="Training diverged"):
        train_and_evaluate(config)
    assert not (tmp_path / "run" / "checkpoints" / "latest.npz").exists()


def test_wrong_data_leaves_no_run_behind(small_config, tmp_path):
    config = small_config(run_dir=str(tmp_path / "run"), train_data=str(tmp_path / "none.npz"))
    with pytest.raises(InputError):
        train_and_evaluate(config)
    assert not (tmp_path / "run").exists()


def test_run_without_a_folder_is_refused():
    with pytest.raises(ConfigError, match="run_dir is empty"):
        train_and_evaluate(TrainingConfig())


def test_known_elevations_are_not_searched_for(small_config, poses, tmp_path):
    known = np.linspace(-10.0, 30.0, len(poses))
    write_archive(tmp_path / "known.npz", dataclasses.replace(poses, camera_elevation=known))
    run_dir = tmp_path / "run"
    path = str(tmp_path / "known.npz")
    config = small_config(run_dir=str(run_dir), train_data=path, elevation=None, steps=2)
    train_and_evaluate(config)
    assert posenet3d.load(run_dir).elevation == pytest.approx(10.0, abs=1.5)  # some are held out
    assert not (run_dir / "elevation.json").exists()


def test_run_starts_from_the_lifter_of_a_saved_model(finished, small_config, data, tmp_path):
    _, run_dir, report = finished
    config = small_config(run_dir=str(tmp_path / "run"), train_data=data, init_model=str(run_dir))
    again = train_and_evaluate(config)
    assert again.rows["before"] == report.rows["final"]
    assert train_and_evaluate(config).rows == again.rows  # now from its checkpoint


def test_saved_model_of_another_size_is_refused(finished, small_config, data, tmp_path):
    config = small_config(
        run_dir=str(tmp_path / "run"),
        train_data=data,
        init_model=str(finished[1]),
        lifter=LifterConfig(width=8),
    )
    with pytest.raises(ConfigError, match="has another size than the settings"):
        train_and_evaluate(config)
