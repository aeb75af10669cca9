"""What benchmarks/jobs/start.py measures of a process."""

import sys

import pytest

from tests.fixtures.checkout import CHECKOUT, run_code


@pytest.fixture(scope="module")
def start(load_benchmark):
    return load_benchmark("jobs/start")


def test_memory_is_the_highest_of_that_process():
    # No less is told than the measuring process has, which must therefore be a small one.
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import start\n"
        "use = 'a = bytearray({} << 20); a[::4096] = bytes(len(a[::4096])); del a'\n"
        "for mb in (100, 300):\n"
        "    print(start.measure([sys.executable, '-c', use.format(mb)])[2])\n"
    )
    process = run_code(code, CHECKOUT / "benchmarks" / "jobs")
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
