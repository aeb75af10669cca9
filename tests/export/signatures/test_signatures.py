import numpy as np
import pytest
import tensorflow as tf

from posenet3d.export.forms.saved_model import load_signatures
from posenet3d.export.signatures.signatures import signatures
from posenet3d.geometry import camera
from posenet3d.models import Lifter, PoseEstimator
from posenet3d.models.lifter import unproject
from posenet3d.skeletons import joint_maps
from posenet3d.skeletons.skeleton import COCO_17, Skeleton


@pytest.fixture(scope="module")
def served(saved):
    """Calls a signature of the SavedModel with arrays."""
    functions = load_signatures(saved / "1")

    def call(name, **inputs):
        outputs = functions[name](**{key: tf.constant(array) for key, array in inputs.items()})
        return {key: tensor.numpy() for key, tensor in outputs.items()}

    call.functions = functions
    return call


LIMITS = {"keypoints_3d": 1e-4, "score": 1e-4, "elevation": 1e-3, "expected_error": 1e-4}


def test_names_and_shapes(served):
    found = {
        name: (
            {key: spec.shape.as_list() for key, spec in f.structured_input_signature[1].items()},
            {key: spec.shape.as_list() for key, spec in f.structured_outputs.items()},
        )
        for name, f in served.functions.items()
    }
    poses, confidence = {"keypoints_2d": [None, 17, 2]}, {"confidence": [None, 17]}
    lifted = {"keypoints_3d": [None, 17, 3], "elevation": [None], "expected_error": [None, 17]}
    score, filled = {"score": [None]}, {"filled": [None, 17]}
    assert found == {
        "serving_default": (poses, lifted | score),
        "lift_with_confidence": (poses | confidence, lifted | score | filled),
        "lift_coco": (poses | confidence, lifted | score | filled),
        "lift_normalized": (poses, lifted),
    }


def test_confidence_signature_is_lift(served, estimator, poses):
    found, expected = served("lift_with_confidence", **poses), estimator.lift(**poses)
    for name, limit in LIMITS.items():
        np.testing.assert_allclose(found[name], getattr(expected, name), atol=limit)
    np.testing.assert_array_equal(found["filled"], expected.filled)


def test_default_signature_takes_every_joint_for_present(served, estimator, people):
    found, expected = (
        served("serving_default", keypoints_2d=people.keypoints_2d),
        estimator.lift(people.keypoints_2d),
    )
    for name, limit in LIMITS.items():
        np.testing.assert_allclose(found[name], getattr(expected, name), atol=limit)


def test_coco_signature_maps_the_joints(served, estimator, people):
    rng = np.random.default_rng(0)
    source = joint_maps.get("h36m17", "coco17").apply(people.keypoints_2d)[0][:100]
    source[:, :5] = people.keypoints_2d[:100, 10:11] + rng.normal(scale=5, size=(100, 5, 2))
    confidence = rng.uniform(0.2, 1, (100, 17)).astype(np.float32)
    confidence *= rng.random(confidence.shape) > 0.15
    found = served("lift_coco", keypoints_2d=source, confidence=confidence)
    expected = estimator.lift(*joint_maps.get("coco17", "cmu17").apply(source, confidence))
    assert 50 < expected.lifted.sum() < 100
    np.testing.assert_allclose(found["keypoints_3d"], expected.keypoints_3d, atol=1e-4)
    np.testing.assert_array_equal(found["filled"], expected.filled)


def test_normalized_signature_is_the_lifter_alone(served, estimator, people):
    normalised = camera.normalise(people.keypoints_2d, 0).keypoints_2d
    lifted = estimator.lifter(normalised)
    found = served("lift_normalized", keypoints_2d=normalised)
    np.testing.assert_allclose(found["keypoints_3d"], unproject(lifted), atol=1e-5)
    np.testing.assert_allclose(found["elevation"], np.rad2deg(lifted.elevation), atol=1e-3)
    np.testing.assert_allclose(found["expected_error"], lifted.expected_error, atol=1e-5)


@pytest.mark.parametrize(
    "name", ["serving_default", "lift_with_confidence", "lift_coco", "lift_normalized"]
)
def test_nobody_gives_nothing(served, name):
    inputs = {"keypoints_2d": np.zeros((0, 17, 2), np.float32)}
    if "confidence" in served.functions[name].structured_input_signature[1]:
        inputs["confidence"] = np.zeros((0, 17), np.float32)
    assert served(name, **inputs)["keypoints_3d"].shape == (0, 17, 3)


def test_own_skeleton_has_no_coco_signature_and_no_elevation(people):
    animal = Skeleton("animal", ("tail", "back", "nose"), (-1, 0, 1), (), ())
    lifter = Lifter(num_joints=3, width=16, num_blocks=1)
    estimator = PoseEstimator(lifter, animal)
    estimator.gap_filler.adapt(people.keypoints_2d[:, :3])
    made = {signature.name: signature for signature in signatures(estimator)}
    assert list(made) == ["serving_default", "lift_with_confidence", "lift_normalized"]
    outputs = made["serving_default"].function(tf.constant(people.keypoints_2d[:4, :3]))
    assert outputs["keypoints_3d"].shape == (4, 3, 3)
    assert np.isnan(outputs["elevation"]).all()
    assert "expected_error" not in outputs


def test_coco_signature_of_coco_lifter_maps_nothing(people):
    estimator = PoseEstimator(Lifter(width=16, num_blocks=1), COCO_17)
    estimator.gap_filler.adapt(people.keypoints_2d)
    made = {signature.name: signature for signature in signatures(estimator)}
    poses, confidence = tf.constant(people.keypoints_2d[:4]), tf.ones([4, 17])
    np.testing.assert_array_equal(
        made["lift_coco"].function(poses, confidence)["keypoints_3d"],
        made["lift_with_confidence"].function(poses, confidence)["keypoints_3d"],
    )
