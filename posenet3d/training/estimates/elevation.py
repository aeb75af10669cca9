"""The cameras' elevation, found without labels.

A lifter that undoes a wrong elevation makes bodies lean, and its new views look unlike real poses.
Short trainings, each with another elevation, therefore tell which is right. So they tell front from
back: with the elevation's sign turned, a lifter learns the mirror image of depth, which leans too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from posenet3d.training.settings.config import (
    AdapterConfig,
    AugmentConfig,
    StudentConfig,
    TrainingConfig,
)

GRID = (-24.0, -16.0, -8.0, 0.0, 8.0, 16.0, 24.0, 32.0)
"""Elevations in degrees that are tried; the spread of cameras in a data set is about the step."""

_STEPS = 200  # of a trial: enough for the distances to part, a fraction of a run


@dataclasses.dataclass(frozen=True)
class ElevationSearch:
    """What was tried and what was found."""

    elevation: float  # degrees
    trials: tuple[dict[str, float], ...]  # of each its elevation, view_distance and losses


def search_elevation(
    config: TrainingConfig,
    train: Callable[[TrainingConfig], dict[str, float]],
    progress: Callable[[dict[str, float]], None] | None = None,
    known: tuple[dict[str, float], ...] = (),
) -> ElevationSearch:
    """Tries elevations and takes the one whose new views are the nearest to real poses.

    Between the best trial and its neighbours the minimum of a parabola is taken.

    Args:
      config: The run's settings; a trial takes its data, networks and weights, plain.
      train: Trains with some settings; returns `view_distance` and whatever else is to be kept.
      progress: Called with each trial as it ends.
      known: Trials done before, which are not done again.

    Returns:
      The `ElevationSearch`.
    """
    done = {trial["elevation"]: trial for trial in known}
    for elevation in GRID:
        if elevation not in done:
            done[elevation] = {"elevation": elevation, **train(trial_config(config, elevation))}
            if progress is not None:
                progress(done[elevation])
    trials = tuple(done[elevation] for elevation in GRID)
    return ElevationSearch(least([t["view_distance"] for t in trials]), trials)


def trial_config(config: TrainingConfig, elevation: float) -> TrainingConfig:
    """The settings of a trial: short, and without what only refines a lifter."""
    return dataclasses.replace(
        config,
        elevation=elevation,
        steps=_STEPS,
        steps_per_epoch=_STEPS,
        source_data="",
        init_model="",
        lifter=dataclasses.replace(config.lifter, completes=False),
        augment=AugmentConfig(),
        student=StudentConfig(),
        adapter=AdapterConfig(),
        view=dataclasses.replace(config.view, kind="known", ramp=0.0),
        # The bone weight stays where it begins: risen within so few steps, it makes a lifter settle
        # in wrong signs of depth at any elevation.
        loss=dataclasses.replace(
            config.loss,
            adversarial=1.0,
            bone=min(config.loss.bone, config.loss.bone_start),
            motion=0.0,
            flow=0.0,
            signs=0.0,
            deformation=0.0,
            same_body=0.0,
        ),
    )


def least(distances: list[float]) -> float:
    """The elevation of the least distance over `GRID`, between two of its steps if need be."""
    best = int(np.argmin(distances))
    if best in (0, len(GRID) - 1):
        return GRID[best]
    before, here, after = distances[best - 1 : best + 2]
    bend = before - 2 * here + after
    shift = 0.0 if bend <= 0 else 0.5 * (before - after) / bend
    return round(GRID[best] + shift * (GRID[1] - GRID[0]), 1)
