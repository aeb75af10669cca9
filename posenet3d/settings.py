"""What all settings share: a help text each, which is that of its flag, and a range."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from posenet3d.errors import ConfigError


def setting(default: Any, help: str) -> Any:
    """A dataclass field with a help text."""
    return dataclasses.field(default=default, metadata={"help": help})


def setting_of(config_class: type, name: str, help: str | None = None) -> Any:
    """The field that another dataclass of settings has, with its help text or one of its own."""
    (field,) = (field for field in dataclasses.fields(config_class) if field.name == name)
    return setting(field.default, help or field.metadata["help"])


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raises `ConfigError` where a value lies outside, NaN included."""
    if not low <= value <= high:
        raise ConfigError(f"{name} must lie between {low} and {high}, got {value}.")


def check_height_mm(height_mm: float | None) -> None:
    """Raises `ConfigError` where a standing height is given that is no positive number."""
    if height_mm is not None and not 0 < height_mm < float("inf"):
        raise ConfigError(f"height_mm must be a positive number, got {height_mm}.")


def check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    """Raises `ConfigError` where a value is none of these."""
    if value not in choices:
        raise ConfigError(f"{name} must be one of {', '.join(choices)}, got {value!r}.")


def width_height(name: str, text: str) -> tuple[int, int]:
    """A size that is given as 1920x1080.

    Raises:
      ConfigError: If it is not two positive numbers.
    """
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ConfigError(f"{name} must be WIDTHxHEIGHT, like 1920x1080, got {text!r}.")
    return int(width), int(height)
