"""Long work in parts that goes on where it was stopped.

What has been made of each part of the input is kept in a folder beside the output
(`<output>.parts`) until the output is written. A part is written whole or not at all, so the
process may be killed at any time.
"""

from __future__ import annotations

import json
import reprlib
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path
from posenet3d.files.opening import opening
from posenet3d.version import __version__

Part = dict[str, np.ndarray]
"""What is made of one file: arrays of numbers or text by name."""

Progress = Callable[[Sequence[str]], Iterable[str]]
"""Wraps the names of the parts and sees them pass: `tqdm.tqdm`, or `iter`, which shows nothing."""

_KEY = "made_from.json"


def prepared(
    folder: str | Path | None,
    key: Mapping[str, Any],
    names: Sequence[str],
    make: Callable[[str], Part],
    progress: Progress = iter,
) -> list[Part]:
    """Makes a part for each name; those that an interrupted run left in `folder` are taken from it.

    Args:
      folder: Where parts are kept, see `parts_folder`; made if missing. Call `remove` when they are
        no longer needed. None: nothing is kept.
      key: Plain data (JSON) that says what the parts are made from: the data set, every setting,
        and `fingerprint` of the files. Parts of another key are never used.
      names: A name for each part.
      make: Name to part; called for each that is not there yet.
      progress: Wraps the names.

    Returns:
      The parts in the order of the names, the same whether or not there was an interruption.

    Raises:
      InputError: If the folder holds parts made from something else, or anything else, or cannot
        be made.
      ValueError: If a part has an array of objects.
    """
    if folder is None:
        return [make(name) for name in progress(names)]
    folder = Path(folder)
    claim(folder, {**key, "names": list(names)})
    paths = {name: folder / f"{number:05d}.npz" for number, name in enumerate(names)}
    for name in progress(names):
        if load(paths[name]) is None:
            save(paths[name], make(name))
    return [loaded(path) for path in paths.values()]


def parts_folder(output: str | Path) -> Path:
    """The folder that keeps the parts of an output until it is written."""
    output = Path(output)
    return output.with_name(output.name + ".parts")


def fingerprint(paths: Iterable[str | Path]) -> dict[str, list[int]]:
    """{path: [bytes, time of the last change in ns]}: what tells a file from its next version.

    Raises:
      InputError: If a file is missing.
    """
    found = {}
    for path in paths:
        with opening(path):
            status = Path(path).stat()
        found[str(path)] = [status.st_size, status.st_mtime_ns]
    return found


def remove(folder: str | Path) -> None:
    """Removes a folder of parts; one that is not there, or is none of `prepared`'s, is left."""
    if (Path(folder) / _KEY).exists():
        shutil.rmtree(folder)


def claim(folder: Path, key: Mapping[str, Any]) -> None:
    """Makes the folder, or makes sure that its parts are those of this key and package version.

    Raises:
      InputError: If they are not, the folder holds anything else, or it cannot be made.
    """
    key = json.loads(json.dumps({**key, "version": __version__}))  # as it will be read: no tuples
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot keep parts in {folder}: {error.strerror}.") from None
    path = folder / _KEY
    if not path.exists():
        strange = [p.name for p in folder.iterdir() if not p.name.startswith(".")]
        if strange:  # dotted ones are a killed run's
            raise InputError(
                f"{folder} is to keep the finished parts but holds something else "
                f"({sorted(strange)[0]}); move it, or name another output."
            )
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(key, indent=1))
        return
    try:
        found = json.loads(path.read_text())
    except ValueError:
        found = None
    if found != key:
        raise InputError(
            f"{folder} keeps the parts of an unfinished run that was different"
            f"{_difference(found, key)}. Delete the folder to start anew, or run it as before to "
            "go on."
        )


def _difference(found: Any, key: Any, name: str = "") -> str:
    """What differs first, in words that go on from "a run that was different"."""
    if isinstance(found, dict) and isinstance(key, dict):
        for entry in [*key, *found]:
            if found.get(entry) != key.get(entry):
                return _difference(found.get(entry), key.get(entry), entry)
    if not name:
        return ""
    return f": {name} was {reprlib.repr(found)} and is {reprlib.repr(key)} now"


def save(path: Path, part: Part) -> None:
    """Writes a part; whole or not at all.

    Raises:
      ValueError: If it has an array of objects.
    """
    for name, array in part.items():
        if np.asarray(array).dtype.hasobject:
            raise ValueError(f"The part's array {name} holds objects; give numbers or text.")
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **part)


def load(path: Path, only: Sequence[str] = ()) -> Part | None:
    """A part whole; None if it is not there or damaged, as after a power failure.

    Args:
      path: Its file.
      only: Names of arrays; the others are left out, damaged or not.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in only or archive.files}
    except Exception:  # a damaged archive fails in many ways; the part is made anew
        return None


def loaded(path: Path, only: Sequence[str] = ()) -> Part:
    """A part that was there.

    Args:
      path: Its file.
      only: As in `load`.

    Raises:
      InputError: If it is there no longer.
    """
    part = load(path, only)
    if part is None:
        raise InputError(f"{path} has vanished or changed; is another run writing the same output?")
    return part
