"""What a client is told whose input cannot be used, by a session as TensorFlow Serving has one."""
# ruff: noqa: E501

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.client import pywrap_tf_session

POSE = np.random.default_rng(0).normal(500, 200, (4, 17, 2)).astype(np.float32)
SURE = np.ones((4, 17), np.float32)


def changed(array, place, value):
    array = array.copy()
    array[place] = value
    return array


@pytest.fixture(scope="module")
def session_run(saved):
    """Runs a signature in a session, past Python's own checks of shapes."""
    graph = tf.Graph()
    with graph.as_default():
        session = tf.compat.v1.Session()
        meta = tf.compat.v1.saved_model.load(session, ["serve"], str(saved / "1"))
    session._extend_graph()

    def run(name, **inputs):
        signature = meta.signature_def[name]

        def tensor(info):
            return graph.get_tensor_by_name(info.name)._as_tf_output()

        feeds = {tensor(signature.inputs[key]): array for key, array in inputs.items()}
        outputs = [tensor(info) for info in signature.outputs.values()]
        found = pywrap_tf_session.TF_SessionRun_wrapper(
            session._session, None, feeds, outputs, [], None
        )
        return dict(zip(signature.outputs, found, strict=True))

    yield run
    session.close()


REFUSED = [
    ("serving_default", {"keypoints_2d": POSE[:, :16]}, r"keypoints_2d must have the shape \[N, 17, 2\], got \[4 16 2\]"),
    ("serving_default", {"keypoints_2d": POSE.reshape(4, 34, 1)}, r"\[N, 17, 2\], got \[4 34 1\]"),
    ("serving_default", {"keypoints_2d": POSE.reshape(4, 34)}, r"\[N, 17, 2\], got \[4 34\]"),
    ("serving_default", {"keypoints_2d": POSE[0]}, r"\[N, 17, 2\], got \[17 2\]"),
    ("serving_default", {"keypoints_2d": np.float32(3)}, r"\[N, 17, 2\], got \[\]"),
    ("serving_default", {"keypoints_2d": POSE[None]}, r"\[N, 17, 2\], got \[1 4 17 2\]"),
    ("serving_default", {"keypoints_2d": changed(POSE, (2, 3, 1), np.nan)}, "keypoints_2d holds nan at row 2, joint .*right_ankle.*; coordinates must be finite and at most 1e[+]09"),
    ("serving_default", {"keypoints_2d": changed(POSE, (0, 0, 0), -np.inf)}, "holds -inf at row 0, joint .*pelvis"),
    ("serving_default", {"keypoints_2d": changed(POSE, (3, 16, 0), 2e9)}, "at row 3, joint .*right_wrist"),
    ("lift_with_confidence", {"keypoints_2d": changed(POSE, (1, 0, 0), np.nan), "confidence": SURE}, "holds nan at row 1"),
    ("lift_with_confidence", {"keypoints_2d": POSE, "confidence": SURE[:3]}, r"confidence must have the shape \[4, 17\], got \[3 17\]"),
    ("lift_with_confidence", {"keypoints_2d": POSE, "confidence": SURE[:, :1]}, r"\[4, 17\], got \[4 1\]"),
    ("lift_with_confidence", {"keypoints_2d": POSE, "confidence": SURE[..., None]}, r"\[4, 17\], got \[4 17 1\]"),
    ("lift_with_confidence", {"keypoints_2d": POSE, "confidence": changed(SURE, (1, 2), 1.5)}, r"confidence must lie in \[0, 1\], got 1.5 at row 1, joint .*right_knee"),
    ("lift_with_confidence", {"keypoints_2d": POSE, "confidence": changed(SURE, (1, 2), np.nan)}, "got nan at row 1"),
    ("lift_coco", {"keypoints_2d": changed(POSE, (1, 0, 0), np.nan), "confidence": SURE}, "holds nan at row 1, joint .*nose"),
    ("lift_coco", {"keypoints_2d": POSE, "confidence": -SURE}, "got -1 at row 0, joint .*nose"),
    ("lift_normalized", {"keypoints_2d": POSE}, r"the root at \(0, 0\) and the mean distance of its joints from there 0.1; row 0 has"),
    ("lift_normalized", {"keypoints_2d": (POSE - POSE[:, :1]) / 100}, "must be normalised"),
    ("lift_normalized", {"keypoints_2d": changed(POSE, (1, 0, 0), np.nan)}, "holds nan at row 1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "inputs", "message"), REFUSED)
def test_message_reaches_the_client(session_run, name, inputs, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        session_run(name, **inputs)


def test_same_session_lifts(session_run, estimator):
    found = session_run("lift_with_confidence", keypoints_2d=POSE, confidence=SURE)
    np.testing.assert_allclose(found["keypoints_3d"], estimator.lift(POSE).keypoints_3d, atol=1e-4)


def test_person_with_too_few_joints_does_not_fail_the_others(session_run, estimator):
    few = changed(SURE, (1, slice(8, None)), 0)
    found = session_run("lift_with_confidence", keypoints_2d=POSE, confidence=few)
    expected = estimator.lift(POSE, few)
    assert np.isnan(found["keypoints_3d"]).all(axis=(1, 2)).tolist() == [False, True, False, False]
    assert np.isnan(found["score"]).tolist() == [False, True, False, False]
    assert not found["filled"].any()
    assert expected.lifted.tolist() == [True, False, True, True]
