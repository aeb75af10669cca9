"""The workers of both engines, and what is left when they or the whole job are killed."""

import contextlib
import dataclasses
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from posenet3d.bulk import BulkConfig, lift_shards, processes
from posenet3d.bulk.engine import RayEngine
from posenet3d.bulk.lifter import Work
from posenet3d.bulk.processes import ProcessEngine
from posenet3d.errors import InputError
from tests.fixtures import forked_scripts
from tests.fixtures.checkout import CHECKOUT

SHARDS = 24
LITE = CHECKOUT / "saved_models" / "small" / "small_float32.tflite"


@pytest.fixture
def config(people, write, model, tmp_path):
    """The settings that lift 24 shards of 480 people to `out`, by Keras."""
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


@pytest.mark.parametrize(
    ("kind", "worker"), [(ProcessEngine, "posenet3d.bulk.worker"), (RayEngine, "MapWorker")]
)
def test_killed_jobs_and_workers_cost_no_byte(config, serial, tmp_path, kind, worker):
    """The job is killed first, then a worker of the one that goes on."""
    config = dataclasses.replace(config, model=str(LITE))  # its workers start without TensorFlow
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
        for entry in kind(workers=2)(work, shards):
            workers = [pid for pid in _descendants(os.getpid()) if worker in _name(pid)]
            # One that only begins may not die: the job would end with the reason.
            at_work = [pid for pid in workers if _has_open(pid, out)]
            if at_work and not killed:
                killed.append(at_work[0])
                os.kill(at_work[0], signal.SIGKILL)
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


def test_no_worker_outlives_a_job_that_is_left(config, serial, tmp_path):
    """What there is of it then is what this process lifts."""

    def engine(work, shards):
        yield next(ProcessEngine(workers=2)(work, shards))

    lift_shards(config, engine=engine)
    assert finished(tmp_path / "out") > 0
    whole = tmp_path / "whole"
    lift_shards(dataclasses.replace(config, output=str(whole)), engine=serial)
    assert content(tmp_path / "out").items() <= content(whole).items()
    assert not [p for p in _descendants(os.getpid()) if "posenet3d.bulk.worker" in _name(p)]


def test_a_shard_of_which_workers_die_is_given_up(config, monkeypatch):
    """A worker that ends at once stands in for one that lacks memory."""
    code = (
        "import json, sys; from posenet3d.bulk import folder, worker; from pathlib import Path\n"
        "header = json.loads(sys.stdin.buffer.readline()); sys.stdin.buffer.read(header['bytes'])\n"
        "print('{}', flush=True); shard = Path(json.loads(sys.stdin.buffer.readline()))\n"
        "import os\n"
        "try:\n"
        "    with folder.attempt(Path(header['folder']), shard.name):\n"
        "        os._exit(9)\n"
        "except Exception as error:\n"
        "    print(json.dumps({'shard': str(shard), 'error': str(error)}), flush=True)\n"
        "sys.stdin.read()\n"
    )
    original = processes.subprocess.Popen
    monkeypatch.setattr(
        processes.subprocess,
        "Popen",
        lambda command, **more: original([command[0], "-c", code], **more),
    )
    only = dataclasses.replace(config, input=config.input.replace("*", "poses-00"))
    summary = lift_shards(only, engine=ProcessEngine(workers=1))
    assert "3 workers have died of it" in str(summary)


def test_a_worker_that_cannot_begin_ends_the_job_with_its_reason(tmp_path):
    work = Work(b"no model", ".tflite", {"height_mm": None, "score": True}, str(tmp_path), 1)
    with pytest.raises(InputError, match="A worker could not be started: InputError"):
        next(ProcessEngine(workers=2)(work, ["a", "b"]))


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


def _has_open(pid, folder):
    """Whether a process has a file of the folder open."""
    with contextlib.suppress(OSError):  # it ends meanwhile, or closes the file
        return any(str(folder) in os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir())
    return False


def _name(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
