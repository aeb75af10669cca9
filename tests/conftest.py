"""Poses that tests all over the package share, and which tests are for which stack."""

import contextlib
import ctypes
import gc
import importlib.util
import os
import sys

import pytest

pytest_plugins = [f"tests.fixtures.{name}" for name in ("detected", "foreign_files", "human36m")]
pytest_plugins += ["tests.detection.films"]

# Graphs are millions of objects, which are looked at seldom here, and between tests below.
gc.set_threshold(100_000, 20, 20)

_C = ctypes.CDLL(None) if sys.platform == "linux" else None
if _C and hasattr(_C, "mallopt"):
    _C.mallopt(-8, 1)  # M_ARENA_MAX: else XLA's threads leave memory of their own half empty

_FIRST = ("adapting", "bulk", "distribution", "training", "export", "scripts", "docs")
"""Folders with files that take minutes: begun last, they would keep one worker waiting."""


def pytest_collection_modifyitems(items):
    """Puts what takes long first, and skips what the present stack does not have.

    The marks are described in pyproject.toml.
    """
    from posenet3d.platform import stack  # here, for the process that only hands tests out

    has_addons = not stack.KERAS_3 and importlib.util.find_spec("tensorflow_addons") is not None
    items.sort(key=lambda item: not set(_FIRST).intersection(item.path.parts[-3:-1]))
    for item in items:
        if item.get_closest_marker("addons") and not has_addons:
            item.add_marker(pytest.mark.skip(reason="TensorFlow Addons is not installed"))
        mark = item.get_closest_marker("current_stack")
        if mark and not stack.KERAS_3:
            item.add_marker(pytest.mark.skip(reason=f"For Keras 3 alone: {mark.args[0]}"))


@pytest.fixture(scope="session")
def people():
    """480 complete poses of 40 synthetic people, each in its own sequence, with their true 3D."""
    from posenet3d.data import synthetic

    return synthetic.generate_poses(
        synthetic.SyntheticConfig(num_sequences=40, frames_per_sequence=12, seed=3)
    )


@contextlib.contextmanager
def run_as_marked(node):
    """Functions run as plain Python where `eagerly` marks a module or a test.

    Tracing a training step takes seconds, which only tests of what a graph does need.
    """
    if not node.get_closest_marker("eagerly"):
        yield
        return
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(before)


@pytest.fixture(autouse=True, scope="module")
def _module_runs_as_marked(request):
    with run_as_marked(request.node):
        yield


@pytest.fixture(autouse=True)
def _test_runs_as_marked(request):
    with run_as_marked(request.node):
        yield


def pytest_collection_finish():
    """What is there before the first test, such as TensorFlow, is not looked at again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _garbage_does_not_pile_up():
    """Graphs refer to themselves: without collections a worker grows by gigabytes.

    Memory that is full of garbage once stays with the process in large part, so each test that
    made much is followed by a collection, which looks at what is younger than the last `freeze`.
    """
    yield
    if any(gc.get_count()[1:]):  # at least 100 000 objects more than at the last collection
        gc.collect()


@pytest.fixture(autouse=True, scope="session")
def _nobody_waits_for_the_disk():
    """No test cuts the power; that the disk is asked to write is a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture(autouse=True, scope="module")
def _memory_goes_back():
    """The memory of a module's garbage is the system's again.

    What is left, such as what fixtures of the session hold, is not looked at again.
    """
    before = gc.get_stats()[-1]["collections"]
    yield
    young, *older = gc.get_count()
    # Where tests made much, fixtures that end with the module may have held much.
    if gc.get_stats()[-1]["collections"] > before or any(older) or young > 20_000:
        gc.collect()
        gc.freeze()
        if context := sys.modules.get("tensorflow.python.eager.context"):
            context.context().clear_kernel_cache()  # it has kernels for every variable there was
        if _C and hasattr(_C, "malloc_trim"):
            _C.malloc_trim(0)
