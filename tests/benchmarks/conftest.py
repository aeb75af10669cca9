"""Scripts of benchmarks/ as modules."""

import pytest
from absl import flags

from tests.fixtures.checkout import load_module


@pytest.fixture(scope="module")
def load_benchmark():
    """Loads a script by its name; its flags are gone when the next is loaded, and afterwards."""
    before = set(flags.FLAGS)

    def forget():
        for name in set(flags.FLAGS) - before:
            delattr(flags.FLAGS, name)

    def load(name):
        forget()  # scripts have flags of the same name
        return load_module(f"benchmarks/{name}.py")

    yield load
    forget()
