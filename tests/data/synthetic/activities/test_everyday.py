"""Every everyday activity moves what its name says."""

from pathlib import Path

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.skeletons.skeleton import H36M_17
from tests.fixtures.procedural import FRAMES, SEQUENCES, angle, height, motion, travelled


def higher_wrist(activity):
    return np.maximum(height(activity, "left_wrist"), height(activity, "right_wrist"))


@pytest.mark.parametrize("activity", synthetic.QUICKSTART_ACTIVITIES)
def test_what_the_name_promises_is_tested(activity):
    assert f'"{activity}"' in Path(__file__).read_text()


@pytest.mark.parametrize("activity", synthetic.QUICKSTART_ACTIVITIES)
def test_everybody_moves_and_nobody_like_another(activity):
    positions = motion(activity).positions.reshape(SEQUENCES, FRAMES, 17, 3)
    poses = positions - positions[:, :, :1]
    assert poses.std(axis=1).max(axis=(1, 2)).min() > 0.01
    first = poses[:, 0].reshape(SEQUENCES, -1)
    apart = np.linalg.norm(first[:, None] - first[None], axis=-1) + np.eye(SEQUENCES) * 9
    assert apart.min() > 0.1


@pytest.mark.parametrize(
    ("activity", "least", "most"),
    [("walking", 0.4, 2.2), ("turning", 0.4, 2.2), ("running", 1.5, 5)],
)
def test_gaits_travel_forward_at_human_speed(activity, least, most):
    speed = travelled(activity)
    assert least < speed.min()
    assert speed.max() < most
    root = motion(activity).positions[:, H36M_17.root].reshape(SEQUENCES, FRAMES, 3)
    heading = np.radians(angle(activity, "heading"))[:, 1:]
    ahead = np.diff(root, axis=1)
    forward = ahead[..., 0] * np.sin(heading) + ahead[..., 2] * np.cos(heading)
    assert (forward.sum(1) > 0.6 * travelled(activity) * FRAMES / 30).all()


@pytest.mark.parametrize("activity", ["walking", "running"])
def test_legs_alternate_and_the_pelvis_bobs(activity):
    right, left = angle(activity, "right_hip_flexion"), angle(activity, "left_hip_flexion")
    for one, other in zip(right, left, strict=True):
        assert np.corrcoef(one, other)[0, 1] < -0.4
    assert (np.ptp(height(activity, "pelvis"), axis=1) > 0.01).all()


def test_arms_swing_against_the_legs_in_running():
    arms, legs = (
        angle("running", f"right_{n}_flexion") - angle("running", f"left_{n}_flexion")
        for n in ("shoulder", "hip")
    )
    for arm, leg in zip(arms, legs, strict=True):
        assert np.corrcoef(arm, leg)[0, 1] < -0.7


def test_turning_turns_more_than_walking():
    turned = {
        a: np.abs(np.diff(angle(a, "heading")[:, ::30])).mean() for a in ("turning", "walking")
    }
    assert turned["turning"] > 2 * turned["walking"]


def test_standing_stays_upright_in_place():
    assert travelled("standing").max() < 0.3
    assert height("standing", "pelvis").min() > 0.45
    assert height("standing", "head").min() > 0.85


def test_sitting_lowers_the_pelvis_some_to_the_floor():
    pelvis = height("sitting", "pelvis")
    assert pelvis.max() < 0.40
    assert pelvis.min() < 0.15


@pytest.mark.parametrize(
    ("activity", "low", "high"),
    [("sitting_down", 0.36, 0.5), ("squatting", 0.45, 0.5), ("picking_up", 0.45, 0.5)],
)
def test_goes_down_and_up_again(activity, low, high):
    pelvis = height(activity, "pelvis")
    assert np.median(pelvis.min(1)) < low
    assert np.median(pelvis.max(1)) > high


def test_picking_up_brings_a_hand_near_the_floor():
    lowest = np.minimum(height("picking_up", "left_wrist"), height("picking_up", "right_wrist"))
    assert np.median(lowest.min(1)) < 0.27
    assert lowest.min() > -0.02


def test_kneeling_puts_a_knee_on_the_floor():
    lower = np.minimum(height("kneeling", "left_knee"), height("kneeling", "right_knee"))
    assert (lower < 0.08).mean() > 0.85


def test_lunging_bends_one_leg_far_more_forward():
    apart = np.abs(angle("lunging", "left_hip_flexion") - angle("lunging", "right_hip_flexion"))
    assert np.median(apart.max(1)) > 60


@pytest.mark.parametrize("activity", ["reaching", "waving", "climbing", "stretching", "dancing"])
def test_lifts_a_hand_over_the_head_at_times(activity):
    above = higher_wrist(activity) > height(activity, "head")
    assert above.any(1).sum() >= 2
    assert above.mean() < 0.97


def test_reaching_also_goes_low():
    lowest = np.minimum(height("reaching", "left_wrist"), height("reaching", "right_wrist"))
    assert lowest.min() < 0.36


def test_waving_beats_with_the_forearm():
    turns = np.maximum(angle("waving", "left_elbow").std(1), angle("waving", "right_elbow").std(1))
    assert np.median(turns) > 8


def test_jumping_leaves_the_floor_and_lands():
    lowest = np.minimum(height("jumping", "left_ankle"), height("jumping", "right_ankle"))
    assert (lowest.max(1) > 0.08).all()
    assert (lowest.min(1) < 0.06).all()


def test_kicking_raises_a_foot():
    raised = np.maximum(height("kicking", "left_ankle"), height("kicking", "right_ankle"))
    assert np.median(raised.max(1)) > 0.2
    assert (raised.min(1) < 0.12).all()


@pytest.mark.parametrize(("activity", "speed"), [("throwing", 3.5), ("boxing", 2.5)])
def test_hands_are_fast(activity, speed):
    positions = motion(activity).positions.reshape(SEQUENCES, FRAMES, 17, 3)
    wrists = positions[:, :, [H36M_17.index("left_wrist"), H36M_17.index("right_wrist")]]
    wrists = wrists - positions[:, :, :1]
    fastest = np.linalg.norm(np.diff(wrists, axis=1), axis=-1).max(axis=(1, 2)) * 30
    assert np.median(fastest) > speed


def test_stretching_bends_sideways_both_ways():
    bend = angle("stretching", "spine_bend")
    assert bend.max() > 25
    assert bend.min() < -25


def test_talking_moves_the_hands_more_than_the_feet():
    flexion = angle("talking", "left_shoulder_flexion").std(1)
    flexion = np.maximum(flexion, angle("talking", "right_shoulder_flexion").std(1))
    assert np.median(flexion) > 8
    assert travelled("talking").max() < 0.4
