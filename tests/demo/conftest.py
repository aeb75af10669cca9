import importlib
import sys

import pytest

from tests.fixtures.checkout import CHECKOUT

MAKE = CHECKOUT / "demo" / "make"


@pytest.fixture
def made(monkeypatch):
    """A module of demo/make by its name; they import each other as scripts do."""
    monkeypatch.syspath_prepend(str(MAKE))
    names = {path.stem for path in MAKE.glob("*.py")}

    def made(name):
        return importlib.import_module(name)

    yield made
    for name in names & sys.modules.keys():
        del sys.modules[name]
