"""How an export comes into a model's folder: made aside, checked, then moved all at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from posenet3d.errors import InputError, reason_of
from posenet3d.export.config import ExportConfig
from posenet3d.export.forms.metadata import from_card
from posenet3d.export.forms.saved_model import add_version
from posenet3d.files.atomic import flush, staging_folder


class Staged(NamedTuple):
    """Where an export is made."""

    version: Path  # the SavedModel's folder, to be made where one is wanted
    files: Path  # the folder of all other files
    written: list[Path]  # what has been written, once it is in its place


@contextlib.contextmanager
def staged_export(folder: Path) -> Iterator[Staged]:
    """What the block makes is moved into the model's folder when it ends without an error.

    Raises:
      InputError: If the folder cannot be written to.
    """
    with _saying_where(folder), staging_folder(folder) as hidden:
        staged = Staged(hidden / "version", hidden / "files", [])
        staged.files.mkdir()
        yield staged
        for path in hidden.rglob("*"):
            flush(path)
        # All is made; from here on things are only moved.
        if staged.version.is_dir():
            staged.written.append(add_version(staged.version, folder))
        for file in sorted(staged.files.iterdir()):
            staged.written.append(file.replace(folder / file.name))
        flush(folder)


def stated(config: ExportConfig, model: Path) -> dict[str, str]:
    """Licence and training data as the settings say, else as the card beside the model does."""
    given = {"licence": config.licence, "training_data": config.training_data}
    return from_card(model) | {name: text for name, text in given.items() if text}


@contextlib.contextmanager
def _saying_where(folder: Path) -> Iterator[None]:
    """Turns what libraries raise on a full disk or a forbidden folder into an InputError."""
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        raise InputError(f"Cannot export to {folder}: {_reason(error)}.") from error


def _reason(error: OSError | tf.errors.OpError) -> str:
    """In words, without the file of the moment: it has a hidden name and is removed."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return reason_of(error).rpartition("; ")[2].partition(" [Op:")[0]
