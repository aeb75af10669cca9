import numpy as np
import pytest

from posenet3d.evaluation import evaluate
from posenet3d.evaluation.metrics.mpi_inf_3dhp import (
    JOINTS,
    auc_14,
    has_joints,
    pck_14,
)
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import COCO_17, H36M_17

# The groups of mpii_get_pck_auc_joint_groups.m, in the test set's order, from 1: head, neck,
# shoulders, elbows, wrists, hips, knees, ankles.
GROUPS = [[1], [2], [3, 6], [4, 7], [5, 8], [9, 12], [10, 13], [11, 14]]


def by_the_script(predicted, true, thresholds):
    """Percent of the groups' joints under each threshold, on poses in the test set's order."""
    joints = np.concatenate(GROUPS) - 1
    root = 14
    errors = np.linalg.norm((predicted - predicted[:, [root]]) - (true - true[:, [root]]), axis=-1)[
        :, joints
    ]
    return [100 * np.mean(errors < threshold) for threshold in thresholds]


def test_is_what_the_data_sets_script_computes():
    rng = np.random.default_rng(0)
    true = rng.normal(0, 300, (50, 17, 3))
    predicted = true + rng.normal(0, 70, true.shape)
    to_h36m = joint_maps.get("mpi_inf_3dhp17", "h36m17")
    pair = [to_h36m.apply(poses)[0] for poses in (predicted, true)]
    (expected,) = by_the_script(predicted, true, [150])
    assert 30 < expected < 95
    assert pck_14(*pair).mean() == pytest.approx(expected)
    curve = by_the_script(predicted, true, range(0, 151, 5))
    assert auc_14(*pair).mean() == pytest.approx(np.mean(curve))


def test_pelvis_spine_and_neck_do_not_count(random_poses):
    true = random_poses()
    moved = true.copy()
    for name in ("spine", "neck"):
        moved[:, H36M_17.index(name)] += 1000
    np.testing.assert_array_equal(pck_14(moved, true), 100)
    assert len(set(JOINTS)) == 14
    for name in JOINTS:
        moved = true.copy()
        moved[:, H36M_17.index(name)] += 1000
        np.testing.assert_allclose(pck_14(moved, true), 100 * 13 / 14)


def test_joints_at_the_threshold_do_not_count(random_poses):
    true = random_poses(1)
    for distance, share in ((149.9, 100), (150.0, 1300 / 14)):
        moved = np.round(true)
        moved[:, H36M_17.index("left_wrist"), 0] += distance
        np.testing.assert_allclose(pck_14(moved, np.round(true)), share)
    assert auc_14(true, true) == pytest.approx(100 * 30 / 31)


def test_skeletons_without_the_joints_have_no_such_scores(random_poses):
    assert has_joints(H36M_17)
    assert not has_joints(COCO_17)
    poses = random_poses(3)
    assert "auc_14" not in evaluate(poses, poses, skeleton=COCO_17).overall
    with pytest.raises(ValueError, match="has no joint 'head'"):
        pck_14(poses, poses, COCO_17)
