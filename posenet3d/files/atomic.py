"""Files appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from posenet3d.errors import InputError


@contextlib.contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its name when the block ends well.

    When the block raises, the temporary file is removed and a file that `path` named before is as
    it was. The temporary name keeps the ending (`.npz`, `.png`), by which writers know the format.

    Args:
      path: The file to write; a symbolic link is followed.

    Yields:
      The path to write to. The block creates the file.

    Raises:
      InputError: If the folder of `path` does not exist, or `path` is itself a folder.
    """
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise InputError(f"Cannot write {path}: there is no folder {path.parent}.")
    if path.is_dir():
        raise InputError(f"Cannot write {path}: it is a folder; give the name of a file.")
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
