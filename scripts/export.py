"""Exports a lifter for TensorFlow Serving, phones and other runtimes.

python scripts/export.py --model=full --output=saved_models/full
"""

import _flags
from absl import logging

from posenet3d.export import ExportConfig
from posenet3d.export.job import export
from posenet3d.platform.devices import let_memory_grow


def main() -> None:
    """Flags to settings, settings to files, their names to the terminal."""
    let_memory_grow()
    logging.set_verbosity(logging.WARNING)  # not the names that TensorFlow gives its nodes
    for path in export(_flags.parse(ExportConfig)):
        print(path)


if __name__ == "__main__":
    _flags.define(ExportConfig)
    _flags.run(main)
