"""What a server answers to requests, by the stock stubs of tensorflow-serving-api."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_management_pb2,
)


def arrays(response):
    return {name: tf.make_ndarray(tensor) for name, tensor in response.outputs.items()}


@pytest.mark.parametrize("count", [0, 1, 64])
def test_answers_are_the_models(models, prediction, count):
    poses = models.poses(count)
    response = prediction.Predict(models.request(poses), timeout=20)
    answer = arrays(response)
    assert set(answer) == {"keypoints_3d", "score", "elevation"}
    np.testing.assert_allclose(answer["keypoints_3d"], models.lifted(poses), rtol=1e-6)
    np.testing.assert_allclose(answer["score"], poses[..., 0].mean(axis=1), rtol=1e-5)
    spec = response.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("lifter", 1, "serving_default")


def test_values_as_numbers_are_read_as_raw_bytes_are(models, prediction):
    request = models.request(models.poses(2))
    tensor = request.inputs["keypoints_2d"]
    values = tf.make_ndarray(tensor)
    tensor.ClearField("tensor_content")
    tensor.float_val.extend(values.ravel())
    answer = arrays(prediction.Predict(request, timeout=20))
    np.testing.assert_allclose(answer["keypoints_3d"], models.lifted(values), rtol=1e-6)


def test_signature_version_and_outputs_are_chosen(models, prediction):
    confidence = np.ones((3, 17), np.float32)
    confidence[1, 4] = 0
    request = models.request(
        models.poses(3), signature="lift_with_confidence", version=1,
        outputs=["filled", "score"], confidence=confidence,
    )  # fmt: skip
    answer = arrays(prediction.Predict(request, timeout=20))
    assert set(answer) == {"filled", "score"}
    assert np.argwhere(answer["filled"]).tolist() == [[1, 4]]


ONES = np.ones((2, 17, 2), np.float32)
WRONG = {
    "model": (dict(model="other"), "NOT_FOUND", "Servable not found for request: Latest(other)"),
    "no model": (dict(model=""), "INVALID_ARGUMENT", "ModelSpec has no name specified."),
    "version": (
        dict(version=7), "NOT_FOUND", "Servable not found for request: Specific(lifter, 7)"
    ),
    "signature": (
        dict(signature="lift"), "FAILED_PRECONDITION", 'Serving signature key "lift" not found.'
    ),
    "initialiser": (
        dict(signature="__saved_model_init_op"), "FAILED_PRECONDITION",
        'Serving signature key "__saved_model_init_op" not found.',
    ),
    "input missing": (
        dict(signature="lift_with_confidence"), "INVALID_ARGUMENT",
        "Sent extra: {}. Missing but required: {confidence}.",
    ),
    "input too much": (
        dict(confidence=ONES), "INVALID_ARGUMENT",
        "input size does not match signature: 2!=1 len({confidence,keypoints_2d})",
    ),
    "input's name": (
        dict(keypoints_2d=None, poses=ONES), "INVALID_ARGUMENT",
        "input tensor alias not found in signature: poses. Inputs expected to be in the set "
        "{keypoints_2d}.",
    ),
    "output": (
        dict(outputs=["depth"]), "INVALID_ARGUMENT",
        "output tensor alias not found in signature: depth",
    ),
    "output twice": (
        dict(outputs=["score", "score"]), "INVALID_ARGUMENT",
        "duplicate output tensor alias: score",
    ),
    "dtype": (
        dict(keypoints_2d=ONES.astype(np.float64)), "INVALID_ARGUMENT",
        "Expects arg[0] to be float but double is provided",
    ),
    "text": (
        dict(keypoints_2d=np.array([["a"]])), "INVALID_ARGUMENT",
        "Expects arg[0] to be float but string is provided",
    ),
    "joints": (
        dict(keypoints_2d=ONES[:, :5]), "INVALID_ARGUMENT",
        "keypoints_2d must have shape [N, 17, 2], got [2, 5, 2].",
    ),
    "no batch": (dict(keypoints_2d=ONES[0]), "INVALID_ARGUMENT", "got [17, 2]."),
    "scalar": (dict(keypoints_2d=np.float32(1)), "INVALID_ARGUMENT", "got []."),
    "too many": (
        dict(keypoints_2d=np.ones((65, 17, 2), np.float32)), "INVALID_ARGUMENT",
        "Task size 65 is larger than maximum batch size 64",
    ),
    "unequal": (
        dict(signature="lift_with_confidence", confidence=np.ones((3, 17), np.float32)),
        "INVALID_ARGUMENT", "input tensors must have equal 0th-dimension size",
    ),
    "NaN": (
        dict(keypoints_2d=ONES * np.nan), "INVALID_ARGUMENT",
        "keypoints_2d has a NaN or an infinity",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_requests_are_refused_in_tensorflow_servings_words(models, prediction, refusal, case):
    given, code, text = WRONG[case]
    request = models.request(**({"keypoints_2d": ONES} | given))
    assert (code, text in refusal(prediction.Predict, request)[1]) == (
        refusal(prediction.Predict, request)[0], True,
    )  # fmt: skip


def test_labels_are_refused(models, prediction, refusal):
    request = models.request(ONES)
    request.model_spec.version_label = "stable"
    code, text = refusal(prediction.Predict, request)
    assert (code, text) == ("INVALID_ARGUMENT", "Unrecognized servable version label: stable")


def change_content(tensor):
    tensor.tensor_content = tensor.tensor_content[:-1]


def change_to_many_values(tensor):
    tensor.ClearField("tensor_content")
    tensor.float_val.extend([1.0] * 69)


def change_to_unknown_rank(tensor):
    tensor.tensor_shape.unknown_rank = True


def change_to_unknown_size(tensor):
    tensor.tensor_shape.dim[0].size = -1


def change_to_huge(tensor):
    tensor.ClearField("tensor_content")
    tensor.float_val.append(1.0)
    tensor.tensor_shape.dim[0].size = 1 << 40


def change_type(tensor):
    tensor.dtype = 99


@pytest.mark.parametrize(
    "damage",
    [change_content, change_to_many_values, change_to_unknown_rank, change_to_unknown_size,
     change_to_huge, change_type],
)  # fmt: skip
def test_damaged_tensors_are_refused(models, prediction, refusal, damage):
    request = models.request(ONES)
    damage(request.inputs["keypoints_2d"])
    assert refusal(prediction.Predict, request)[0] == "INVALID_ARGUMENT"


def test_a_huge_shape_of_a_free_dimension_takes_no_memory(models, prediction, refusal):
    request = models.request(None, signature="any_width", values=np.ones((1, 1), np.float32))
    tensor = request.inputs["values"]
    tensor.tensor_shape.dim[1].size = 1 << 60
    tensor.ClearField("tensor_content")
    tensor.float_val.append(1.0)
    code, text = refusal(prediction.Predict, request)
    assert code == "INVALID_ARGUMENT"
    assert "too large" in text


def test_a_signature_with_one_answer_for_all_rows_is_answered(models, prediction):
    answer = arrays(prediction.Predict(models.request(ONES, signature="one_answer"), timeout=20))
    assert answer["mean"] == 1


def test_metadata_are_the_signatures(models, prediction, refusal):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    assert refusal(prediction.GetModelMetadata, request) == (
        "INVALID_ARGUMENT",
        "Missing ModelSpec",
    )
    request.model_spec.name = "lifter"
    response = prediction.GetModelMetadata(request, timeout=20)
    assert response.model_spec.version.value == 1
    found = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(found)
    inputs = found.signature_def["lift_with_confidence"].inputs
    assert set(inputs) == {"keypoints_2d", "confidence"}
    assert [dim.size for dim in inputs["keypoints_2d"].tensor_shape.dim] == [-1, 17, 2]
    request.metadata_field.append("weights")
    code, text = refusal(prediction.GetModelMetadata, request)
    assert (code, text) == ("INVALID_ARGUMENT", "Metadata field weights is not supported")


def test_status_is_told_by_version(model_service, refusal):
    request = get_model_status_pb2.GetModelStatusRequest()
    assert refusal(model_service.GetModelStatus, request)[0] == "INVALID_ARGUMENT"
    request.model_spec.name = "lifter"
    (status,) = model_service.GetModelStatus(request, timeout=20).model_version_status
    assert (status.version, status.state, status.status.error_code) == (1, 30, 0)
    request.model_spec.version.value = 9
    assert refusal(model_service.GetModelStatus, request) == (
        "NOT_FOUND", "Could not find version 9 of model lifter",
    )  # fmt: skip
    request.model_spec.name = "other"
    request.model_spec.ClearField("version")
    assert refusal(model_service.GetModelStatus, request) == (
        "NOT_FOUND", "Could not find any versions of model other",
    )  # fmt: skip


def test_other_calls_are_not_implemented(prediction, model_service, refusal):
    reload = model_management_pb2.ReloadConfigRequest()
    assert refusal(model_service.HandleReloadConfigRequest, reload)[0] == "UNIMPLEMENTED"
    classify = classification_pb2.ClassificationRequest()
    assert refusal(prediction.Classify, classify)[0] == "UNIMPLEMENTED"
