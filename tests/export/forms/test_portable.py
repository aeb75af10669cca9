import numpy as np
import pytest
import tensorflow as tf

from posenet3d.export.forms.portable import PortableEstimator, eliminate
from posenet3d.skeletons.skeleton import CMU_17


@pytest.mark.parametrize("size", [1, 2, 7])
def test_elimination_solves(size):
    rng = np.random.default_rng(size)
    root = rng.normal(size=(5, size, size)) + 2 * np.eye(size)
    matrix, right = root @ np.swapaxes(root, 1, 2), rng.normal(size=(5, size, 3))
    solution = eliminate(tf.constant(matrix), tf.constant(right)).numpy()
    np.testing.assert_allclose(matrix @ solution, right, atol=1e-9)


@pytest.mark.parametrize(
    "missing", [(), ("pelvis",), ("left_wrist", "head"), CMU_17.joint_names[9:]], ids=str
)
def test_gaps_are_filled_alike(estimator, people, missing):
    keypoints_2d = people.keypoints_2d[:32]
    confidence = np.ones(keypoints_2d.shape[:2], np.float32)
    confidence[:, [CMU_17.index(name) for name in missing]] = 0
    found = PortableEstimator(estimator)({"keypoints_2d": keypoints_2d, "confidence": confidence})
    expected = estimator.lift(keypoints_2d, confidence, score=False)
    np.testing.assert_allclose(found["keypoints_3d"], expected.keypoints_3d, atol=1e-5)
    np.testing.assert_allclose(found["elevation"], expected.elevation, atol=1e-3)
    np.testing.assert_allclose(found["expected_error"], expected.expected_error, atol=1e-4)
