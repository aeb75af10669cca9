"""The list in a JSON file whose entries are read in parts, in memory or as `JsonItems`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from posenet3d.files.json_file import load_json
from posenet3d.files.json_items import JsonItems
from posenet3d.formats.interface.reader import Units
from posenet3d.poses.people import People


def is_list(content: Any) -> bool:
    """Whether JSON is a list that has entries."""
    if isinstance(content, JsonItems):
        return content.key is None
    return isinstance(content, list) and bool(content)


def list_under(
    content: Any, key: str, others: tuple[str, ...]
) -> tuple[Iterable[Any] | None, dict[str, Any]]:
    """The list that an object has under a key, and what it has under others; None: it has none."""
    if isinstance(content, JsonItems):
        if content.key != key:
            return None, {}
        return content, {other: content.value(other) for other in others}
    found = content.get(key) if isinstance(content, dict) else None
    if not isinstance(found, list) or not found:
        return None, {}
    return found, {other: content.get(other) for other in others}


def one_unit(content: Any, read: Callable[[Any], People]) -> Units:
    """JSON that cannot be cut, as one unit."""
    if isinstance(content, JsonItems):  # large, and still not a list that could be cut
        content = load_json(content.path)
    return Units([content], "files", lambda batch, first: read(batch[0]))
