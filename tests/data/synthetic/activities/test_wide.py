"""What holds of every activity, and that nobody is bodiless or breaks a law of nature."""

import re
from pathlib import Path

import numpy as np
import pytest

from posenet3d.data import synthetic
from posenet3d.data.synthetic.people.angles import LIMITS
from posenet3d.data.synthetic.people.floor import CLEARANCE
from posenet3d.skeletons.skeleton import H36M_17
from tests.fixtures.procedural import FRAMES, SEQUENCES, motion

WIDE = [name for name in synthetic.ACTIVITIES if name not in synthetic.QUICKSTART_ACTIVITIES]
AIRBORNE = {"jumping_jacks", "high_knees", "skipping_rope", "hopping", "dancing_widely"}
HANGING = {"hanging_from_a_bar"}
BELOW = np.array([CLEARANCE[name.split("_")[-1]] for name in H36M_17.joint_names])


def positions(activity):
    """`[S, T, 17, 3]` in units of stature."""
    made = motion(activity)
    shape = SEQUENCES, FRAMES, 17, 3
    return made.positions.astype(np.float64).reshape(shape) / made.stature[:, None, None, None]


def distance(points, start, end):
    """Of points to segments, all `[..., 3]`."""
    along = end - start
    share = ((points - start) * along).sum(-1) / (along**2).sum(-1)
    return np.linalg.norm(points - start - np.clip(share, 0, 1)[..., None] * along, axis=-1)


@pytest.mark.parametrize("activity", WIDE)
def test_joints_keep_their_limits(activity):
    low, high = np.array(list(LIMITS.values())).T
    angles = motion(activity).angles
    assert np.isfinite(motion(activity).positions).all()
    assert (angles >= low - 1e-3).all()
    assert (angles <= high + 1e-3).all()


@pytest.mark.parametrize("activity", WIDE)
def test_bodies_rest_on_the_floor_and_not_in_it(activity):
    gap = (positions(activity)[..., 1] - BELOW).min(axis=-1)
    assert gap.min() > -0.03
    if activity in HANGING:
        assert gap.min() > 0.01
    elif activity in AIRBORNE:
        assert gap.max() > 0.02
        assert np.median(gap.min(axis=1)) < 0.01
    else:
        assert gap.max() < 0.03


@pytest.mark.parametrize("activity", WIDE)
def test_motion_is_continuous(activity):
    poses = positions(activity) - positions(activity)[:, :, :1]
    steps = np.linalg.norm(np.diff(poses, axis=1), axis=-1)
    assert steps.max() < 0.4  # of the stature in a thirtieth of a second: a club's swing
    assert np.quantile(steps.max(axis=-1), 0.9) < 0.15
    assert np.abs(np.diff(positions(activity)[:, :, 0], axis=1)).max() < 0.1


@pytest.mark.parametrize("activity", WIDE)
def test_limbs_seldom_pass_through_the_body(activity):
    joint = {name: positions(activity)[:, :, k] for k, name in enumerate(H36M_17.joint_names)}
    for side in ("left", "right"):
        hand = distance(joint[f"{side}_wrist"], joint["pelvis"], joint["thorax"])
        assert (hand < 0.03).mean() < 0.03
        knee = distance(joint[f"{side}_knee"], joint["spine"], joint["thorax"])
        assert (knee < 0.03).mean() < 0.01
    shanks = distance(joint["left_ankle"], joint["right_knee"], joint["right_ankle"])
    assert (shanks < 0.015).mean() < 0.03


@pytest.mark.parametrize("activity", WIDE)
def test_people_differ(activity):
    first = (positions(activity) - positions(activity)[:, :, :1])[:, 0].reshape(SEQUENCES, -1)
    apart = np.linalg.norm(first[:, None] - first[None], axis=-1) + np.eye(SEQUENCES) * 9
    assert apart.min() > 0.05


def test_what_each_name_promises_is_tested():
    texts = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert set(synthetic.ACTIVITIES) <= set(re.findall(r'"([a-z_]+)"', texts))
