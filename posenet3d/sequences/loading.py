"""Loading a saved lifter of sequences by path or by name."""

from __future__ import annotations

from pathlib import Path

from posenet3d.errors import InputError
from posenet3d.models.estimator import PoseEstimator
from posenet3d.models.loading import (
    DEFAULT_MODEL,
    ESTIMATOR_FILE,
    SEQUENCE_FILE,
    find,
    pretrained_files,
    pretrained_folder,
)
from posenet3d.models.loading import load as load_lifter
from posenet3d.sequences.estimator import SequenceEstimator
from posenet3d.sequences.weights_file import read_sequence_file

_OF_MODEL = "{}_sequence"  # the pretrained one beside the pretrained model of that name


def load(path_or_name: str | Path = DEFAULT_MODEL) -> PoseEstimator | SequenceEstimator:
    """Loads a saved lifter, of single poses or of sequences.

    What names a lifter of sequences is the name of a pretrained one ("full_sequence"), the path of
    a `sequence.npz`, or of a folder with nothing else. All else is as in `models.load`: of a run
    with both it loads the lifter of single poses.

    Args:
      path_or_name: Name of a pretrained model, by default the full one; or a path.

    Returns:
      A `PoseEstimator`, which has `lift`, or a `SequenceEstimator`, which has `lift_sequence`.

    Raises:
      InputError: If there is no such file, or it is not a sound lifter.
    """
    return (load_sequence if is_sequence(path_or_name) else load_lifter)(path_or_name)


def is_sequence(path_or_name: str | Path) -> bool:
    """Whether it names a lifter of sequences; see `load`."""
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
    return read_sequence_file(find_sequence(path_or_name))


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
    """The lifter of sequences that belongs to a lifter: in its folder, or of its name.

    Args:
      model: The lifter, as `models.load` takes it.

    Returns:
      The file, or None.

    Raises:
      InputError: If there is no such lifter.
    """
    folder = find(model).resolve().parent
    if (folder / SEQUENCE_FILE).is_file():
        return folder / SEQUENCE_FILE
    shelf = pretrained_folder()
    named = folder.with_name(_OF_MODEL.format(folder.name)) / SEQUENCE_FILE
    is_pretrained = shelf is not None and folder.parent == shelf.resolve()
    return named if is_pretrained and named.is_file() else None
