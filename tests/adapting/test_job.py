import contextlib
import dataclasses
import json
import shutil

import numpy as np
import pytest

import posenet3d
from posenet3d.adapting import AdaptConfig, adapt_lifter, job
from posenet3d.data import synthetic
from posenet3d.errors import ConfigError, InputError, TrainingError
from posenet3d.poses.archives.archive_writer import write_archive

pytestmark = pytest.mark.eagerly

STEPS = 4


@contextlib.contextmanager
def few_epochs():
    """As many epochs as steps, and little procedural motion."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("posenet3d.adapting.plan._EPOCHS", STEPS)
        patch.setattr("posenet3d.adapting.plan._PROCEDURAL", 4)
        yield patch


@pytest.fixture(autouse=True)
def _few_epochs():
    with few_epochs():
        yield


@pytest.fixture(scope="module")
def adapted(recordings, model, tmp_path_factory, poses):
    """An adaptation to the recordings: its settings, what it has come to, and what it said."""
    folder = tmp_path_factory.mktemp("adapted")
    write_archive(folder / "truth.npz", poses)
    config = AdaptConfig(
        input=str(recordings),
        output=str(folder / "run"),
        model=model,
        steps=STEPS,
        eval_data=str(folder / "truth.npz"),
    )
    said = []
    with few_epochs():
        return config, adapt_lifter(config, said.append), said


def weights(path):
    return posenet3d.load(path).get_weights()


def same_weights(one, other):
    return all(np.array_equal(a, b) for a, b in zip(weights(one), weights(other), strict=True))


def test_the_folder_is_that_of_a_run_and_says_what_has_changed(adapted, model):
    config, result, _ = adapted
    folder = result.folder
    names = {path.name for path in folder.iterdir()}
    assert names >= {
        "poses.npz", "adaptation.json", "adaptation.md", "before_after.png", "best", "report.md",
        "report.json", "config.json", "checkpoints",
    }  # fmt: skip
    assert not same_weights(config.output, model)
    text = (folder / "adaptation.md").read_text()
    assert "walk.npz: 200 poses" in text
    assert "Bones of one body differ by" in text
    assert "expects an error of" in text
    assert (folder / "before_after.png").stat().st_size > 10_000
    assert list(result.report.rows) == ["flat", "before", "final"]
    assert "before training" in str(result)
    assert f"--model={config.output}" in str(result)


def test_what_is_found_and_decided_and_how_far_it_is_is_said(adapted):
    _, _, said = adapted
    text = "\n".join(said)
    assert "broken.json" in text
    assert "In all 280 poses" in text
    assert "Too little to learn much from: 280 poses" in text
    assert f"Step 1 of {STEPS}" in text
    assert "minutes left" in text
    assert f"Step {STEPS} of {STEPS}" in text


def test_an_adaptation_that_was_stopped_goes_on_and_ends_the_same(adapted, tmp_path, monkeypatch):
    config, _, _ = adapted
    again = dataclasses.replace(config, output=str(tmp_path / "run"), figures=False)

    class Stopped(Exception):  # noqa: N818
        pass

    def stop(progress, stage, done, value):
        if done == 3:
            raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(job._Progress, "__call__", stop)
        with pytest.raises(Stopped):
            adapt_lifter(again)
    assert not (tmp_path / "run" / "report.md").exists()
    said = []
    adapt_lifter(again, said.append)
    assert not any(f"Step 1 of {STEPS}" in line for line in said)
    assert same_weights(again.output, config.output)


def test_another_start_of_a_finished_one_changes_nothing(adapted):
    config, result, _ = adapted
    before = weights(config.output)
    again = adapt_lifter(config)
    assert all(np.array_equal(a, b) for a, b in zip(before, weights(config.output), strict=True))
    assert str(again) == str(result)


def test_a_folder_of_other_recordings_is_refused(adapted, recordings):
    config, _, _ = adapted
    other = dataclasses.replace(config, input=str(recordings / "walk.npz"))
    with pytest.raises(ConfigError, match="other recordings"):
        adapt_lifter(other)


@pytest.mark.parametrize("name", ["poses.npz", "config.json"])
def test_a_folder_that_holds_something_else_is_left_as_it_is(recordings, model, tmp_path, name):
    (tmp_path / name).write_bytes(b"mine")
    config = AdaptConfig(input=str(recordings), output=str(tmp_path), model=model)
    with pytest.raises(ConfigError, match="holds something else already"):
        adapt_lifter(config)
    assert (tmp_path / name).read_bytes() == b"mine"


@pytest.fixture(scope="module")
def moved(adapted, tmp_path_factory):
    """What it comes to, and what is said, when a moved folder goes on and is to be exported."""
    config, _, _ = adapted
    folder = tmp_path_factory.mktemp("moved") / "elsewhere"
    shutil.copytree(config.output, folder)
    said = []
    with few_epochs() as patch:
        for name, few in (("VARIANTS", ("float32",)), ("BATCHES", (1,)), ("COMPLETE_BATCHES", ())):
            patch.setattr(f"posenet3d.export.forms.litert.{name}", few)
        again = dataclasses.replace(config, output=str(folder), export=True, figures=False)
        return adapt_lifter(again, said.append), said


def test_a_folder_that_was_moved_goes_on(adapted, moved):
    _, result, _ = adapted
    again, said = moved
    assert not any(line.startswith("Step") for line in said)
    assert again.report.rows == result.report.rows


def test_exports_are_written_on_request(moved):
    result, _ = moved
    assert any(path.suffix == ".tflite" for path in result.exported)
    assert (result.folder / "export" / "1" / "saved_model.pb").exists()


def test_without_keeping_nothing_procedural_is_learned(recordings, model, tmp_path):
    config = AdaptConfig(
        input=str(recordings), output=str(tmp_path / "run"), model=model, steps=STEPS,
        keep_general=False, figures=False, several_cameras=False,
    )  # fmt: skip
    result = adapt_lifter(config)
    student = result.plan.training.student
    assert (student.general, student.own, student.kept, student.agree) == ("", 0.0, 0.0, False)
    assert result.plan.training.synthetic_sequences == 0
    assert not (tmp_path / "run" / "before_after.png").exists()


@pytest.mark.parametrize("count", [1, 63])
def test_a_handful_of_poses_is_refused_in_one_line(poses, model, tmp_path, count):
    np.savez(tmp_path / "few.npz", keypoints_2d=poses.keypoints_2d[:count])
    config = AdaptConfig(input=str(tmp_path / "few.npz"), output=str(tmp_path / "run"), model=model)
    message = f"There are {count} poses to learn from, and at least 64 are needed"
    with pytest.raises(TrainingError, match=message):
        adapt_lifter(config)
    assert not (tmp_path / "run").exists()


def test_poses_that_are_all_the_same_are_refused(poses, model, tmp_path):
    same = np.repeat(poses.keypoints_2d[:1], 200, axis=0)
    np.savez(tmp_path / "still.npz", keypoints_2d=same)
    config = AdaptConfig(
        input=str(tmp_path / "still.npz"), output=str(tmp_path / "run"), model=model
    )
    with pytest.raises(TrainingError, match="nearly all the same"):
        adapt_lifter(config)
    assert not (tmp_path / "run").exists()


def test_photographs_alone_are_refused_in_one_line(model, tmp_path):
    config = synthetic.SyntheticConfig(num_sequences=200, frames_per_sequence=2, seed=8)
    keypoints_2d = synthetic.generate_poses(config).keypoints_2d[::2]
    np.savez(tmp_path / "photographs.npz", keypoints_2d=keypoints_2d)
    config = AdaptConfig(
        input=str(tmp_path / "photographs.npz"), output=str(tmp_path / "run"), model=model
    )
    said = []
    with pytest.raises(TrainingError, match="single images do not say how long"):
        adapt_lifter(config, said.append)
    assert "200 are single images and no motion" in "\n".join(said)


def test_other_joints_are_learned_from_nothing(poses, model, tmp_path):
    names = ["hip", "knee", "foot", "chest", "hand"]
    columns = [0, 2, 3, 8, 16]
    np.savez(tmp_path / "own.npz", keypoints_2d=poses.keypoints_2d[:, columns], joints=names)
    (tmp_path / "own.toml").write_text(
        f'name = "own"\njoints = {json.dumps(names)}\n'
        '[parents]\nknee = "hip"\nfoot = "knee"\nchest = "hip"\nhand = "chest"\n'
    )
    config = AdaptConfig(
        input=str(tmp_path / "own.npz"), map_file=str(tmp_path / "own.toml"), elevation=5.0,
        output=str(tmp_path / "run"), model=model, steps=STEPS, figures=False,
    )  # fmt: skip
    said = []
    result = adapt_lifter(config, said.append)
    assert any(line.startswith("From nothing") for line in said)
    assert posenet3d.load(tmp_path / "run").skeleton.joint_names == tuple(names)
    assert result.comparison is None


def test_with_much_to_learn_from_a_lifter_of_their_own_teaches_too(
    recordings, model, tmp_path, monkeypatch
):
    monkeypatch.setattr("posenet3d.adapting.plan.ENOUGH_POSES", 64)
    monkeypatch.setattr("posenet3d.adapting.plan.ENOUGH_SIDES", 1)
    monkeypatch.setattr("posenet3d.adapting.plan.MUCH_POSES", 64)
    monkeypatch.setattr("posenet3d.adapting.plan.MUCH_SIDES", 1)
    config = AdaptConfig(
        input=str(recordings), output=str(tmp_path / "run"), model=model, steps=STEPS, figures=False
    )
    said = []
    adapt_lifter(config, said.append)
    assert any(line.startswith(f"Cycle, step {STEPS} of {STEPS}: new views are") for line in said)
    assert said.index(next(line for line in said if line.startswith(f"Step 1 of {STEPS}"))) > 0
    assert (tmp_path / "run" / "teacher" / "estimator.keras").exists()
    assert not same_weights(config.output, model)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"input": ""}, ConfigError, "Nothing to adapt to"),
        ({"output": ""}, ConfigError, "output is empty"),
        ({"elevation": 95.0}, ConfigError, "elevation must"),
        ({"image_size": "wide"}, ConfigError, "WIDTHxHEIGHT"),
        ({"min_confidence": 2.0}, ConfigError, "min_confidence must"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        AdaptConfig(**{"input": "a.npz", "output": "run"} | settings)


def test_from_python_it_is_one_call(recordings, model, tmp_path):
    run = tmp_path / "run"
    estimator = posenet3d.adapt(recordings, run, model=model, steps=STEPS, figures=False)
    assert all(
        np.array_equal(a, b) for a, b in zip(estimator.get_weights(), weights(run), strict=True)
    )


def test_a_model_that_is_none_is_refused(recordings, tmp_path):
    config = AdaptConfig(input=str(recordings), output=str(tmp_path / "run"), model="nobody")
    with pytest.raises(InputError, match="There is no model 'nobody'"):
        adapt_lifter(config)
    shutil.rmtree(tmp_path / "run", ignore_errors=True)
