"""Lifts every person of a keypoint file to 3D.

python scripts/lift.py --input=keypoints.json --output=lifted.npz --figure=lifted.png
"""

import _flags
import _progress

from posenet3d.lifting import LiftConfig, lift_file
from posenet3d.platform.devices import let_memory_grow


def main() -> None:
    """Flags to settings, settings to files, what became of everybody to the terminal."""
    config = _flags.parse(LiftConfig)
    let_memory_grow()
    with _progress.shown() as (say, progress):
        summary = lift_file(config, say, progress)
    print(summary)


if __name__ == "__main__":
    _flags.define(LiftConfig)
    _flags.run(main)
