"""Serves a lifter over gRPC by TensorFlow Serving's protocol.

python scripts/serve.py --model_base_path=saved_models/NAME
"""

import functools
import logging
import os
import sys

import _flags

from posenet3d.platform.devices import let_memory_grow

try:
    from posenet3d.serving import ServerConfig, serve
except ImportError as error:
    sys.exit(_flags.fail(str(error)))


def main() -> None:
    """Flags to settings, settings to a server, what goes on there to the terminal."""
    let_memory_grow()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # else it calls its own loader old
    serve(_flags.parse(ServerConfig), functools.partial(print, flush=True), _end_process)


def _end_process() -> None:
    """Ends at once, whatever threads still do: a version may be loading for ever."""
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    _flags.define(ServerConfig)
    _flags.run(main)
