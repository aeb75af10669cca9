"""Lifts every person of a keypoint file, a video or a folder of images to 3D.

posenet3d lift --input=keypoints.json --output=lifted.npz --figure=lifted.png
"""

from posenet3d.cli import flags, progress
from posenet3d.lifting import LiftConfig, lift_file

SETTINGS = LiftConfig


def main() -> None:
    """Flags to settings, settings to files, what became of everybody to the terminal."""
    config = flags.parse(SETTINGS)
    with progress.shown() as (say, tell):
        summary = lift_file(config, say, tell)
    print(summary)
