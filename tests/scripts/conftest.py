"""Running the scripts as a user does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

SMALL = (
    "--steps=8", "--steps_per_epoch=4", "--batch_size=32", "--validation_poses=64", "--nofigures",
    "--lifter_width=16", "--lifter_num_blocks=1", "--discriminator_width=16",
    "--discriminator_num_blocks=1", "--elevation=8",
)  # fmt: skip


@pytest.fixture(scope="session")
def checkout():
    """The folder that holds the package, its scripts and docs."""
    return CHECKOUT


@pytest.fixture(scope="session")
def small_run():
    """Flags of a run of seconds."""
    return SMALL


@pytest.fixture(scope="session")
def command():
    """The command line of a script."""

    def command(name, *args):
        return [sys.executable, str(CHECKOUT / "scripts" / f"{name}.py"), *map(str, args)]

    return command


@pytest.fixture(scope="session")
def script(command):
    """Runs a script; returns the finished process with its text."""

    def run(name, *args, cwd=None):
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        return subprocess.run(
            command(name, *args), cwd=cwd, env=environment, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def refused(script):
    """Runs a script that must end with status 2 and one line; returns the line."""

    def refused(name, *args, cwd=None):
        process = script(name, *args, cwd=cwd)
        lines = [line for line in process.stderr.splitlines() if "error: " in line]
        assert process.returncode == 2, process.stderr
        assert "Traceback" not in process.stderr
        assert len(lines) == 1, process.stderr
        return lines[0]

    return refused


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """A pose archive of procedural motion."""
    from posenet3d.data import synthetic
    from posenet3d.poses.archives.archive_writer import write_archive

    path = tmp_path_factory.mktemp("archive") / "poses.npz"
    config = synthetic.SyntheticConfig(num_sequences=20, frames_per_sequence=20, seed=3)
    write_archive(path, synthetic.generate_poses(config))
    return path


@pytest.fixture(scope="session")
def trained(script, archive, small_run, tmp_path_factory):
    """The folder of a small finished run on that archive."""
    run_dir = tmp_path_factory.mktemp("runs") / "trained"
    process = script("train", f"--run_dir={run_dir}", f"--train_data={archive}", *small_run)
    assert process.returncode == 0, process.stderr
    return run_dir
