import dataclasses
import json
import re

import numpy as np
import pytest

import posenet3d
from posenet3d.errors import InputError
from posenet3d.evaluation import evaluate
from posenet3d.poses.archives.archive_writer import write_archive
from posenet3d.skeletons.skeleton import CMU_17
from posenet3d.training.second_stage import make_student
from posenet3d.training.settings.config import LifterConfig, StudentConfig, TrainingConfig
from tests.fixtures.checkout import refusal, run_script

SMALL = (
    "--student_steps=8", "--steps_per_epoch=4", "--student_batch_size=16", "--lifter_width=16",
    "--lifter_num_blocks=1", "--elevation=8", "--skeleton=cmu17",
)  # fmt: skip


def refused(*args):
    """The one line with which the script ends where it must not go on."""
    return refusal("benchmarks/supervised.py", *args)


def flags_of(path):
    text = run_script(path, "--help").stdout
    return set(re.findall(r"^  --(?:\[no\])?(\w+)", text, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def supervised(load_benchmark):
    return load_benchmark("supervised")


@pytest.fixture(scope="module")
def poses(make_poses):
    return make_poses(20, 20)


@pytest.fixture(scope="module")
def files(poses, tmp_path_factory):
    """An archive without training 3D, and beside it the 3D in metres."""
    folder = tmp_path_factory.mktemp("files")
    train, test = poses.keep(np.arange(300)), poses.keep(np.arange(300, 400))
    write_archive(folder / "train.npz", dataclasses.replace(train, keypoints_3d=None), "train")
    write_archive(folder / "test.npz", test, "test")
    arrays = {}
    for name in ("train", "test"):
        with np.load(folder / f"{name}.npz") as archive:
            arrays |= dict(archive)
    np.savez(folder / "poses.npz", **arrays)
    # Not relative to the root, as a motion capture system gives it.
    np.savez(folder / "truth.npz", train_keypoints_3d=train.keypoints_3d / 1000.0 + [1, 2, 5])
    return folder / "poses.npz", folder / "truth.npz"


@pytest.fixture(scope="module")
def trained(files, tmp_path_factory):
    """The folder and the output of a run of eight steps."""
    run_dir = tmp_path_factory.mktemp("runs") / "supervised"
    data, truth = files
    process = run_script(
        "benchmarks/supervised.py",
        f"--train_data={data}", f"--train_3d={truth}", f"--run_dir={run_dir}", *SMALL,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return run_dir, process.stdout


def test_flags_are_those_of_training_and_the_truth():
    training = flags_of("scripts/train.py")
    assert {"student_steps", "lifter_width", "train_data", "mirror"} <= training
    assert flags_of("benchmarks/supervised.py") == training | {"train_3d"}


def test_a_run_leaves_lifter_report_and_curve(trained):
    run_dir, output = trained
    assert {path.name for path in run_dir.iterdir()} == {
        "curve.jsonl", "estimator.keras", "report.json", "report.md",
    }  # fmt: skip
    report = json.loads((run_dir / "report.json").read_text())
    assert report["training"] == {"steps": 8, "supervised": True}
    assert report["final"]["num_poses"] == 100
    assert "lifted" in output.splitlines()[-1]


def test_the_kept_lifter_gives_the_reported_error(trained, poses):
    run_dir, _ = trained
    estimator = posenet3d.load(run_dir)
    test = poses.keep(np.arange(300, 400))
    result = estimator.lift(test.keypoints_2d)
    error = evaluate(result.keypoints_3d, test.keypoints_3d).overall["pa_mpjpe"]
    reported = json.loads((run_dir / "report.json").read_text())["final"]["pa_mpjpe"]
    assert error == pytest.approx(reported, rel=1e-4)
    assert estimator.elevation == 8.0
    assert estimator.skeleton == CMU_17


def test_the_curve_has_a_line_of_errors_every_few_steps(supervised, poses, tmp_path, monkeypatch):
    monkeypatch.setattr(supervised, "_CURVE_STEPS", 4)
    config = TrainingConfig(
        elevation=8.0,
        steps=10,
        steps_per_epoch=10,
        lifter=LifterConfig(width=16, num_blocks=1),
        student=StudentConfig(steps=10, batch_size=32, learning_rate=1e-2),
    )
    normalised = supervised.camera.normalise(poses.keypoints_2d, CMU_17.root).keypoints_2d
    student = make_student(config, poses.skeleton, normalised.numpy(), poses.keypoints_3d)
    seconds = supervised.draw_curve(student, poses.select(np.arange(50)), tmp_path / "curve.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "curve.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [4, 8, 10]
    assert lines[-1]["seconds"] == pytest.approx(seconds, abs=0.01)
    assert lines[0]["seconds"] < lines[-1]["seconds"]
    for error in ("pa_mpjpe", "n_mpjpe"):
        assert 400 > lines[0][error] > lines[-1][error] > 10


def test_true_3d_is_read_as_it_is(supervised, files, poses):
    train = poses.select(np.arange(300))
    read = supervised.read_true_3d(str(files[1]), train)
    np.testing.assert_allclose(read, train.keypoints_3d / 1000.0 + [1, 2, 5], atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t[:-1], r"rows and joints of the 2D poses, \[300, 17, 3\].* got \[299, 17, 3\]"),
        (lambda t: t[:, :, :2], r"got \[300, 17, 2\]"),
        (lambda t: t.astype(int), "floating-point numbers, got .* of int64"),
        (lambda t: np.roll(t, 40, axis=0), "its rows are other poses"),
        (lambda t: t[..., [2, 1, 0]], "not in the camera frame"),
        (lambda t: -t, "lies .* of a pose's size from the 2D poses"),
        (lambda t: t * np.nan, "lies nan of a pose's size"),
    ],
)
def test_truth_of_other_poses_is_refused(supervised, poses, tmp_path, change, message):
    train = poses.select(np.arange(300))
    np.savez(tmp_path / "truth.npz", train_keypoints_3d=change(train.keypoints_3d / 1000.0))
    with pytest.raises(InputError, match=message):
        supervised.read_true_3d(str(tmp_path / "truth.npz"), train)


def test_files_without_truth_are_refused(supervised, files, poses, tmp_path):
    (tmp_path / "text.npz").write_text("no archive")
    for path in (tmp_path / "none.npz", tmp_path / "text.npz", files[0]):
        with pytest.raises(InputError, match=rf"{path.name} cannot be read"):
            supervised.read_true_3d(str(path), poses)


def test_a_run_without_steps_is_refused(files, tmp_path):
    data, truth = files
    line = refused(f"--train_data={data}", f"--train_3d={truth}", f"--run_dir={tmp_path / 'run'}")
    assert "student_steps is 0" in line
    assert not (tmp_path / "run").exists()


def test_truth_must_be_given():
    assert "--train_3d must have a value" in refused("--student_steps=100")


def test_an_unknown_elevation_is_refused(files, tmp_path):
    data, truth = files
    line = refused(
        f"--train_data={data}", f"--train_3d={truth}", f"--run_dir={tmp_path / 'run'}",
        *SMALL, "--elevation=auto",
    )  # fmt: skip
    assert "elevation is auto" in line
