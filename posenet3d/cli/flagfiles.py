"""Files of flags: found from the working folder, else among those that the package brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from posenet3d.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parents[1]
# They lie inside the installed package, and in a checkout beside it (setup.py).
_SHELVES = (_PACKAGE / "configs", _PACKAGE.parent / "configs")
_ENDING = ".flags"


def expanded(argv: Sequence[str]) -> list[str]:
    """The words of a command line with the flags of each `--flagfile` in its place.

    A flag file has a flag a line; lines that begin with # or // are comments; it may name others.

    Raises:
      ConfigError: If there is no such file, it cannot be read, or it names itself.
    """
    return list(_expanded(argv, ()))


def _expanded(words: Sequence[str], inside: tuple[Path, ...]) -> Iterator[str]:
    words = iter(words)
    for word in words:
        name, equals, value = word.partition("=")
        if name not in ("--flagfile", "-flagfile"):
            yield word
            continue
        path = find(value if equals else next(words, ""))
        if path in inside:
            raise ConfigError(f"{path} names itself by --flagfile.")
        yield from _expanded(_lines(path), (*inside, path))


def find(name: str) -> Path:
    """A flag file: a path, or the name of one that the package brings (`quickstart`).

    Raises:
      ConfigError: If there is none.
    """
    path = Path(name)
    if name and path.is_file():
        return path.resolve()
    brought = {file.name: file for shelf in _SHELVES for file in sorted(shelf.glob(f"*{_ENDING}"))}
    in_configs = path.parent == Path("configs") or path.parent == Path()
    file = brought.get(path.name, brought.get(path.name + _ENDING)) if in_configs else None
    if file is None:
        known = ", ".join(sorted(file.removesuffix(_ENDING) for file in brought))
        raise ConfigError(f"There is no flag file {name!r}; the package has {known or 'none'}.")
    return file


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The flag file {path} cannot be read: {error}.") from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("#", "//"))]
