"""Loading a saved estimator by path or by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from posenet3d.errors import InputError

if TYPE_CHECKING:
    from posenet3d.models import PoseEstimator

ESTIMATOR_FILE = "estimator.keras"
"""Name of the estimator's file in a run's `best/` folder and in `saved_models/<name>/`."""

WEIGHTS_FILE = "estimator.npz"
"""Name of its weights file there, which does not depend on the version of Keras."""

SEQUENCE_FILE = "sequence.npz"
"""Name of the file of a lifter of sequences (`posenet3d.sequences`) in such a folder."""

DEFAULT_MODEL = "full"
"""The pretrained model that is loaded where none is named."""

_FILES = (ESTIMATOR_FILE, WEIGHTS_FILE)

_PACKAGE = Path(__file__).resolve().parents[1]
# The pretrained models lie inside the installed package, and in a checkout beside it (setup.py).
_SHELVES = (_PACKAGE / "saved_models", _PACKAGE.parent / "saved_models")


def load(path_or_name: str | Path = DEFAULT_MODEL) -> PoseEstimator:
    """Loads an estimator: a pretrained one, or one of your own runs.

    The name of a pretrained model means that model from every working directory, also where a
    file or folder has the same name; for that one, write `./full` or give a `Path`. Anything
    else is a path: of a `.keras` file or a weights file (`.npz`), of a folder that holds
    `estimator.keras` or `estimator.npz`, or of a run's folder, whose best is taken. It is looked
    for from the working directory, then from `runs/` there. Files are read as data, by this
    package alone: nothing in them is run, and all of them is looked at before a model is made.

    Args:
      path_or_name: Name of a pretrained model, by default the full one; or a path.

    Returns:
      The `PoseEstimator`.

    Raises:
      InputError: If there is no such file, or it is not a sound `PoseEstimator`.
    """
    # Seconds, which `find` need not wait for. Without TensorFlow the first says what to do.
    from posenet3d.models import PoseEstimator  # noqa: F401

    from posenet3d.models.keras_file import read_keras_file  # isort: skip
    from posenet3d.models.weights_file import read_weights_file  # isort: skip

    path = find(path_or_name)
    if path.suffix == ".npz":
        return read_weights_file(path)
    if path.suffix == ".keras":
        return read_keras_file(path)
    raise InputError(f"{path} is not a .keras file, nor a weights file (.npz).")


def find(path_or_name: str | Path) -> Path:
    """The file of the estimator that `load` would load; args and errors are those of `load`."""
    pretrained = pretrained_files()
    if isinstance(path_or_name, str) and path_or_name in pretrained:
        return pretrained[path_or_name]
    path = Path(path_or_name)
    for place in (path, "runs" / path):
        for file in (place, *(f / n for f in (place, place / "best") for n in _FILES)):
            if file.is_file():
                return file
    shelf = pretrained_folder()
    folders = (path, shelf / path) if shelf else (path,)
    if any((folder / SEQUENCE_FILE).is_file() for folder in folders):
        raise InputError(
            f"{path} is a lifter of sequences, and one of single poses is needed here "
            f"({', '.join(pretrained)}); posenet3d lift takes it as --sequence_model."
        )
    raise InputError(
        f"There is no model {str(path_or_name)!r}: give a .keras file, a run's folder, or the name "
        f"of a pretrained model ({', '.join(pretrained) or 'none is installed'})."
    )


def pretrained_folder() -> Path | None:
    """The folder that holds a folder for each pretrained model; None: none is installed."""
    return next((shelf for shelf in _SHELVES if shelf.is_dir()), None)


def pretrained_files(name: str = ESTIMATOR_FILE) -> dict[str, Path]:
    """The file of this name of each pretrained model that has one, by the model's name."""
    shelf = pretrained_folder()
    files = sorted(shelf.glob(f"*/{name}")) if shelf else []
    return {file.parent.name: file for file in files}
