import numpy as np

from posenet3d.evaluation.expected_errors import expected_error_mm
from posenet3d.poses.lift_result import LiftResult


def test_they_have_the_size_of_the_true_poses(people):
    poses = people.select(np.arange(3))
    sizes = np.array([400.0, 500.0, 250.0])  # mm a unit
    errors = np.outer([0.1, 0.2, 0.4], np.arange(17) > 0).astype(np.float32)
    result = LiftResult(
        poses.keypoints_3d / sizes[:, None, None], np.zeros((3, 17), bool), np.ones(3, bool),
        ("",) * 3, np.ones(3), np.zeros(3), "pose", expected_error=errors,
    )  # fmt: skip
    np.testing.assert_allclose(expected_error_mm(result, poses), [40.0, 100.0, 100.0], rtol=1e-5)
