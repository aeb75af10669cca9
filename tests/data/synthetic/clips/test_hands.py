import numpy as np
import pytest

from posenet3d.data.synthetic.clips.clip import Clip
from posenet3d.data.synthetic.clips.hands import hands_together, place_of, put_hand
from posenet3d.data.synthetic.people.angles import ANGLES
from posenet3d.data.synthetic.people.bodies import mean_bodies
from posenet3d.data.synthetic.people.kinematics import chest_orientation, forward_kinematics
from posenet3d.skeletons.skeleton import H36M_17

# to the left, up and in front of the middle of the shoulders, in units of stature
PLACES = [(0.1, -0.2, 0.2), (-0.05, 0.0, 0.25), (0.2, 0.2, 0.1), (0.05, -0.25, 0.15), (0.3, 0, 0)]


@pytest.fixture
def clip():
    return Clip(np.random.default_rng(3), count=5, frames=4, frame_rate=30.0)


def wrist(clip, side):
    """Where the wrist of a mean body is, in the axes of its chest, `[S, T, 3]`."""
    angles = np.stack([clip[name] for name in ANGLES], axis=-1)
    joints = forward_kinematics(angles, mean_bodies(5))
    offset = joints[:, :, H36M_17.index(f"{side}_wrist")] - joints[:, :, H36M_17.index("thorax")]
    return (np.swapaxes(chest_orientation(angles), -1, -2) @ offset[..., None])[..., 0]


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("place", PLACES)
def test_the_wrist_is_where_it_is_put(clip, side, place):
    across, *rest = place
    sign = 1 if side == "left" else -1
    put_hand(clip, side, (sign * across, *rest))
    np.testing.assert_allclose(wrist(clip, side)[0, 0], (sign * across, *rest), atol=0.008)


def test_a_place_out_of_reach_is_pointed_at(clip):
    put_hand(clip, "left", (0.1, 0.0, 2.0))
    assert clip["left_elbow"].max() < 20
    np.testing.assert_allclose(clip["left_shoulder_flexion"], 90, atol=8)


def test_only_those_asked_put_their_hand(clip):
    before = clip["left_elbow"].copy()
    put_hand(clip, "left", (0.1, 0.0, 0.15), where=np.arange(5)[:, None] < 2)
    changed = (clip["left_elbow"] != before).any(axis=1)
    assert changed.tolist() == [True, True, False, False, False]


def test_a_hand_goes_to_the_knee(clip):
    clip["spine_flexion"] += 40
    clip["left_hip_flexion"] = np.full(clip.shape, 100.0)
    put_hand(clip, "left", place_of(clip, "left_knee"))
    np.testing.assert_allclose(
        wrist(clip, "left"), np.stack(place_of(clip, "left_knee"), -1), atol=0.02
    )


def test_both_hands_hold_one_thing():
    clip = Clip(np.random.default_rng(3), count=5, frames=40, frame_rate=30.0)
    hands_together(clip, clip.routine([(0.4, 0.8)]), apart=(0.03, 0.03))
    gap = np.linalg.norm(wrist(clip, "left") - wrist(clip, "right"), axis=-1)
    assert np.abs(gap - 0.06).max() < 0.03
