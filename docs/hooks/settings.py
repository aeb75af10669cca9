"""Griffe extension: the help text of a setting, which is that of its flag, is its docstring."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from typing import Any

import griffe


class SettingHelp(griffe.Extension):
    """Shows fields made by `posenet3d.settings.setting` with their default and help text."""

    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: Any) -> None:
        """Reads both from the dataclass, where f-strings and constants have their values."""
        if not str(attr.value).startswith("setting("):
            return
        owner = getattr(importlib.import_module(attr.module.path), attr.parent.name)
        (field,) = (one for one in dataclasses.fields(owner) if one.name == attr.name)
        attr.docstring = griffe.Docstring(field.metadata["help"], parent=attr)
        attr.value = ast.unparse(ast.parse(repr(field.default)))
