"""Activities on the floor do what their name says, in a good share of frames."""

import numpy as np
import pytest

from tests.fixtures.procedural import (
    SEQUENCES,
    angle,
    front_up,
    height,
    higher,
    joints,
    lower,
    steepness,
)


@pytest.mark.parametrize(
    ("activity", "face"),
    [("lying_on_the_back", 1), ("leg_raises", 1), ("lying_on_the_belly", -1),
     ("lifting_the_chest", -1), ("lying_on_the_side", 0)],
)  # fmt: skip
def test_people_lie_level_and_face_that_way(activity, face):
    level = np.abs(steepness(activity, "pelvis", "thorax")) < 25
    assert level.mean() > (0.4 if activity == "lifting_the_chest" else 0.8)
    facing = front_up(activity)[level]
    assert np.abs(facing - face).mean() < (0.6 if face == 0 else 0.3)
    assert height(activity, "pelvis").max() < 0.25


def test_people_lie_on_both_sides():
    left = joints("lying_on_the_side")["left_hip"] - joints("lying_on_the_side")["right_hip"]
    up = left[..., 1].mean(axis=1) > 0
    assert 2 <= up.sum() <= SEQUENCES - 2


def test_rolling_over_shows_every_side():
    facing = front_up("rolling_over")
    for low, high in ((-1, -0.8), (-0.4, 0.4), (0.8, 1)):
        assert ((facing >= low) & (facing <= high)).mean() > 0.08


@pytest.mark.parametrize("activity", ["sitting_on_the_floor", "sitting_on_the_heels"])
def test_sits_on_the_floor_upright(activity):
    assert np.quantile(height(activity, "pelvis"), 0.7) < 0.2
    assert (steepness(activity, "pelvis", "thorax") > 30).mean() > 0.7


def test_kneels_with_a_knee_on_the_floor():
    assert (lower("kneeling_upright", "knee") < 0.08).mean() > 0.85
    assert (steepness("kneeling_upright", "pelvis", "thorax") > 50).mean() > 0.5


@pytest.mark.parametrize("activity", ["crawling", "bear_walking", "push_ups"])
def test_hands_are_on_the_floor_face_down(activity):
    hands_down = (lower(activity, "wrist") < 0.06).mean()
    assert hands_down > 0.8
    assert (front_up(activity) < 0).mean() > 0.9


def test_crawls_on_knees_and_walks_like_a_bear_on_feet():
    assert (lower("crawling", "knee") < 0.09).mean() > 0.8
    assert (lower("bear_walking", "knee") > 0.08).mean() > 0.9


def test_push_ups_bend_the_elbows():
    assert (np.ptp(angle("push_ups", "left_elbow"), axis=1) > 40).sum() >= SEQUENCES / 3


def test_sit_ups_raise_the_trunk():
    trunk = steepness("sit_ups", "pelvis", "thorax")
    assert (trunk.min(axis=1) < 20).all()
    assert np.median(trunk.max(axis=1)) > 40


def test_bridges_lift_the_hips_over_the_chest():
    lifted = height("bridging", "pelvis") - height("bridging", "thorax")
    assert np.median(lifted.max(axis=1)) > 0.05
    assert (front_up("bridging") > 0.3).mean() > 0.9


def test_getting_down_goes_from_standing_to_lying():
    assert np.median(height("getting_down", "head").max(axis=1)) > 0.85
    assert np.median(height("getting_down", "head").min(axis=1)) < 0.25


def test_leg_raises_and_chest_lifts():
    assert np.median(higher("leg_raises", "ankle").max(axis=1)) > 0.2
    assert np.median(height("lifting_the_chest", "head").max(axis=1)) > 0.15
