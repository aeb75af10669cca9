"""Ids as keys: the same id is the same key, however a file writes it."""

from __future__ import annotations

from posenet3d.formats.parsing.persons import is_identifier


def as_key(value: object) -> int | str | None:
    """The id as a key of a lookup, 12 for 12.0; None for what can be none, which finds nothing."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if is_identifier(value) else None
