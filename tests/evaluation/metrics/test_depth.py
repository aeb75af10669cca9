import math

import numpy as np
import pytest

from posenet3d.evaluation.flat import flat_pose
from posenet3d.evaluation.metrics.depth import depth_amplitude


@pytest.fixture
def true_3d():
    poses = np.random.default_rng(0).normal(0, 300.0, (50, 17, 3))
    return poses - poses[:, :1]


def test_the_truth_has_all_of_its_depth_at_any_size(true_3d):
    sizes = np.linspace(0.01, 100.0, 50)[:, None, None]
    assert depth_amplitude(sizes * true_3d, true_3d) == pytest.approx(1.0)


@pytest.mark.parametrize("share", [0.5, 0.9, 1.2])
def test_a_share_of_the_depth_is_told(true_3d, share):
    assert depth_amplitude(true_3d * (1.0, 1.0, share), true_3d) == pytest.approx(share)


def test_the_sign_of_depth_does_not_count(true_3d):
    assert depth_amplitude(true_3d * (1.0, 1.0, -1.0), true_3d) == pytest.approx(1.0)


def test_a_flat_pose_has_none(true_3d):
    assert depth_amplitude(flat_pose(true_3d[..., :2]), true_3d) == 0.0
    assert math.isnan(depth_amplitude(true_3d, true_3d * (1.0, 1.0, 0.0)))


def test_only_the_joints_asked_for_count(true_3d):
    lifted = true_3d.copy()
    lifted[:, [13, 16], 2] *= 0.5
    assert depth_amplitude(lifted, true_3d, joints=[13, 16]) == pytest.approx(0.5)
    assert depth_amplitude(lifted, true_3d, joints=[1, 2, 3]) == pytest.approx(1.0)


def test_poses_that_do_not_belong_together_are_refused(true_3d):
    with pytest.raises(ValueError, match="same shape"):
        depth_amplitude(true_3d[:3], true_3d)
