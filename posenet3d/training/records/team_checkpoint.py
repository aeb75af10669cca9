"""What all workers of a run must have in common and the chief alone has on its disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import keras

from posenet3d.distribution import Team
from posenet3d.models import PoseEstimator, load
from posenet3d.models.loading import ESTIMATOR_FILE
from posenet3d.models.weights import copy_weights
from posenet3d.training.records.checkpoint import (
    restore_checkpoint,
    resume,
    save_checkpoint,
)


def resume_together(path: Path, trainer: keras.Model, team: Team) -> dict[str, Any]:
    """As `checkpoint.resume`, with the chief's file: afterwards all workers are where it is.

    A run that begins, begins everywhere with the chief's weights.
    """
    if team.workers == 1:
        return resume(path, trainer)
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / path.name
        if team.is_chief:
            save_checkpoint(own, trainer, resume(path, trainer))
        own.write_bytes(team.share(own.read_bytes() if team.is_chief else b""))
        return restore_checkpoint(own, trainer)


def load_together(path: Path, team: Team) -> PoseEstimator:
    """The estimator that the chief has kept, in every worker."""
    if team.workers == 1:
        return load(path)
    data = team.share(path.read_bytes() if team.is_chief else b"")
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / ESTIMATOR_FILE
        own.write_bytes(data)
        return load(own)


def plain_copy(network: keras.Model | None) -> keras.Model | None:
    """The network outside of any strategy: Keras would spread its predictions over all workers."""
    if network is None:
        return None
    copy = type(network).from_config(network.get_config())
    copy.build()
    copy_weights(network, copy)
    return copy
