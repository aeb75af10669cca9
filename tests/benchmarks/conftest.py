"""Scripts of benchmarks/ as modules."""

import dataclasses
import sys

import pytest
from absl import flags

from posenet3d.data import synthetic
from posenet3d.skeletons.skeleton import CMU_17
from tests.fixtures.checkout import CHECKOUT, load_module


@pytest.fixture(scope="module")
def load_benchmark():
    """Loads a script by its name, `motion/gaps`.

    Its flags are gone when the next is loaded, and afterwards.
    """
    before = set(flags.FLAGS)

    def forget():
        for name in set(flags.FLAGS) - before:
            delattr(flags.FLAGS, name)

    def load(name):
        forget()  # scripts have flags of the same name
        path = CHECKOUT / "benchmarks" / f"{name}.py"
        sys.path.insert(0, str(path.parent))  # as where it is run: others of its folder are found
        try:
            return load_module(path)
        finally:
            sys.path.remove(str(path.parent))

    yield load
    forget()


@pytest.fixture(scope="session")
def make_poses():
    """Makes procedural poses whose joints count as those of cmu17."""

    def make(num_sequences, frames_per_sequence):
        config = synthetic.SyntheticConfig(
            num_sequences=num_sequences, frames_per_sequence=frames_per_sequence, seed=3
        )
        return dataclasses.replace(synthetic.generate_poses(config), skeleton=CMU_17)

    return make
