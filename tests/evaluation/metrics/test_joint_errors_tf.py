import functools

import numpy as np
import pytest
import tensorflow as tf

from posenet3d.evaluation.metrics import joint_errors, joint_errors_tf
from tests.fixtures.processes import forked_calls

PAIRS = {
    "mpjpe": (joint_errors.mpjpe, joint_errors_tf.mpjpe),
    "n_mpjpe": (joint_errors.n_mpjpe, joint_errors_tf.n_mpjpe),
    "pa_mpjpe": (joint_errors.pa_mpjpe, joint_errors_tf.pa_mpjpe),
    "pa_mpjpe_reflected": (
        joint_errors.pa_mpjpe_reflected,
        functools.partial(joint_errors_tf.pa_mpjpe, reflection=True),
    ),
    "pck": (joint_errors.pck, joint_errors_tf.pck),
    "auc": (joint_errors.auc, joint_errors_tf.auc),
    "cps": (joint_errors.cps, joint_errors_tf.cps),
    "depth_flipped": (joint_errors.depth_flipped, joint_errors_tf.depth_flipped),
    "match_size": (joint_errors.match_size, joint_errors_tf.match_size),
}
ROOTED = ("mpjpe", "n_mpjpe", "pck", "auc", "depth_flipped")


@pytest.fixture(scope="module")
def pairs_of_poses(random_poses, degenerate_poses):
    """Poor, fair, good and mirrored predictions, and every degenerate pose against every other."""
    true = random_poses(40)
    noise = random_poses(40, seed=1)
    mirrored = true * [1.0, 1.0, -1.0] + 0.1 * noise
    odd = np.array([*degenerate_poses, true[0]])
    predicted = [noise, true + 0.5 * noise, true + 0.1 * noise, mirrored]
    return (
        np.concatenate([*predicted, np.repeat(odd, len(odd), axis=0)]),
        np.concatenate([true] * len(predicted) + [np.tile(odd, (len(odd), 1, 1))]),
    )


@pytest.mark.parametrize("name", PAIRS)
def test_equals_numpy_in_double_precision(name, pairs_of_poses):
    reference, metric = PAIRS[name]
    np.testing.assert_allclose(
        metric(*pairs_of_poses), reference(*pairs_of_poses), rtol=1e-9, atol=1e-6
    )


def scores(predicted, true):
    return {name: metric(predicted, true) for name, (_, metric) in PAIRS.items()}


@pytest.mark.parametrize("compiled", [False, True], ids=["function", "xla"])
def test_equals_numpy_in_single_precision_in_a_graph(compiled, pairs_of_poses):
    predicted, true = (poses.astype(np.float32) for poses in pairs_of_poses)
    in_graph = functools.partial(forked_calls.by_xla, scores) if compiled else tf.function(scores)
    for name, values in in_graph(predicted, true).items():
        assert values.dtype in (tf.float32, tf.bool), name
        reference, _ = PAIRS[name]
        np.testing.assert_allclose(
            values, reference(predicted, true), rtol=1e-4, atol=1e-2, err_msg=name
        )


@pytest.mark.parametrize("name", ROOTED)
def test_root_can_be_another_joint(name, random_poses):
    reference, metric = PAIRS[name]
    predicted, true = random_poses(seed=1) * 0.2 + random_poses(), random_poses()
    expected = reference(predicted, true, root=4)
    np.testing.assert_allclose(metric(predicted, true, root=4), expected, rtol=1e-9)
    if name != "depth_flipped":
        assert not np.allclose(expected, reference(predicted, true))


@pytest.mark.parametrize("name", PAIRS)
def test_leading_dimensions_stay(name, random_poses):
    _, metric = PAIRS[name]
    predicted, true = random_poses(6, seed=1), random_poses(6)
    folded = metric(predicted.reshape(2, 3, 17, 3), true.reshape(2, 3, 17, 3)).numpy()
    flat = metric(predicted, true).numpy()
    np.testing.assert_allclose(folded.reshape(flat.shape), flat)
