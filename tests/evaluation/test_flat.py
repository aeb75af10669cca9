import numpy as np
import pytest

from posenet3d.evaluation import evaluate, flat_pose
from posenet3d.skeletons.skeleton import COCO_17


def test_pixels_from_the_root_with_all_depths_equal(random_poses):
    keypoints_2d = 500.0 + random_poses()[..., :2].astype(np.float32)
    pose = flat_pose(keypoints_2d)
    assert pose.shape == (8, 17, 3)
    assert pose.dtype == np.float32
    assert (pose[..., 2] == 0.0).all()
    np.testing.assert_allclose(pose[..., :2], keypoints_2d - keypoints_2d[:, :1], rtol=1e-6)


def test_a_flat_person_is_lifted_perfectly(random_poses):
    true = random_poses() * [1.0, 1.0, 0.0]
    overall = evaluate(flat_pose(0.2 * true[..., :2] + 500.0), true).overall
    assert overall["mpjpe"] == pytest.approx(0.0, abs=1e-3)


def test_bad_keypoints_are_named(random_poses):
    keypoints_2d = random_poses()[..., :2].copy()
    with pytest.raises(ValueError, match=r"keypoints_2d must have the shape \[N, 17, 2\]"):
        flat_pose(keypoints_2d[:, :16], COCO_17)
    keypoints_2d[2, 10, 0] = np.nan
    with pytest.raises(ValueError, match="keypoints_2d holds nan at row 2, joint head"):
        flat_pose(keypoints_2d)
