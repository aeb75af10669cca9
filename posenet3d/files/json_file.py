"""JSON from a user's file, every fault an `InputError` that says where it is."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

import orjson

from posenet3d.errors import InputError
from posenet3d.files.opening import read_bytes, text_of

# orjson makes a float of a whole number beyond 64 bits. A search for the digits alone is slow, so
# it is made only where there are many digits in turn, as few files have.
_DIGITS = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else 32 for byte in range(256))
_MANY = b"0" * 19
_WIDE = re.compile(rb"(?<![.\d])(?:\d{20}|9\d{18})")


def load_json(path: str | Path) -> Any:
    """Reads a JSON file in UTF-8, with or without a byte order mark.

    NaN and Infinity, which JSON does not know and Python writes, are read as numbers. Whoever uses
    a number must check that it is finite.

    Raises:
      InputError: If the file is missing, empty, not UTF-8 or not JSON; with line and column.
    """
    content = read_bytes(path)
    try:
        return parsed(content.removeprefix(codecs.BOM_UTF8))
    except ValueError:  # it is bad, or what Python alone reads: json tells which
        text = text_of(path, content)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip())
        raise InputError(
            f"{path} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
            + ("; the file ends there, it is probably cut short." if cut else ".")
        ) from None
    except RecursionError:
        raise InputError(f"{path} nests its lists too deeply to be a file of keypoints.") from None
    except ValueError as error:  # a number of thousands of digits
        raise InputError(f"{path} is not valid JSON: {error}") from None


def parsed(content: bytes) -> Any:
    """JSON in UTF-8 as `json.loads` gives it, in a seventh of the time.

    Raises:
      ValueError: If it is none, or if `json.loads` might give something else.
    """
    if _MANY in content.translate(_DIGITS) and _WIDE.search(content):
        raise ValueError("A whole number may not fit in 64 bits.")
    return orjson.loads(content)


def kind_of(content: object) -> str:
    """What a piece of JSON is, in words, for messages."""
    if isinstance(content, dict):
        keys = ", ".join(repr(key)[:40] for key in list(content)[:8])
        return f"an object with the keys {keys or '(none)'}"
    if isinstance(content, list):
        return f"a list of {len(content)}" if content else "an empty list"
    return f"a single {type(content).__name__}"
