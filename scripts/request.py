"""Lifts every person of a keypoint file by a server.

python scripts/request.py --input=keypoints.json --output=lifted.npz --server=127.0.0.1:8500
"""

import sys

import _flags
import _progress

try:
    from posenet3d.serving import RequestConfig, request_file
except ImportError as error:
    sys.exit(_flags.fail(str(error)))


def main() -> None:
    """Flags to settings, settings to files, what became of everybody to the terminal."""
    config = _flags.parse(RequestConfig)
    with _progress.shown() as (say, progress):
        summary = request_file(config, say, progress)
    print(summary)


if __name__ == "__main__":
    _flags.define(RequestConfig)
    _flags.run(main)
