"""Finds 2D keypoints of the people in a video, a folder of images or a camera.

posenet3d detect --input=walk.mp4 --output=walk.json
"""

from posenet3d.cli import flags, progress
from posenet3d.detection import DetectConfig, detect_file

SETTINGS = DetectConfig


def main() -> None:
    """Flags to settings, settings to a file of keypoints, what was found to the terminal."""
    config = flags.parse(SETTINGS)
    with progress.shown() as (say, tell):
        summary = detect_file(config, say, tell)
    print(summary)
