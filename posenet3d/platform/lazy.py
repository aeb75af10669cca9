"""Names that a package offers without importing what they come from until they are used.

TensorFlow takes seconds to import and does not run everywhere. Who only reads keypoint files, or
lifts with a .tflite file, does without.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

_HEAVY = ("tensorflow", "keras")


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

    Returns:
      `__getattr__`, which raises `ImportError` where TensorFlow or Keras is not installed and a
      name needs it; and `__dir__`.
    """

    def get(name: str) -> Any:
        if name in homes:
            try:
                found = {n: getattr(importlib.import_module(home), n) for n, home in homes.items()}
            except ModuleNotFoundError as error:
                if (error.name or "").partition(".")[0] not in _HEAVY:
                    raise
                raise ImportError(
                    f"{package}.{name} needs TensorFlow and Keras, but there is no {error.name}: "
                    "install the package with its dependencies. `posenet3d lift` lifts without "
                    "them."
                ) from error
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
