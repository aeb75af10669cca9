"""Lifts every person of a keypoint file by a server.

python scripts/request.py --input=keypoints.json --output=lifted.npz --server=127.0.0.1:8500
"""

import functools
import sys

import _flags
from tqdm import tqdm

try:
    from posenet3d.serving import RequestConfig, request_file
except ImportError as error:
    sys.exit(_flags.fail(str(error)))


def main() -> None:
    """Flags to settings, settings to files, what became of everybody to the terminal."""
    config = _flags.parse(RequestConfig)
    with tqdm(unit="", leave=False, delay=2, disable=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        say = functools.partial(bar.write, file=sys.stderr)
        summary = request_file(config, say, progress)
    print(summary)


if __name__ == "__main__":
    _flags.define(RequestConfig)
    _flags.run(main)
