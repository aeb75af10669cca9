"""Opening and reading a file that a user named."""

from __future__ import annotations

import codecs
import contextlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from posenet3d.errors import InputError, reason_of

_MOST_AT_ONCE = 1 << 30  # bytes; systems read no more than 2 GB in one call
# Opening a pipe would wait for whoever writes to it. Windows knows text files.
_PLAINLY = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_PLAINLY |= getattr(os, "O_NOCTTY", 0)


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


def read_bytes(path: str | Path) -> bytes:
    """All that is in a file.

    Raises:
      InputError: If the file is missing, a folder, or cannot be read.
    """
    content = _at_once(path)
    if content is None:
        with opening(path), open(path, "rb") as file:
            content = file.read()
    return content


def _at_once(path: str | Path) -> bytes | None:
    """All that is in a file, in half the time that `open` needs; None: `open` is to say why not."""
    try:
        descriptor = os.open(path, _PLAINLY)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_AT_ONCE:
            return None
        content = os.read(descriptor, status.st_size + 1)
        return content if len(content) == status.st_size else None  # else it is being written
    except OSError:
        return None
    finally:
        os.close(descriptor)


def read_text(path: str | Path, utf_16: bool = False) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Args:
      path: The file.
      utf_16: Whether it may also be UTF-16 with a byte order mark, as spreadsheets save it.

    Raises:
      InputError: If the file is missing, a folder, empty or in another encoding.
    """
    return text_of(path, read_bytes(path), utf_16)


def text_of(path: str | Path, content: bytes, utf_16: bool = False) -> str:
    """The text that `read_text` gives of a file with this in it, and its errors."""
    encoding = encoding_of(content) if utf_16 else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not {encoding.removesuffix('-sig').upper()} text (byte {error.start} is "
            f"0x{content[error.start]:02x}); save it as UTF-8."
        ) from None
    if not text.strip():
        raise InputError(f"{path} is empty.")
    return text


def encoding_of(start: bytes) -> str:
    """In which encoding a text is to be read that begins so, by its byte order mark."""
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def read_lenient_text(path: str | Path) -> str:
    """The text of a file whose comments and names may be in an old encoding.

    What is not UTF-8 is taken for Latin-1, in which every byte is a character; plain ASCII is the
    same in both.

    Raises:
      InputError: If the file is missing, a folder or empty.
    """
    with opening(path):
        content = Path(path).read_bytes()
    try:
        text = content.decode(encoding_of(content))
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if not text.strip():
        raise InputError(f"{path} is empty.")
    return text
