"""Running the scripts as a user does."""

import pytest

from tests.fixtures import checkout as checkouts
from tests.fixtures.made_once import made_once

SMALL = (
    "--steps=8", "--steps_per_epoch=4", "--batch_size=32", "--validation_poses=64", "--nofigures",
    "--lifter_width=16", "--lifter_num_blocks=0", "--discriminator_width=16",
    "--discriminator_num_blocks=0", "--elevation=-4.5", "--bone_ratios=" + ",".join(["1.0"] * 16),
)  # fmt: skip


@pytest.fixture(scope="session")
def checkout():
    """The folder that holds the package, its scripts and docs."""
    return checkouts.CHECKOUT


@pytest.fixture(scope="session")
def small_run():
    """Flags of a run of seconds."""
    return SMALL


@pytest.fixture(scope="session")
def script():
    """Runs a script; returns the finished process with its text."""
    return lambda name, *args, cwd=None: checkouts.run_script(f"scripts/{name}.py", *args, cwd=cwd)


@pytest.fixture(scope="session")
def refused():
    """Runs a script that must end with status 2 and one line; returns the line."""
    return lambda name, *args, cwd=None: checkouts.refusal(f"scripts/{name}.py", *args, cwd=cwd)


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """A pose archive of procedural motion."""
    from posenet3d.data import synthetic
    from posenet3d.poses.archives.archive_writer import write_archive

    def make(folder):
        config = synthetic.SyntheticConfig(num_sequences=20, frames_per_sequence=20, seed=3)
        write_archive(folder / "poses.npz", synthetic.generate_poses(config))

    return made_once(tmp_path_factory, "archive", make) / "poses.npz"


@pytest.fixture(scope="session")
def trained(script, archive, small_run, tmp_path_factory):
    """The folder of a small finished run on that archive."""

    def make(folder):
        flags = (f"--run_dir={folder / 'run'}", f"--train_data={archive}", *small_run)
        process = script("train", *flags)
        assert process.returncode == 0, process.stderr

    return made_once(tmp_path_factory, "trained", make) / "run"
