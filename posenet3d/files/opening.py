"""Opening and reading a file that a user named."""

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


def read_text(path: str | Path) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises:
      InputError: If the file is missing, a folder, empty or not UTF-8.
    """
    with opening(path):
        content = Path(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 text (byte {error.start} is 0x{content[error.start]:02x}); "
            "save it as UTF-8."
        ) from None
    if not text.strip():
        raise InputError(f"{path} is empty.")
    return text
