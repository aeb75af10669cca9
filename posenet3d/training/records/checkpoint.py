"""Checkpoints: everything a run needs to go on as if it had never stopped, in one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from posenet3d.errors import InputError
from posenet3d.files.atomic import atomic_path
from posenet3d.platform import stack
from posenet3d.training.cycle.trainer import GeometricSelfSupervision

_PROGRESS = "progress"


def save_checkpoint(
    path: Path, trainer: GeometricSelfSupervision, progress: dict[str, Any]
) -> None:
    """Writes all weights, both optimizers' state and the run's progress; all or nothing.

    Args:
      path: The `.npz` to replace.
      trainer: The compiled trainer.
      progress: Plain data, for example the epochs done and the best metric so far.
    """
    arrays = {str(i): v.numpy() for i, v in enumerate(_variables(trainer))}
    arrays[_PROGRESS] = np.array(json.dumps(progress))
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def restore_checkpoint(path: Path, trainer: GeometricSelfSupervision) -> dict[str, Any]:
    """Brings a trainer back to where `save_checkpoint` left it; returns the run's progress.

    Raises:
      InputError: If the file cannot be read or belongs to networks of other sizes.
    """
    variables = _variables(trainer)
    try:
        with np.load(path, allow_pickle=False) as archive:
            progress = json.loads(str(archive[_PROGRESS]))
            values = [archive[str(i)] for i in range(len(archive.files) - 1)]
    except Exception as error:  # a damaged archive fails in many ways, and all mean the same
        raise InputError(
            f"{path} cannot be read ({error}); remove it to start the run anew."
        ) from error
    if [v.shape for v in values] != [tuple(v.shape) for v in variables]:
        raise InputError(f"{path} was written by networks of other sizes; choose another run_dir.")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return progress


def resume(path: Path, trainer: GeometricSelfSupervision) -> dict[str, Any]:
    """As `restore_checkpoint`; where there is no file, the progress of a run that begins."""
    if path.exists():
        return restore_checkpoint(path, trainer)
    return {"epochs": 0, "best": None, "seconds": 0.0}


def _variables(trainer: GeometricSelfSupervision) -> list[Any]:
    return [
        *trainer.weights,
        *(v for o in trainer.optimizers for v in stack.optimizer_variables(o)),
    ]
