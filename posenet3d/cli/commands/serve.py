"""Serves a lifter by TensorFlow Serving's protocol, over gRPC and REST.

posenet3d serve --model_base_path=saved_models/NAME
"""

import functools
import logging
import os
import sys

from posenet3d.cli import flags
from posenet3d.platform.devices import let_memory_grow
from posenet3d.serving import ServerConfig, serve

SETTINGS = ServerConfig


def main() -> None:
    """Flags to settings, settings to a server, what goes on there to the terminal."""
    let_memory_grow()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # else it calls its own loader old
    serve(flags.parse(SETTINGS), functools.partial(print, flush=True), _end_process)


def _end_process() -> None:
    """Ends at once, whatever threads still do: a version may be loading for ever."""
    sys.stderr.flush()
    os._exit(0)
