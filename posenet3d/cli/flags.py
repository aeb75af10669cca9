"""Flags from the fields of a frozen dataclass, and the settings back from the flags."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import re
import shutil
import sys
import textwrap
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from absl import flags

from posenet3d.cli import flagfiles
from posenet3d.errors import ConfigError, ExportError, InputError, TrainingError

_AUTO = "auto"
_LITE = "posenet3d-lite"
_EXTRA = re.compile(r"posenet3d\[(c3d|gltf|mediapipe|rerun|rtmlib|video|viz)\]")  # both have them


def define(config_class: type) -> None:
    """Defines a flag a field: its name, type, default and help; `lifter_width` for groups."""
    for name, field, kind in _flags(config_class):
        text, default = field.metadata["help"], field.default
        if typing.get_origin(kind) is typing.Literal:
            flags.DEFINE_enum(name, default, typing.get_args(kind), text)
        elif _optional(kind):
            flags.DEFINE_string(name, _AUTO if default is None else _text(default), text)
        else:
            makers: dict[type, Callable[..., Any]] = {
                bool: flags.DEFINE_bool,
                int: flags.DEFINE_integer,
                float: flags.DEFINE_float,
                str: flags.DEFINE_string,
            }
            makers[kind](name, default, text)


def parse(config_class: type, prefix: str = "") -> Any:
    """The dataclass with the flags' values.

    Raises:
      ConfigError: If a value is not what its field takes.
    """
    values = {}
    for name, field, kind in _fields(config_class, prefix):
        if dataclasses.is_dataclass(kind):
            values[field.name] = parse(kind, f"{name}_")
        elif _optional(kind):
            values[field.name] = _number_or_numbers(name, flags.FLAGS[name].value, kind)
        else:
            values[field.name] = flags.FLAGS[name].value
    return config_class(**values)


def to_flagfile(config_class: type) -> str:
    """The present values as a flagfile that replays the run."""
    lines = [flags.FLAGS[name].serialize() for name, _, _ in _flags(config_class)]
    return "\n".join(line for line in lines if line)


def to_markdown(config_class: type) -> str:
    """A table row a flag, as docs/training.md has them."""
    lines = []
    for name, field, kind in _flags(config_class):
        choices = ""
        if typing.get_origin(kind) is typing.Literal:
            choices = f" One of {', '.join(typing.get_args(kind))}."
        value = str(field.default).lower() if kind is bool else field.default
        shown = "`auto`" if value is None else f"`{value}`" if value != "" else "(empty)"
        lines.append(f"| `--{name}` | {shown} | {field.metadata['help']}{choices} |")
    return "\n".join(lines)


def run(main: Callable[[], None], define_flags: Callable[[], None], about: str) -> None:
    """Runs a command: what a user can mend ends it with one line and status 2, no traceback.

    Args:
      main: What it does, with the flags.
      define_flags: Defines its flags.
      about: What it is for, which `--help` prints.
    """
    known = set(flags.FLAGS)
    define_flags()
    try:
        if {"--help", "-help", "-h", "--helpfull", "--helpshort"} & set(sys.argv[1:]):
            print(help_text(about, [name for name in flags.FLAGS if name not in known]))
            return
        rest = flags.FLAGS(flagfiles.expanded(sys.argv))[1:]
        if rest:
            raise ConfigError(f"Did not understand {' '.join(rest)}; flags look like --name=value.")
        main()
    except ImportError as error:
        sys.exit(fail_import(error))
    except BrokenPipeError:  # `| head`: who reads has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except (
        flags.Error, ConfigError, InputError, TrainingError, ExportError, OSError
    ) as error:  # fmt: skip
        sys.exit(fail(str(error)))
    except KeyboardInterrupt:
        sys.exit(stopped())


def help_text(about: str, names: Iterable[str], width: int | None = None) -> str:
    """What a command is for, and each of its flags with its default.

    Args:
      about: The command's docstring.
      names: Its flags.
      width: Of the terminal; None: as it is.
    """
    width = min(width or shutil.get_terminal_size().columns, 100)
    lines = [about.strip(), "", "Flags:"]
    for name in names:
        flag = flags.FLAGS[name]
        shown = f"--[no]{name}" if flag.boolean else f"--{name}"
        default = flag.default
        if flag.boolean and default is not None:
            default = str(default).lower()
        if default not in (None, "", []):
            shown += f"={default}" if not flag.boolean else f" ({default})"
        # absl writes the choices in front of what a flag is for.
        text = re.sub(r"^<[^>]*>: ", "", " ".join((flag.help or "").split()))
        choices = getattr(flag.parser, "enum_values", None)
        if choices:
            text += f" One of {', '.join(choices)}."
        lines.append(f"  {shown}")
        lines += textwrap.wrap(text, width, initial_indent=" " * 6, subsequent_indent=" " * 6)
    lines.append("  --flagfile\n      A file with a flag a line; those after it on the line win.")
    return "\n".join(lines)


def _optional(kind: Any) -> bool:
    """Whether a setting may be None, which its flag calls auto."""
    return type(None) in typing.get_args(kind)


def _number_or_numbers(name: str, value: str, kind: Any) -> Any:
    """The value of a setting that may be auto: a number, or a tuple of them."""
    if value == _AUTO:
        return None
    many = kind != float | None
    try:
        numbers = tuple(float(v) for v in value.split(","))
    except ValueError:
        numbers = ()
    if not numbers or (len(numbers) > 1 and not many):
        expected = "numbers between commas" if many else "a number"
        raise ConfigError(f"{name} must be {_AUTO} or {expected}, got {value!r}.")
    return numbers if many else numbers[0]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def fail(message: str) -> int:
    """Says in one line what a user can mend; returns the status to end with."""
    message = " ".join(message.split())
    message = _EXTRA.sub(lambda extra: f"{_distribution()}[{extra[1]}]", message)
    print(f"{sys.argv[0]}: error: {message}", file=sys.stderr)
    return 2


def _distribution() -> str:
    """Which of the two distributions is installed."""
    names = set(importlib.metadata.packages_distributions().get("posenet3d", ()))
    return _LITE if names == {_LITE} else "posenet3d"


def stopped() -> int:
    """Says that Ctrl-C has ended it; returns the status to end with."""
    print(f"{sys.argv[0]}: stopped.", file=sys.stderr)
    return 130


def fail_import(error: ImportError) -> int:
    """`fail` for a library that is missing, with what to install."""
    library = (error.name or "").partition(".")[0]
    missing = isinstance(error, ModuleNotFoundError) and library
    return fail(f"{error}; pip install {library}" if missing else str(error))


def _fields(config_class: type, prefix: str = "") -> Iterator[tuple[str, dataclasses.Field, Any]]:
    """The flag of each field, the field and its resolved type.

    What a group's `name` says is the group's own flag, `--optimizer=sgd`.
    """
    kinds = typing.get_type_hints(config_class)
    for field in dataclasses.fields(config_class):
        own = prefix and field.name == "name"
        yield prefix.removesuffix("_") if own else prefix + field.name, field, kinds[field.name]


def _flags(config_class: type, prefix: str = "") -> Iterator[tuple[str, dataclasses.Field, Any]]:
    """The same with the fields of a group in the place of the group."""
    for name, field, kind in _fields(config_class, prefix):
        if dataclasses.is_dataclass(kind):
            yield from _flags(kind, f"{name}_")
        else:
            yield name, field, kind
