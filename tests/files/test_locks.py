import os
import signal

import pytest

from posenet3d.errors import InputError
from posenet3d.files.locks import alone, alone_with
from tests.fixtures.holding import holding

HOLD = """
import pathlib, sys
from posenet3d.files.locks import alone
with alone(pathlib.Path(sys.argv[1]), "out", "output"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_is_told_who_holds_it_and_since_when(tmp_path):
    lock = tmp_path / ".lock"
    with holding(HOLD, lock) as process:
        with pytest.raises(InputError) as caught, alone(lock, "runs/a", "run_dir"):
            pytest.fail("the block must not run")
        message = str(caught.value)
        assert message.startswith("runs/a is being written by another run (process ")
        assert f"process {process.pid} on " in message
        assert ", since 20" in message
        assert message.endswith("Wait for its end, or name another run_dir.")
    with alone(lock, "runs/a", "run_dir"):  # free again
        assert lock.exists()
    assert not lock.exists()


def test_a_killed_holder_is_in_nobodys_way(tmp_path):
    lock = tmp_path / ".lock"
    with holding(HOLD, lock) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lock.exists()
        with alone(lock, "out", "output"):
            pass
    assert not lock.exists()


def test_a_failure_releases_it(tmp_path):
    with pytest.raises(RuntimeError), alone(tmp_path / ".lock", "out", "output"):
        raise RuntimeError
    assert os.listdir(tmp_path) == []


def test_outputs_are_known_by_where_they_lie(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "a.npz")
    with alone_with([tmp_path / "a.npz", tmp_path / "b.npz"]):
        for name in ("a.npz", "b.npz", "link"):
            with pytest.raises(InputError, match="written by another run"):
                alone_with([tmp_path / name]).__enter__()
        with alone_with([tmp_path / "c.npz"]):
            pass
    with alone_with([tmp_path / "link", tmp_path / "a.npz"]):  # one file, given twice
        pass


def test_folder_that_cannot_be_written_is_an_error_of_the_user(tmp_path):
    with pytest.raises(InputError, match="Cannot write"), alone(tmp_path / "no" / "x", "x", "y"):
        pass
