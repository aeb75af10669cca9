import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posenet3d.training import LifterConfig, LossConfig, TrainingConfig, ViewConfig
from posenet3d.training.estimates.elevation import GRID, least, search_elevation, trial_config
from posenet3d.training.settings.config import AdapterConfig, AugmentConfig, FlowConfig

RICH = TrainingConfig(
    source_data="photographs.npz",
    init_model="saved",
    lifter=LifterConfig(width=64, completes=True),
    augment=AugmentConfig(placements=10, hide=0.3, noise=0.05),
    adapter=AdapterConfig(share=0.5),
    flow=FlowConfig(steps=10),
    view=ViewConfig(kind="learned", ramp=0.5, max_azimuth=90.0),
    loss=LossConfig(
        adversarial=0.0, motion=1.0, flow=1.0, deformation=1.0, same_body=1.0, bone=20.0
    ),
)


def distance(elevation, true):
    """Least where bodies do not lean; levels off, as distributions that have nothing in common."""
    return {"view_distance": 1.0 - np.exp(-(((elevation - true) / 25.0) ** 2)), "loss": 1.0}


@settings(deadline=None, max_examples=30)
@given(st.floats(-19.0, 27.0))
def test_the_lowest_point_of_a_parabola_is_found(true):
    assert least([3.0 + (e - true) ** 2 for e in GRID]) == pytest.approx(true, abs=0.051)


@pytest.mark.parametrize(("sign", "end"), [(1.0, GRID[0]), (-1.0, GRID[-1])])
def test_at_an_end_of_the_grid_the_end_is_taken(sign, end):
    assert least([sign * e for e in GRID]) == end


def test_equal_distances_give_an_elevation_of_the_grid():
    assert least([1.0] * len(GRID)) in GRID


@pytest.mark.parametrize("true", [11.0, -5.0, 0.0])
def test_search_finds_the_elevation_of_the_cameras(true):
    found = search_elevation(RICH, lambda trial: distance(trial.elevation, true))
    assert found.elevation == pytest.approx(true, abs=1.0)
    assert [trial["elevation"] for trial in found.trials] == list(GRID)
    assert found.trials[0] == {"elevation": GRID[0], **distance(GRID[0], true)}


def test_trials_on_record_are_not_done_again():
    known = tuple({"elevation": e, **distance(e, 11.0)} for e in GRID[2:6])
    done, reported = [], []

    def train(trial):
        done.append(trial.elevation)
        return distance(trial.elevation, 11.0)

    found = search_elevation(RICH, train, reported.append, known)
    assert done == [*GRID[:2], *GRID[6:]]
    assert [trial["elevation"] for trial in reported] == done
    assert found == search_elevation(RICH, lambda trial: distance(trial.elevation, 11.0))


def test_a_trial_is_plain_and_short():
    trial = trial_config(RICH, 16.0)
    assert trial.elevation == 16.0
    assert trial.epochs == 1
    assert trial.steps < 1000
    assert not trial.source_data
    assert not trial.init_model  # it has been trained with an elevation of its own
    assert not trial.augment.damages
    assert not trial.augment.placements
    assert not trial.lifter.completes
    assert (trial.view.kind, trial.view.ramp) == ("known", 0.0)
    weight = trial.loss
    assert weight.adversarial == 1.0
    assert not any([weight.motion, weight.flow, weight.deformation, weight.same_body, weight.signs])


def test_the_bone_weight_of_a_trial_stays_where_it_begins():
    """Risen within so few steps, it makes a lifter settle in wrong signs of depth."""
    weight = trial_config(RICH, 16.0).loss
    assert weight.bone == weight.bone_start == RICH.loss.bone_start
    unweighted = dataclasses.replace(RICH, loss=LossConfig(bone=0.0))
    assert trial_config(unweighted, 16.0).loss.bone == 0.0


def test_a_trial_keeps_what_describes_the_data_and_the_networks():
    trial = trial_config(RICH, 16.0)
    assert trial.lifter == dataclasses.replace(RICH.lifter, completes=False)
    assert trial.discriminator == RICH.discriminator
    assert trial.optimizer == RICH.optimizer
    assert trial.view.max_azimuth == 90.0
