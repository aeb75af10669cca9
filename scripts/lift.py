"""Lifts every person of a keypoint file to 3D.

python scripts/lift.py --input=keypoints.json --output=lifted.npz --figure=lifted.png
"""

import functools
import sys

import _flags
from tqdm import tqdm

from posenet3d.lifting import LiftConfig, lift_file


def main() -> None:
    """Flags to settings, settings to files, what became of everybody to the terminal."""
    config = _flags.parse(LiftConfig)
    with tqdm(unit="", leave=False, delay=2, disable=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        say = functools.partial(bar.write, file=sys.stderr)
        summary = lift_file(config, say, progress)
    print(summary)


if __name__ == "__main__":
    _flags.define(LiftConfig)
    _flags.run(main)
