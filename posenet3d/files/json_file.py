"""JSON from a user's file, every fault an `InputError` that says where it is."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError
from posenet3d.files.opening import read_bytes, text_of
from posenet3d.files.quick.parse import parsed


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


def kind_of(content: object) -> str:
    """What a piece of JSON is, in words, for messages."""
    if isinstance(content, dict):
        keys = ", ".join(repr(key)[:40] for key in list(content)[:8])
        return f"an object with the keys {keys or '(none)'}"
    if isinstance(content, list):
        return f"a list of {len(content)}" if content else "an empty list"
    return f"a single {type(content).__name__}"
