"""Loading a saved estimator by path or by name."""

from __future__ import annotations

from pathlib import Path

import keras

from posenet3d.errors import InputError
from posenet3d.models.estimator import PoseEstimator

ESTIMATOR_FILE = "estimator.keras"
"""Name of the estimator's file in a run's `best/` folder and in `saved_models/<name>/`."""

_CHECKOUT = Path(__file__).resolve().parents[2]


def load(path_or_name: str | Path) -> PoseEstimator:
    """Loads an estimator.

    Args:
      path_or_name: A `.keras` file, a folder that holds `estimator.keras` (a model of
        `saved_models/`, or a run's folder, whose best is taken), or the name of a model in
        `saved_models/`, looked for in the working directory and in the package's checkout.

    Returns:
      The `PoseEstimator`.

    Raises:
      InputError: If there is no such file, or it is not a saved `PoseEstimator`.
    """
    path = _find(Path(path_or_name))
    if path.suffix != ".keras":  # Keras would read other formats too, some of which can run code
        raise InputError(f"{path} is not a .keras file.")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a damaged file fails in many ways, and all mean the same
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"{path} cannot be read as a saved estimator: {reason}") from error
    if not isinstance(model, PoseEstimator):
        raise InputError(
            f"{path} holds a {type(model).__name__}, not a PoseEstimator; give the file "
            f"{ESTIMATOR_FILE} that training keeps in the run's folder best/."
        )
    return model


def _find(path: Path) -> Path:
    shelves = [Path("saved_models"), _CHECKOUT / "saved_models"]
    for place in [path, *(shelf / path for shelf in shelves)]:
        if place.is_file():
            return place
        for candidate in (place / ESTIMATOR_FILE, place / "best" / ESTIMATOR_FILE):
            if candidate.is_file():
                return candidate
    known = {p.parent.name for shelf in shelves for p in shelf.glob(f"*/{ESTIMATOR_FILE}")}
    raise InputError(
        f"There is no model {str(path)!r}: give a .keras file, a run's folder, or one of the "
        f"models in saved_models/ ({', '.join(sorted(known)) or 'there is none'})."
    )
