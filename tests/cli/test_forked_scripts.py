"""A script that tests fork from a server ends as one that Python starts."""

import signal
import threading
import time

import pytest

from tests.fixtures import forked_scripts

ENDS_WITH_7 = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("up", flush=True)
time.sleep(100)
"""


@pytest.mark.parametrize(
    ("signalled", "status"), [(signal.SIGTERM, 7), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_every_thread_that_asks_is_told_its_own_status(tmp_path, signalled, status):
    path, out = tmp_path / "script.py", tmp_path / "out"
    path.write_text(ENDS_WITH_7)
    server = forked_scripts.WITHOUT_TENSORFLOW
    for _ in range(6):
        script = forked_scripts.Script(path, outputs=(out, out), server=server)
        told = []

        def ask(number, script=script, told=told):
            while number % 2 and script.poll() is None:
                time.sleep(0)
            told.append(script.wait(60))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
        for thread in threads:
            thread.start()
        while "up" not in out.read_text():
            time.sleep(0.01)
        script.send_signal(signalled)
        for thread in threads:
            thread.join()
        assert told == [status] * 24
        script.send_signal(signalled)  # to one that has ended is to nobody
        out.unlink()


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('that is why')", 1, "that is why\n"),
        ("import tensorflow", 1, "ModuleNotFoundError: import of tensorflow halted"),
    ],
)
def test_its_end_is_that_of_python(tmp_path, code, status, error):
    path = tmp_path / "script.py"
    path.write_text(f"import sys; print(sys.argv[1:], __name__, end='')\n{code}")
    server = forked_scripts.WITHOUT_TENSORFLOW
    process = forked_scripts.run(path, "--one", 2, cwd=tmp_path, server=server)
    assert (process.returncode, process.stdout) == (status, "['--one', '2'] __main__")
    assert error in process.stderr if error else process.stderr == ""
