import signal

import numpy as np
import pytest

import posenet3d
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT

KILLED_IN_EPOCH_2 = """
import os, signal
from posenet3d.training.records import callbacks

save = callbacks.save_checkpoint

def save_or_die(path, trainer, progress):
    if progress["epochs"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    save(path, trainer, progress)

callbacks.save_checkpoint = save_or_die
"""


def checkpoint(run_dir):
    with np.load(run_dir / "checkpoints" / "latest.npz") as archive:
        return {name: archive[name] for name in archive.files if name != "progress"}


def test_prints_the_table_and_says_where_the_lifter_is(script, trained, archive, small_run):
    process = script("train", f"--run_dir={trained}", f"--train_data={archive}", *small_run)
    assert process.returncode == 0, process.stderr
    assert "| flat pose" in process.stdout
    assert "| after training" in process.stdout
    assert f"are in {trained}/" in process.stdout


def test_recorded_flags_replay_the_run_though_it_is_killed_on_the_way(script, trained, tmp_path):
    """Its second epoch is on record, but not in the checkpoint yet."""
    again, log = tmp_path / "again", tmp_path / "log"
    flags = (f"--flagfile={trained / 'flags.txt'}", f"--run_dir={again}")
    train = CHECKOUT / "scripts" / "train.py"
    killed = forked_scripts.Script(train, *flags, outputs=(log, log), before=KILLED_IN_EPOCH_2)
    assert killed.wait() == -signal.SIGKILL, log.read_text()
    metrics = again / "metrics.jsonl"
    assert len(metrics.read_text().splitlines()) == 2
    assert not (again / "report.json").exists()
    process = script("train", *flags)
    assert process.returncode == 0, process.stderr
    expected = checkpoint(trained)
    assert all(np.array_equal(expected[k], v) for k, v in checkpoint(again).items())
    assert len(metrics.read_text().splitlines()) == 2


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


def test_numbers_given_for_auto_are_used_and_recorded(trained, small_run):
    flags = (trained / "flags.txt").read_text().splitlines()
    given = {flag for flag in small_run if flag.startswith(("--elevation=", "--bone_ratios="))}
    assert len(given & set(flags)) == 2
    assert posenet3d.load(trained).elevation == -4.5


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
