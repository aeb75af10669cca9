"""Exports a lifter for TensorFlow Serving, phones and other runtimes.

posenet3d export --model=full --output=saved_models/full
"""

from absl import logging

from posenet3d.cli import flags
from posenet3d.export import ExportConfig
from posenet3d.export.job import export
from posenet3d.platform.devices import let_memory_grow

SETTINGS = ExportConfig


def main() -> None:
    """Flags to settings, settings to files, their names to the terminal."""
    let_memory_grow()
    logging.set_verbosity(logging.WARNING)  # not the names that TensorFlow gives its nodes
    for path in export(flags.parse(SETTINGS)):
        print(path)
