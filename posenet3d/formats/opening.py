"""Opening a file that a user named."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from posenet3d.errors import InputError


@contextlib.contextmanager
def opening(path: str | Path) -> Iterator[None]:
    """Turns what goes wrong when the block opens and reads `path` into an `InputError`."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; give a file.") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise InputError(f"{path} cannot be read: {error}") from None
