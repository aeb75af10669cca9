"""A progress bar, and lines above it, for jobs that tell how far they are."""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator

from tqdm import tqdm


@contextlib.contextmanager
def shown() -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """What prints a line, and what takes how many units of how many are done; both on stderr."""
    with tqdm(unit="", leave=False, delay=2, disable=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield functools.partial(bar.write, file=sys.stderr), progress
