"""Opening and reading a file that a user named."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from posenet3d.errors import InputError, reason_of


@contextlib.contextmanager
def opening(path: str | Path) -> Iterator[None]:
    """Turns what goes wrong when the block opens and reads `path` into an `InputError`.

    What `refuse_special` refuses is refused before the block runs.
    """
    refuse_special(path)
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; give a file.") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise InputError(f"{path} cannot be read: {error}") from None


def refuse_special(path: str | Path) -> None:
    """Refuses a pipe, a socket or a device: reading it may wait forever, and works only once.

    Raises:
      InputError: If it is there and neither a file nor a folder.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # whoever opens it says why
        return
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return
    kinds = ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"))
    kind = next((kind for is_kind, kind in kinds if is_kind(mode)), "device")
    raise InputError(f"{path} is a {kind}; save what comes out of it to a file and give that.")


@contextlib.contextmanager
def reading(path: str | Path, kind: str) -> Iterator[None]:
    """Turns what goes wrong when a library in the block reads `path` into an `InputError`.

    Args:
      path: The file; whether it can be opened is tried before the block runs.
      kind: What it should be, for the message: "a MATLAB file (.mat)".
    """
    with opening(path), open(path, "rb"):
        pass
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # a damaged file fails in many ways, and all mean the same
        raise InputError(f"{path} is damaged or not {kind}: {reason_of(error)}") from None


def check_held(path: str | Path, kind: str, names: Iterable[str], held: Collection[str]) -> None:
    """Refuses a file that lacks one of the names; the message lists what it holds.

    Raises:
      InputError: Naming the file, the kind of thing (`array`, `variable`) and the name.
    """
    for name in names:
        if name not in held:
            raise InputError(
                f"{path} holds no {kind} {name}; it holds {', '.join(sorted(held)) or 'nothing'}."
            )


def read_text(path: str | Path) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises:
      InputError: If the file is missing, a folder, empty or not UTF-8.
    """
    with opening(path), open(path, "rb") as file:
        content = file.read()
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
