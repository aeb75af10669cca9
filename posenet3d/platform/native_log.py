"""What libraries in C++ write to stderr by themselves: hidden from the users of commands."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_state = {"hide": False}


def hide() -> None:
    """From now on `hidden` hides; unless a user has set TF_CPP_MIN_LOG_LEVEL to 0 to see it all.

    For programs alone: what other threads write at that time is hidden as well.
    """
    if os.environ.get(_LEVEL) != "0":
        os.environ.setdefault(_LEVEL, "3")
        _state["hide"] = True


@contextlib.contextmanager
def hidden() -> Iterator[None]:
    """Sends stderr nowhere for as long as a library starts.

    TensorFlow and LiteRT say then what they have found or not, and no setting stops all of it.
    Their errors are exceptions and are not touched.
    """
    if not _state["hide"]:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def import_tensorflow() -> None:
    """Imports TensorFlow and lets it look for devices, both without a word.

    Raises:
      ImportError: If TensorFlow is not installed.
    """
    with hidden():
        import tensorflow as tf

        tf.config.list_physical_devices()
