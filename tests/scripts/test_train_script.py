import signal
import time

import numpy as np
import pytest

import posenet3d
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT


def checkpoint(run_dir):
    with np.load(run_dir / "checkpoints" / "latest.npz") as archive:
        return {name: archive[name] for name in archive.files if name != "progress"}


def test_prints_the_table_and_says_where_the_lifter_is(script, trained, archive, small_run):
    process = script("train", f"--run_dir={trained}", f"--train_data={archive}", *small_run)
    assert process.returncode == 0, process.stderr
    assert "| flat pose" in process.stdout
    assert "| after training" in process.stdout
    assert f"are in {trained}/" in process.stdout


def test_recorded_flags_replay_the_run(script, trained, tmp_path):
    again = tmp_path / "again"
    process = script("train", f"--flagfile={trained / 'flags.txt'}", f"--run_dir={again}")
    assert process.returncode == 0, process.stderr
    expected = checkpoint(trained)
    assert all(np.array_equal(expected[k], v) for k, v in checkpoint(again).items())


def test_killed_run_ends_with_the_weights_of_an_uninterrupted_one(
    script, archive, small_run, tmp_path
):
    flags = [f"--train_data={archive}", *small_run, "--steps=200", "--steps_per_epoch=10"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert script("train", f"--run_dir={whole}", *flags).returncode == 0
    process = forked_scripts.Script(
        CHECKOUT / "scripts" / "train.py", f"--run_dir={killed}", *flags,
        outputs=(tmp_path / "log", tmp_path / "log"),
    )  # fmt: skip
    metrics = killed / "metrics.jsonl"
    deadline = time.monotonic() + 120
    while not (metrics.exists() and len(metrics.read_text().splitlines()) >= 3):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(metrics.read_text().splitlines()) < 20, "the run was over before it was killed"
    assert not (killed / "report.json").exists()
    assert script("train", f"--run_dir={killed}", *flags).returncode == 0
    expected = checkpoint(whole)
    assert all(np.array_equal(expected[k], v) for k, v in checkpoint(killed).items())
    assert len(metrics.read_text().splitlines()) == 20


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--no_such_flag=1"], "Unknown command line flag 'no_such_flag'"),
        (["--batch_size=many"], "batch_size"),
        (["--batch_size=0"], "batch_size must lie between 1 and 1000000000, got 0"),
        (["--view_kind=sideways"], "view_kind"),
        (["--bone_ratios=a,b"], "bone_ratios must be auto or numbers between commas, got 'a,b'"),
        (["--bone_ratios=1,0"], "bone_ratios must all be positive, got (1.0, 0.0)"),
        (["--elevation=up"], "elevation must be auto or a number, got 'up'"),
        (["--elevation=1,2"], "elevation must be auto or a number, got '1,2'"),
        (["--elevation=91"], "elevation must lie between -90.0 and 90.0, got 91.0"),
        (["--flagfile=nowhere.flags"], "nowhere.flags"),
        (["--train_data=nowhere.npz"], "nowhere.npz: there is no such file"),
        (["stray"], "Did not understand stray"),
        (["--run_dir="], "run_dir is empty"),
    ],
)
def test_mistakes_end_with_one_line_and_status_2(refused, tmp_path, flags, message):
    assert message in refused("train", "--run_dir=run", *flags, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_ratios_must_be_one_a_bone(refused, archive, small_run, tmp_path):
    line = refused(
        "train", f"--run_dir={tmp_path / 'run'}", f"--train_data={archive}", *small_run,
        "--bone_ratios=1,1",
    )  # fmt: skip
    assert "bone_ratios has 2 values; the skeleton h36m17 has 16 bones" in line


def test_numbers_given_for_auto_are_used_and_recorded(script, archive, small_run, tmp_path):
    run_dir, ratios = tmp_path / "run", ",".join(["1.0"] * 16)
    process = script(
        "train", f"--run_dir={run_dir}", f"--train_data={archive}", *small_run,
        "--elevation=-4.5", f"--bone_ratios={ratios}",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    flags = (run_dir / "flags.txt").read_text().splitlines()
    assert {"--elevation=-4.5", f"--bone_ratios={ratios}"} <= set(flags)
    assert posenet3d.load(run_dir).elevation == -4.5


def test_file_that_is_no_archive_is_refused(refused, tmp_path):
    path = tmp_path / "poses.npz"
    path.write_text("not an archive")
    line = refused("train", f"--run_dir={tmp_path / 'run'}", f"--train_data={path}")
    assert f"{path} is not a readable pose archive" in line


def test_help_explains_every_flag(script):
    text = script("train", "--help").stdout
    for flag in ("--train_data", "--elevation", "--bone_ratios", "--view_kind", "--loss_bone"):
        assert flag in text
    assert "Mean elevation of the cameras in degrees" in " ".join(text.split())
