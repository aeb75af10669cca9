import numpy as np
import pytest

from posenet3d.evaluation.metrics.checks import check_pair
from posenet3d.skeletons.skeleton import H36M_17


@pytest.mark.parametrize("rows_a_check", [1, 2, 100])
def test_the_row_is_right_however_large_the_array(monkeypatch, rows_a_check, random_poses):
    monkeypatch.setattr("posenet3d.evaluation.metrics.checks._ROWS_A_CHECK", rows_a_check)
    good, bad = random_poses(), random_poses()
    bad[5, H36M_17.index("head"), 2] = -np.inf
    with pytest.raises(ValueError, match="true_3d holds -inf at row 5, joint head"):
        check_pair(good, bad, 0, H36M_17)
    with pytest.raises(ValueError, match="predicted_3d holds -inf at row 5, joint 10"):
        check_pair(bad, good, 0)


def test_one_joint_is_no_pose(random_poses):
    with pytest.raises(ValueError, match=r"two joints or more, got \[8, 1, 3\]"):
        check_pair(random_poses()[:, :1], random_poses()[:, :1], 0)
