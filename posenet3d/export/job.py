"""What scripts/export.py does: everything is made aside, and moved into place when all is done."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.export.config import ExportConfig
from posenet3d.export.metadata import describe, from_card
from posenet3d.export.saved_model import add_version, write_saved_model
from posenet3d.models import load
from posenet3d.models.loading import find


def export(config: ExportConfig) -> list[Path]:
    """Exports an estimator.

    Returns:
      What has been written.

    Raises:
      InputError: If there is no such estimator, or the output cannot be a folder.
      ImportError: If a library of an extra is missing that a form needs; names the extra.
    """
    estimator = load(config.model)
    folder = Path(config.output)
    name = folder.resolve().name
    stated = {"licence": config.licence, "training_data": config.training_data}
    stated = from_card(find(config.model)) | {k: text for k, text in stated.items() if text}
    metadata = describe(estimator, name, **stated)
    written = []
    with _staging(folder) as staged:
        if config.saved_model:
            write_saved_model(estimator, staged / "version", name, metadata, config.warmup)
        if config.saved_model:
            written.append(add_version(staged / "version", folder))
    return written


@contextlib.contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` for what is not finished; goes in the end, and with it `folder`
    where that was made here and nothing has been put into it. Servers pass it by: its name is no
    number."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"Cannot export to {folder}: it is a file; give a folder's name.")
    made = [f for f in (folder, *folder.parents) if not f.exists()]
    staged = folder / f".{secrets.token_hex(8)}"
    staged.mkdir(parents=True)
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        for path in made:
            with contextlib.suppress(OSError):  # not empty: that is what was asked for
                path.rmdir()
