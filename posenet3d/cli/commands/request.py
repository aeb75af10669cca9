"""Lifts every person of a keypoint file by a server.

posenet3d request --input=keypoints.json --output=lifted.npz --server=127.0.0.1:8500
"""

from posenet3d.cli import flags, progress
from posenet3d.serving import RequestConfig, request_file

SETTINGS = RequestConfig


def main() -> None:
    """Flags to settings, settings to files, what became of everybody to the terminal."""
    config = flags.parse(SETTINGS)
    with progress.shown() as (say, tell):
        summary = request_file(config, say, tell)
    print(summary)
