"""What benchmarks/start.py measures of a process."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from absl import flags

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "start.py"


@pytest.fixture(scope="module")
def start():
    """The script as a module; its flags are gone afterwards."""
    spec = importlib.util.spec_from_file_location("start", PATH)
    module = importlib.util.module_from_spec(spec)
    before = set(flags.FLAGS)
    spec.loader.exec_module(module)
    yield module
    for name in set(flags.FLAGS) - before:
        delattr(flags.FLAGS, name)


def test_memory_is_the_highest_of_that_process():
    # No less is told than the measuring process has, which must therefore be a small one.
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import start\n"
        "use = 'a = bytearray({} << 20); a[::4096] = bytes(len(a[::4096])); del a'\n"
        "for mb in (100, 300):\n"
        "    print(start.measure([sys.executable, '-c', use.format(mb)])[2])\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(PATH.parent)], capture_output=True, text=True, timeout=100
    )
    less, more = map(float, process.stdout.split())
    assert 100 < less < 150
    assert 190 < more - less < 210


def test_time_of_the_clock_and_of_the_cpu_are_told_apart(start):
    wall, cpu, _ = start.measure([sys.executable, "-c", "import time; time.sleep(0.5)"])
    assert wall > 0.5
    assert 0 < cpu < wall


def test_a_process_that_fails_is_no_measurement(start):
    with pytest.raises(RuntimeError, match="no such thing"):
        start.measure([sys.executable, "-c", "raise SystemExit('no such thing')"])
