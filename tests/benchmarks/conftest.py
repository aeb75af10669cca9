"""Scripts of benchmarks/ as modules."""

import importlib.util
from pathlib import Path

import pytest
from absl import flags

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def load_benchmark():
    """Loads a script by its name; the flags of those that were loaded are gone afterwards."""
    before = set(flags.FLAGS)

    def load(name):
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load
    for name in set(flags.FLAGS) - before:
        delattr(flags.FLAGS, name)
