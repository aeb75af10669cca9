"""Lifts every person of a keypoint file to 3D with a .tflite file, without TensorFlow.

python scripts/lift_tflite.py --input=keypoints.json --output=lifted.npz --model=full
"""

import _flags
import _progress

from posenet3d.lite import LiteConfig
from posenet3d.lite.job import lift_file


def main() -> None:
    """Flags to settings, settings to files, what became of everybody to the terminal."""
    config = _flags.parse(LiteConfig)
    with _progress.shown() as (say, progress):
        summary = lift_file(config, say, progress)
    print(summary)


if __name__ == "__main__":
    _flags.define(LiteConfig)
    _flags.run(main)
