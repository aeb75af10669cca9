"""Files appear whole or not at all, and stay when the power fails."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.files.locks import LONGEST_NAME, is_still, try_lock

_STAGING = "posenet3d"


@contextlib.contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its name when the block ends well.

    When the block raises, the temporary file is removed and a file that `path` named before is as
    it was. What a killed process has left behind is removed by the next one that writes `path`.
    The temporary name keeps the ending (`.npz`, `.png`), by which writers know the format.

    Args:
      path: The file to write; a symbolic link is followed.

    Yields:
      The path to write to: a file that is empty so far, and locked by `flock` (HDF5's library
      does not write to such files).

    Raises:
      InputError: If the folder of `path` does not exist, or `path` is itself a folder.
    """
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise InputError(f"Cannot write {path}: there is no folder {path.parent}.")
    if path.is_dir():
        raise InputError(f"Cannot write {path}: it is a folder; give the name of a file.")
    name = path.name[:LONGEST_NAME]
    _remove_left_behind(path.parent, name, path.suffix)
    temporary, held = _own_file(path.parent, name, path.suffix)
    try:
        yield temporary
        flush(temporary)
        os.replace(temporary, path)
        flush(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(held)


@contextlib.contextmanager
def staging_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder inside `folder` for what is not finished; it is removed in the end.

    `folder` and its parents are made where they are missing, and go as well when nothing has been
    put into them. What a killed process has left there is removed by the next one.

    Raises:
      InputError: If `folder` is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"Cannot write to {folder}: it is a file; give a folder's name.")
    made = [f for f in (folder, *folder.parents) if not f.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    _remove_left_behind(folder, _STAGING, "")
    staged = folder / _hidden(_STAGING, "")
    staged.mkdir()
    held = os.open(staged, os.O_RDONLY)
    try_lock(held)
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        os.close(held)
        for path in made:
            with contextlib.suppress(OSError):  # not empty: that is what was asked for
                path.rmdir()


def flush(path: Path) -> None:
    """Brings a file's content, or the names in a folder, to the disk itself.

    Without it a power failure may leave a new name without its content.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems that cannot
            raise
    finally:
        os.close(descriptor)


def _own_file(folder: Path, name: str, suffix: str) -> tuple[Path, int]:
    """A new file that is locked, by which others know that somebody still writes it."""
    while True:
        temporary = folder / _hidden(name, suffix)
        held = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        try_lock(held)
        if is_still(temporary, held):
            return temporary, held
        os.close(held)  # taken for left behind in the moment before it was locked


def _remove_left_behind(folder: Path, name: str, suffix: str) -> None:
    """Removes the temporary files and folders of this name that no process holds any longer."""
    pattern = re.compile(re.escape(f".{name}.") + "[0-9a-f]{16}" + re.escape(suffix))
    with os.scandir(folder) as entries:
        found = [folder / e.name for e in entries if pattern.fullmatch(e.name)]
    for path in found:
        with contextlib.suppress(OSError):
            held = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            try:
                if try_lock(held):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            finally:
                os.close(held)


def _hidden(name: str, suffix: str) -> str:
    return f".{name}.{secrets.token_hex(8)}{suffix}"
