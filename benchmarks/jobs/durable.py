"""What it costs that files reach the disk before they get their name.

    python benchmarks/jobs/durable.py --folder=.

Files of some sizes are written as all outputs, parts and checkpoints are, with `fsync` and without
it in turns. Prints the median milliseconds of a file. The folder says which disk is measured.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np
from absl import app, flags

from posenet3d.files.atomic import atomic_path

_FOLDER = flags.DEFINE_string("folder", ".", "Folder on the disk to measure.")
_ROUNDS = flags.DEFINE_integer("rounds", 15, "Files of each kind.", lower_bound=3)

SIZES = {
    "settings, 2 kB": 2 << 10,
    "part of a long file, 4 MB": 4 << 20,
    "checkpoint, 50 MB": 50 << 20,
}


def main(_: list[str]) -> None:
    """Writes the files and prints the table."""
    print("| file | without, ms | with fsync, ms | ratio |")
    print("|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory(dir=_FOLDER.value) as folder:
        for name, size in SIZES.items():
            array = np.random.default_rng(0).random(size // 8)
            taken: dict[bool, list[float]] = {True: [], False: []}
            for _ in range(_ROUNDS.value):
                for durable, times in taken.items():
                    times.append(1e3 * seconds(Path(folder) / "file.npz", array, durable))
            without, with_it = (statistics.median(taken[d]) for d in (False, True))
            print(f"| {name} | {without:.2f} | {with_it:.2f} | {with_it / without:.2f} |")


def seconds(path: Path, array: np.ndarray, durable: bool) -> float:
    """The time to write an archive."""
    fsync = os.fsync if durable else lambda file: None
    with mock.patch.object(os, "fsync", fsync):
        start = time.perf_counter()
        with atomic_path(path) as temporary, open(temporary, "wb") as file:
            np.savez(file, array=array)
        return time.perf_counter() - start


if __name__ == "__main__":
    app.run(main)
