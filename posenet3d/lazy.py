"""Names that a package offers without importing what they come from until they are used.

TensorFlow takes seconds to import and does not run everywhere. Who only reads keypoint files, or
lifts with a .tflite file, does without.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def exports(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The functions `__getattr__` and `__dir__` of a package (PEP 562).

    With the first of the names all are imported, since importing a network's module is what makes
    it known to Keras: whoever has one of them can load files that hold any. Submodules are found as
    attributes as well, imported or not.

    Args:
      package: The package's `__name__`.
      homes: The module of each name that is offered.
    """

    def get(name: str) -> Any:
        if name in homes:
            found = {n: getattr(importlib.import_module(home), n) for n, home in homes.items()}
            vars(sys.modules[package]).update(found)
            return found[name]
        submodule = f"{package}.{name}"
        if not name.startswith("_"):
            try:
                return importlib.import_module(submodule)
            except ModuleNotFoundError as error:
                if error.name != submodule:
                    raise
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name)

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return get, names
