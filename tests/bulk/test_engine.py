"""Ray's workers, and what is left when they or the whole job are killed."""

import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from posenet3d.bulk import BulkConfig, lift_shards
from posenet3d.bulk.engine import RayEngine
from posenet3d.errors import InputError
from tests.fixtures.checkout import command as command_of

SHARDS = 24


@pytest.fixture
def command(people, write, model, tmp_path):
    """The command line that lifts 24 shards of 480 people to `out`."""
    for number in range(SHARDS):
        keypoints_2d = people.keypoints_2d.reshape(-1, 34) + np.float32(number)
        keypoints_2d[number, 3] = np.nan
        write(f"poses-{number:02d}.parquet", {"keypoints_2d": list(keypoints_2d)})
    return command_of(
        "scripts/lift_bulk.py", f"--input={tmp_path}/shards/*.parquet", f"--output={tmp_path}/out",
        f"--model={model}", "--workers=2",
    )  # fmt: skip


def content(path):
    parts = (path / "_finished", path / "_bad", path)
    files = [file for part in parts for file in part.glob("*p*.*") if file.name != "_job.json"]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def finished(path):
    return len(list((path / "_finished").glob("*.json")))


def test_a_job_that_is_killed_goes_on_to_the_same_bytes(command, model, serial, tmp_path):
    out = tmp_path / "out"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as job:
        end = time.monotonic() + 240
        while finished(out) < 8 and job.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        job.send_signal(signal.SIGKILL)
    assert 8 <= finished(out) < SHARDS
    last = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert last.returncode == 0, last.stderr
    assert f"Lifted {SHARDS * 479} of {SHARDS * 480} poses; {SHARDS} of {SHARDS}" in last.stdout
    assert "Finished before, and passed" in last.stdout
    shards, whole = f"{tmp_path}/shards/*.parquet", tmp_path / "whole"
    lift_shards(BulkConfig(shards, str(whole), str(model)), engine=serial)
    assert content(out) == content(whole)
    assert not (out / ".unfinished").exists()


def test_a_worker_that_dies_costs_nothing(command, model, tmp_path):
    out = tmp_path / "out"
    config = BulkConfig(f"{tmp_path}/shards/*.parquet", str(out), str(model))
    killed = []

    def engine(work, shards):
        for entry in RayEngine(workers=2)(work, shards):
            if not killed:
                workers = [pid for pid in _descendants(os.getpid()) if "MapWorker" in _name(pid)]
                killed.append(workers[0])
                os.kill(workers[0], signal.SIGKILL)
            yield entry

    summary = lift_shards(config, engine=engine)
    assert killed
    assert summary.ok
    assert (summary.shards, summary.rows) == (SHARDS, SHARDS * 479)


def test_more_workers_than_a_cluster_has_room_for_are_refused(monkeypatch):
    monkeypatch.setattr("ray.cluster_resources", lambda: {"CPU": 4.0})
    with pytest.raises(InputError, match="3 workers of 2 cores do not fit the 4 cores"):
        next(RayEngine(workers=3, threads=2)._run(None, ["a"]))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1", "somewhere"])
def test_a_cluster_that_is_not_there_is_named(address):
    with pytest.raises(InputError, match=f"no Ray cluster at {address}"):
        next(RayEngine(address=address)(None, ["a"]))


def _descendants(pid):
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    ]
    return children + [one for child in children for one in _descendants(child)]


def _name(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
