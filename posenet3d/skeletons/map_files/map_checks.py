"""What a map file may hold, piece by piece; every fault an `InputError` that names the key."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from posenet3d.errors import InputError

_MOST_JOINTS = 500  # a longer list is no skeleton
_SHOWN = 60  # characters of a name or a value


def key_of(name: str) -> str:
    """What is compared of a name: neither upper and lower case nor how many spaces."""
    return " ".join(name.casefold().split())


def the_joint(
    path: str | Path,
    where: str,
    name: str,
    joints: Collection[str],
    kind: str = "one of the joints",
    exactly: bool = False,
) -> str:
    """The joint of that name.

    Args:
      path: The map file.
      where: The key.
      name: The name that it gives.
      joints: Those there are.
      kind: What they are, for the message.
      exactly: Whether upper and lower case count; else only where names differ in nothing more.

    Raises:
      InputError: If there is none, or more than one.
    """
    if name in joints:
        return name
    alike = [] if exactly else [j for j in joints if key_of(j) == key_of(name)]
    if len(alike) != 1:
        raise InputError(
            f"{path}: {where[:120]}: {name[:_SHOWN]!r} is not {kind}{close_to(name, joints)} "
            f"There are {listed(joints)}."
        )
    return alike[0]


def table_of(
    path: str | Path, content: dict[str, Any], key: str, where: str = ""
) -> dict[str, Any]:
    """The table of that key; empty where there is none.

    Raises:
      InputError: If it is something else.
    """
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise InputError(f"{path}: {where or key} must be a table, got {shown(value)}.")
    return value


def names_in(path: str | Path, content: dict[str, Any], key: str) -> dict[str, str]:
    """A table whose values are texts.

    Raises:
      InputError: If it is something else.
    """
    table = table_of(path, content, key)
    for name, value in table.items():
        if not isinstance(value, str):
            raise InputError(
                f"{path}: {key}.{name[:_SHOWN]} must be the name of a joint between quotes, got "
                f"{shown(value)}. A name with dots or spaces needs quotes on both sides of the "
                "equals sign."
            )
    return table


def texts_of(
    path: str | Path, content: dict[str, Any], key: str, needed: bool = False
) -> tuple[str, ...]:
    """A list of names, none of them there twice.

    Raises:
      InputError: If it is something else, or needed and not there.
    """
    if needed and key not in content:
        raise InputError(
            f"{path} has no {key!r}; it must list the names in the order of the files: {key} = "
            '["nose", ...].'
        )
    value = content.get(key, [])
    if (
        not isinstance(value, list)
        or not all(isinstance(name, str) and is_name(name) for name in value)
        or len(value) > _MOST_JOINTS
        or (needed and not value)
    ):
        raise InputError(
            f"{path}: {key} must be a list of at most {_MOST_JOINTS} names, got {shown(value)}."
        )
    twice = [name for name in value if value.count(name) > 1]
    if twice:
        raise InputError(f"{path}: {key} names {twice[0][:_SHOWN]!r} twice.")
    return tuple(value)


def is_name(text: str) -> bool:
    """Whether a text can stand in tables and messages: not empty, in one line."""
    return bool(text.strip()) and text.isprintable()


def listed(names: Collection[str], most: int = 40) -> str:
    """Names between commas, not all where they are many."""
    some = [name[:_SHOWN] for name in list(names)[:most]]
    return ", ".join(some) + (", ..." if len(names) > most else "")


def close_to(name: str, known: Collection[str]) -> str:
    """The end of a sentence about a name that is unknown, with the one that may be meant."""
    keys = {key_of(k)[:_SHOWN]: k for k in known}
    close = difflib.get_close_matches(key_of(name)[:_SHOWN], keys, n=1)
    return f"; did you mean {keys[close[0]][:_SHOWN]!r}?" if close else "."


def shown(value: Any) -> str:
    """The beginning of a value, for messages."""
    try:
        return f"{value!r:.{_SHOWN}}"
    except ValueError:  # a whole number of thousands of digits
        return "a number that is far too large"
