"""One writer at a time: locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from posenet3d.errors import InputError

LONGEST_NAME = 100
"""Characters of a file's name in those of its lock and its temporary file; names end at 255."""


@contextlib.contextmanager
def alone(lock: Path, place: str | Path, setting: str) -> Iterator[None]:
    """Makes a place this process's alone while the block runs.

    The lock is of the kind that the system itself releases when a process ends (`flock`), so a
    killed run never stands in the way of the next one. The file goes when the block ends.

    Args:
      lock: The file to lock; made if missing, in a folder that exists.
      place: What is written to, as the user knows it.
      setting: The setting that names it, for the message.

    Raises:
      InputError: If another process writes there: which one, and since when.
    """
    file = _locked(lock)
    if file is None:
        raise InputError(in_use(place, holder(lock), setting))
    try:
        note_holder(file)
        yield
    finally:
        lock.unlink(missing_ok=True)  # while it is still held: nobody else can have locked it
        os.close(file)


@contextlib.contextmanager
def alone_with(outputs: Iterable[Path]) -> Iterator[None]:
    """Makes output files this process's alone while the block runs; see `alone`."""
    with contextlib.ExitStack() as held:
        for path in sorted({Path(os.path.realpath(output)) for output in outputs}):
            lock = path.with_name(f".{path.name[:LONGEST_NAME]}.lock")
            held.enter_context(alone(lock, path, "output"))
        yield


def in_use(place: str | Path, who: str, setting: str) -> str:
    """The sentence for a place that another process writes to."""
    return (
        f"{place} is being written by another run{f' ({who})' if who else ''}. Wait for its end, "
        f"or name another {setting}."
    )


def note_holder(file: int) -> None:
    """Writes into a locked file who holds it, for those who find it locked."""
    text = f"process {os.getpid()} on {socket.gethostname()}, since {time.strftime('%F %T %z')}"
    os.ftruncate(file, 0)
    os.pwrite(file, text.encode(), 0)


def holder(lock: Path) -> str:
    """Who holds a lock; empty where that is not known."""
    try:
        return lock.read_text(errors="replace")[:200].strip()
    except OSError:
        return ""


def try_lock(file: int) -> bool:
    """Locks an open file or folder, unless somebody else holds it; ends with the descriptor."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: as where there are none at all
        return True
    return True


def _locked(lock: Path) -> int | None:
    """A descriptor of the file, locked; None where another process has it."""
    while True:
        try:
            file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise InputError(f"Cannot write {lock}: {error.strerror}.") from None
        if not try_lock(file):
            os.close(file)
            return None
        if is_still(lock, file):
            return file
        os.close(file)  # its holder has removed it meanwhile; the next file of this name is free


def is_still(path: Path, file: int) -> bool:
    """Whether a path still names an open file or folder."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.fstat(file))
    return False
