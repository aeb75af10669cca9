"""The long list of a JSON file in pieces of some hundred entries, each parsed by itself.

Where an entry ends cannot be seen from the bytes around it. So a place is guessed, and what stands
before it parsed as a list: if that is JSON, every bracket and every text in it is closed, so that
the guess was right.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import orjson

from posenet3d.files.quick.parse import parsed

PIECE = 1 << 19
"""Bytes of a piece; ours. Nothing else runs in the process while a piece is parsed."""

_MOST = 32 << 20  # bytes of a piece whose entries are long, and of what stands behind the list
_LONGEST_HEADER = 64 << 20
_TRIES = 4
_LIST = "the long list"
_END = re.compile(rb"\s*\]")
_BRACKET = re.compile(rb"\s*([\[{])")
# How an entry begins, up to its first key. Its quotes keep it from standing in a text.
_BEGIN = re.compile(rb'(?:^|,)\s*([\[{][\[{\s]*"(?:[^"\\]|\\.)*"\s*:)', re.DOTALL)


def find_list(file: BinaryIO, keys: Sequence[str]) -> tuple[str | None, int] | None:
    """Finds the long list of a file.

    Args:
      file: The file, at its beginning.
      keys: Under which the list may stand in an object.

    Returns:
      The key, or None where the file is the list itself, and the place of the list's bracket. None:
      it is not found here.
    """
    head = file.read(PIECE)
    begin = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    first = _BRACKET.match(head, begin)
    if first is None:
        return None
    if first[1] == b"[":
        return None, first.start(1)
    pattern = re.compile(rb'"(%s)"\s*:\s*\[' % "|".join(map(re.escape, keys)).encode())
    looked_at = 0
    for _ in range(_TRIES):
        if match := pattern.search(head, looked_at):
            if _object(head[begin : match.start()] + b'"":0}') is not None:
                return match[1].decode(), match.end() - 1
            looked_at = match.end()
        elif len(head) < _LONGEST_HEADER and (more := file.read(7 * len(head))):
            looked_at = max(0, len(head) - PIECE)
            head += more
        else:
            break
    return None


def before_list(file: BinaryIO, place: int, key: str) -> dict[str, Any]:
    """What an object has before its list, of which `find_list` told the place and the key."""
    head = file.read(place).removeprefix(codecs.BOM_UTF8)
    return _object(head[: head.rindex(b'"%s"' % key.encode())] + b'"":0}') or {}


def behind_list(file: BinaryIO, place: int) -> dict[str, Any]:
    """What an object has behind its list, the last place in which `pieces` has given."""
    file.seek(place)
    return _object(b'{"%s":[%s' % (_LIST.encode(), file.read()[1:])) or {}


def pieces(file: BinaryIO, place: int, key: str | None) -> Iterator[tuple[list[Any], int | None]]:
    """The entries of a list, some at a time.

    Args:
      file: The file.
      place: Of the list's bracket, or of the comma behind an entry.
      key: Under which the list stands in an object; None: the file is the list.

    Yields:
      Entries, and the place of the comma behind them; None: the list and the file ended as they
      should. If that does not come, something is wrong behind the last place, or cannot be read in
      pieces.
    """
    file.seek(place)
    text, size, begin = b"", PIECE, None
    while len(more := file.read(size)) == size:
        text += more
        if begin is None and (found := _BEGIN.search(text, 1)):
            begin = found[1]
        entries, comma = _first_entries(text, begin) if begin else ([], 0)
        if entries:
            place, text, size = place + comma, text[comma:], PIECE
            yield entries, place
        elif comma:  # something is wrong, or this is the end of the list
            more = file.read(_MOST) if key else b""
            break
        elif len(text) > _MOST:
            return
        else:
            size = len(text)
    entries = _last_entries(text + more, key)
    if entries is not None and not file.read(1):
        yield entries, None


def _first_entries(text: bytes, begin: bytes) -> tuple[list[Any], int]:
    """Entries behind the first byte, and the place of the comma behind them.

    Without entries the place is 0 where more text may help, else that of the fault.
    """
    end = len(text)
    for _ in range(_TRIES):
        end = text.rfind(begin, 1, end)
        comma = end - 1
        while comma > 0 and text[comma] in b" \t\r\n":
            comma -= 1
        if comma <= 0:
            break
        if text[comma] != ord(","):
            continue
        try:
            entries = parsed(b"[%s]" % text[1:comma])
        except orjson.JSONDecodeError as error:
            if error.pos < len(error.doc) - 1:
                return [], comma
        except ValueError:
            return [], comma
        else:
            return entries, comma
    return [], 0


def _last_entries(text: bytes, key: str | None) -> list[Any] | None:
    """Entries behind the first byte, up to the end of the file; None: something is wrong."""
    if text.startswith(b",") and _END.match(text, 1):
        return None
    try:
        if key is None:
            return parsed(b"[" + text[1:])
        found = parsed(b'{"%s":[%s' % (_LIST.encode(), text[1:]))
    except ValueError:
        return None
    return None if key in found else found[_LIST]


def _object(content: bytes) -> dict[str, Any] | None:
    """An object, if it is one."""
    try:
        return parsed(content)
    except ValueError:
        return None
