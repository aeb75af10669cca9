"""Loading a saved lifter of sequences by path or by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from posenet3d.errors import InputError
from posenet3d.models.loading import (
    ESTIMATOR_FILE,
    SEQUENCE_FILE,
    find,
    pretrained_files,
    pretrained_folder,
)

if TYPE_CHECKING:
    from posenet3d.sequences.estimator import SequenceEstimator

_OF_MODEL = "{}_sequence"  # the pretrained one beside the pretrained model of that name


def is_sequence(path_or_name: str | Path) -> bool:
    """Whether it names a lifter of sequences; see `posenet3d.load`."""
    if isinstance(path_or_name, str) and path_or_name in pretrained_files(SEQUENCE_FILE):
        return True
    path = Path(path_or_name)
    alone = (path / SEQUENCE_FILE).is_file() and not (path / ESTIMATOR_FILE).is_file()
    return path.name == SEQUENCE_FILE or alone


def load_sequence(path_or_name: str | Path) -> SequenceEstimator:
    """Loads a lifter of sequences.

    Args:
      path_or_name: Name of a pretrained one, or the path of a `sequence.npz`, of a folder that
        holds one, or of a run's folder; it is looked for as in `models.load`.

    Raises:
      InputError: If there is none, or the file is not sound.
    """
    path = find_sequence(path_or_name)
    from posenet3d.sequences.weights_file import read_sequence_file  # TensorFlow, seconds

    return read_sequence_file(path)


def find_sequence(path_or_name: str | Path) -> Path:
    """The file that `load_sequence` would load; args and errors are those of it."""
    pretrained = pretrained_files(SEQUENCE_FILE)
    if isinstance(path_or_name, str) and path_or_name in pretrained:
        return pretrained[path_or_name]
    path = Path(path_or_name)
    for place in (path, "runs" / path):
        for file in (place, place / SEQUENCE_FILE, place / "best" / SEQUENCE_FILE):
            if file.is_file():
                return file
    raise InputError(
        f"There is no lifter of sequences {str(path_or_name)!r}: give a {SEQUENCE_FILE}, a run's "
        f"folder, or the name of a pretrained one ({', '.join(pretrained) or 'none is installed'})."
    )


def sequence_of(model: str | Path) -> Path | None:
    """Where the lifter of sequences lies that belongs to a lifter: in its folder, or of its name.

    Args:
      model: The lifter, as `posenet3d.load` takes it, or its `.tflite` file.

    Returns:
      The folder, which holds a `sequence.npz` or `.tflite` files, or None.

    Raises:
      InputError: If there is no such lifter.
    """
    shelf = pretrained_folder()
    if shelf is not None and isinstance(model, str) and (shelf / model).is_dir():
        folder = shelf / model
    elif Path(model).is_file():
        folder = Path(model).resolve().parent
    elif Path(model).is_dir() and any(Path(model).glob("*.tflite")):
        folder = Path(model).resolve()
    else:
        folder = find(model).resolve().parent
    if (folder / SEQUENCE_FILE).is_file():
        return folder
    named = folder.with_name(_OF_MODEL.format(folder.name))
    is_pretrained = shelf is not None and folder.resolve().parent == shelf.resolve()
    return named if is_pretrained and named.is_dir() else None
