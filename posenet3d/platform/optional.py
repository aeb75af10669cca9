"""Libraries that only some files need, each an extra of the package."""

from __future__ import annotations

import importlib
from typing import Any

from posenet3d.errors import InputError


def require(library: str, ending: str, extra: str, doing: str = "Writing") -> Any:
    """The library of that name, for what is done with files of that ending.

    Raises:
      InputError: If it is not installed; the message names the extra.
    """
    try:
        return importlib.import_module(library)
    except ImportError:
        raise InputError(
            f"{doing} {ending} needs the library {library}, which is not installed; it needs the "
            f"extra: pip install 'posenet3d[{extra}]'."
        ) from None
