import dataclasses
from pathlib import Path

import numpy as np
import pytest

import posenet3d
from posenet3d.adapting import AdaptConfig
from posenet3d.adapting.found import SIDES, Found
from posenet3d.adapting.plan import ENOUGH_POSES, MUCH_POSES, make_plan

TRAIN = Path("poses.npz")


@pytest.fixture
def planned(poses, model):
    """The plan for so many of the poses, seen from so many sides, in sequences of these names."""

    def make(count, sides, names=None, **settings):
        rows = np.arange(count) % len(poses)
        lengths = np.full(count // 40, 40)
        found = dataclasses.replace(
            poses.select(rows[: lengths.sum()]), lengths=lengths, keypoints_3d=None,
            sequences=tuple(f"body {i}" for i in range(len(lengths))) if names is None else names,
        )  # fmt: skip
        config = AdaptConfig(input="a", output="run", model=model, **settings)
        found = Found(found, np.ones((len(found), 17)), None, (), (), sides)
        return make_plan(config, found, posenet3d.load(model), None, TRAIN)

    return make


@pytest.mark.parametrize(
    ("count", "sides", "few", "cycle"),
    [
        (320, SIDES, True, False),
        (ENOUGH_POSES, 2, True, False),
        (ENOUGH_POSES, SIDES, False, False),
        (MUCH_POSES, SIDES, False, True),
        (MUCH_POSES, 5, False, False),
    ],
)
def test_how_much_is_learned_depends_on_how_much_there_is(planned, count, sides, few, cycle):
    plan = planned(count, sides)
    student = plan.training.student
    text = " ".join(plan.reasons)
    assert ("Too little to learn much from" in text) == few
    assert ("a lifter of their own from nothing" in text) == cycle
    assert (student.steps < 1000) == few
    assert bool(student.teacher) != cycle
    assert student.init
    assert student.kept > 0
    assert (plan.training.loss.flow > 0) == cycle


def test_with_several_cameras_no_lifter_of_their_own_is_needed(planned):
    names = tuple(f"motion {i // 4}" for i in range(MUCH_POSES // 40))
    plan = planned(MUCH_POSES, SIDES, names)
    assert "Several cameras saw 100 % of the poses at once" in " ".join(plan.reasons)
    assert plan.training.student.teacher
    alone = planned(MUCH_POSES, SIDES, names, several_cameras=False)
    assert not alone.training.student.teacher
    assert not alone.training.student.agree


def test_the_sizes_are_the_models(planned, model):
    lifter = posenet3d.load(model).lifter
    for count in (320, MUCH_POSES):
        training = planned(count, SIDES).training
        assert training.student.width == lifter.trunk.settings["width"]
        assert training.student.num_blocks == lifter.trunk.settings["num_blocks"]
        assert training.lifter.completes == lifter.completes


def test_steps_are_those_asked_for_in_whole_epochs(planned):
    training = planned(320, SIDES, steps=95).training
    assert training.student.steps == 100
    assert training.student.steps % training.steps_per_epoch == 0
