"""Whole small runs in processes of their own, alone and as workers on this machine."""

import json
import time

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.poses.archives.archive_writer import write_archive
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT
from tests.fixtures.ports import free_ports

SCRIPT = CHECKOUT / "scripts" / "train.py"
FLAGS = (
    "--steps=24", "--steps_per_epoch=4", "--batch_size=32", "--validation_poses=64",
    "--lifter_width=16", "--lifter_num_blocks=0", "--lifter_normalisation=batch",
    "--discriminator_width=16", "--discriminator_num_blocks=0", "--optimizer_discriminator_every=2",
    "--optimizer_clip_norm=10", "--elevation=8", "--nofigures", "--student_steps=4",
    "--student_batch_size=32",
)  # fmt: skip
TWO_DEVICES = (
    "import tensorflow as tf\n"
    "two = [tf.config.LogicalDeviceConfiguration()] * 2\n"
    "tf.config.set_logical_device_configuration(tf.config.list_physical_devices('CPU')[0], two)\n"
)
"""Makes a machine that has, as it seems, two CPUs."""


class Run:
    """A run's folder and the processes that train into it."""

    def __init__(self, folder, flags):
        self.folder = folder
        self.flags = flags
        self.processes = []

    def start(self, *flags, tf_config=None, two_devices=False):
        """Starts a process; its output goes to a file."""
        environment = {"CUDA_VISIBLE_DEVICES": ""}
        environment |= {"TF_CONFIG": json.dumps(tf_config)} if tf_config else {}
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        log = self.folder.parent / f"{self.folder.name}.{len(self.processes)}.log"
        process = forked_scripts.Script(
            SCRIPT, *self.flags, *flags, outputs=(log, log), environment=environment,
            before=TWO_DEVICES if two_devices else "",
        )  # fmt: skip
        process.log = log
        self.processes.append(process)
        return process

    def start_workers(self, count=2):
        """Starts workers; only the chief is told a folder that can be written to."""
        workers = [f"127.0.0.1:{port}" for port in free_ports(count)]
        started = []
        for index in range(count):
            task = {"type": "worker", "index": index}
            tf_config = {"cluster": {"worker": workers}, "task": task}
            folder = self.folder if index == 0 else "/proc/nobody/can/write/here"
            flags = ("--strategy=multiworker", f"--run_dir={folder}")
            started.append(self.start(*flags, tf_config=tf_config))
        return started

    def wait_for_epochs(self, count, process, seconds=300.0):
        """Waits until so many epochs are on record."""
        deadline = time.monotonic() + seconds
        while len(self.metrics()) < count:
            assert process.poll() is None, process.log.read_text()
            assert time.monotonic() < deadline, process.log.read_text()
            time.sleep(0.005)

    def metrics(self, name="metrics"):
        """The records of the epochs."""
        path = self.folder / f"{name}.jsonl"
        return [json.loads(t) for t in path.read_text().splitlines()] if path.exists() else []

    def weights(self, name="latest"):
        """All weights and optimizer variables of the last checkpoint."""
        with np.load(self.folder / "checkpoints" / f"{name}.npz") as archive:
            return {key: archive[key] for key in archive.files if key != "progress"}

    @staticmethod
    def finish(*processes):
        """Waits for processes that must end well; returns what each has said."""
        for process in processes:
            assert process.wait(timeout=500) == 0, process.log.read_text()
        return [process.log.read_text() for process in processes]


@pytest.fixture(scope="session")
def new_run(tmp_path_factory):
    """Makes the run of a small training, not started yet."""
    folder = tmp_path_factory.mktemp("distributed")
    config = synthetic.SyntheticConfig(num_sequences=20, frames_per_sequence=20, seed=3)
    write_archive(folder / "poses.npz", synthetic.generate_poses(config))
    runs = []

    def make(name):
        runs.append(Run(folder / name / "run", (*FLAGS, f"--train_data={folder / 'poses.npz'}")))
        return runs[-1]

    yield make
    for run in runs:
        for process in run.processes:
            if process.poll() is None:
                process.kill()


@pytest.fixture(scope="session")
def alone(new_run):
    """The run on one device."""
    run = new_run("alone")
    run.finish(run.start(f"--run_dir={run.folder}"))
    return run


@pytest.fixture(scope="session")
def two_workers(new_run):
    """The same run by two workers, and what they have said."""
    run = new_run("two_workers")
    said = run.finish(*run.start_workers())
    return run, said
