"""Ray's workers, and what is left when they or the whole job are killed."""

import dataclasses
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from posenet3d.bulk import BulkConfig, lift_shards
from posenet3d.bulk.engine import RayEngine
from posenet3d.errors import InputError
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT

SHARDS = 24


@pytest.fixture
def config(people, write, model, tmp_path):
    """The settings that lift 24 shards of 480 people to `out`."""
    for number in range(SHARDS):
        keypoints_2d = people.keypoints_2d.reshape(-1, 34) + np.float32(number)
        keypoints_2d[number, 3] = np.nan
        write(f"poses-{number:02d}.parquet", {"keypoints_2d": list(keypoints_2d)})
    return BulkConfig(f"{tmp_path}/shards/*.parquet", f"{tmp_path}/out", str(model))


def content(path):
    parts = (path / "_finished", path / "_bad", path)
    files = [file for part in parts for file in part.glob("*p*.*") if file.name != "_job.json"]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def finished(path):
    return len(list((path / "_finished").glob("*.json")))


def test_killed_jobs_and_workers_cost_no_byte(config, serial, tmp_path):
    """The job is killed first, then a worker of the one that goes on."""
    out, log = tmp_path / "out", tmp_path / "log"
    flags = (f"--{name}={getattr(config, name)}" for name in ("input", "output", "model"))
    script = CHECKOUT / "scripts" / "lift_bulk.py"
    job = forked_scripts.Script(script, *flags, "--workers=1", outputs=(log, log))
    end = time.monotonic() + 240
    while finished(out) < 4 and job.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    job.kill()
    job.wait()
    assert 4 <= finished(out) < SHARDS, log.read_text()
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
    assert 4 <= summary.resumed < SHARDS
    assert (summary.shards, summary.rows) == (SHARDS, SHARDS * 479)
    assert f"Lifted {SHARDS * 479} of {SHARDS * 480} poses; {SHARDS} of {SHARDS}" in str(summary)
    assert "Finished before, and passed" in str(summary)
    whole = tmp_path / "whole"
    lift_shards(dataclasses.replace(config, output=str(whole)), engine=serial)
    assert content(out) == content(whole)
    assert not (out / ".unfinished").exists()


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
