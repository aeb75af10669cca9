"""The requests that TensorFlow Serving's page on REST documents, by a plain HTTP client."""

import gzip
import http.client

import pytest

from tests.serving.rest.asking import CONFIDENCE, LIFTED, POSE, PREDICT, ask, ask_on

SCORE, ELEVATION = 80.0, 40.0  # means of x and y


def test_rows_of_one_input_are_lists(server):
    status, answer = ask(server.rest, PREDICT, {"instances": [POSE, POSE]})
    row = {"keypoints_3d": LIFTED, "score": SCORE, "elevation": ELEVATION}
    assert (status, answer) == (200, {"predictions": [row, row]})


def test_rows_of_several_inputs_are_objects(server):
    confidence = [0.0, *CONFIDENCE[1:]]
    rows = [{"keypoints_2d": POSE, "confidence": confidence}]
    body = {"signature_name": "lift_with_confidence", "instances": rows}
    (row,) = ask(server.rest, PREDICT, body)[1]["predictions"]
    assert row["keypoints_3d"] == LIFTED
    assert row["filled"] == [True] + 16 * [False]


def test_columns_are_an_object_or_one_list(server):
    expected = {"keypoints_3d": [LIFTED], "score": [SCORE], "elevation": [ELEVATION]}
    for inputs in ([POSE], {"keypoints_2d": [POSE]}):
        assert ask(server.rest, PREDICT, {"inputs": inputs}) == (200, {"outputs": expected})


@pytest.mark.parametrize(
    ("signature", "inputs", "outputs"),
    [("any_width", [[1, 2.5], [3, 4]], [3.5, 7.0]), ("one_answer", [POSE], 60.0)],
)
def test_one_output_is_written_without_its_name(server, signature, inputs, outputs):
    body = {"signature_name": signature, "inputs": inputs}
    assert ask(server.rest, PREDICT, body) == (200, {"outputs": outputs})


def test_a_version_is_chosen_and_case_does_not_matter(server):
    body = {"instances": [POSE]}
    for path in ("/v1/models/lifter/versions/1:predict", "/V1/Models/%6Cifter/Versions/1:Predict"):
        assert ask(server.rest, path, body)[0] == 200
    assert ask(server.rest, "/v1/models/lifter/versions/2:predict", body) == (
        404, {"error": "Servable not found for request: Specific(lifter, 2)"},
    )  # fmt: skip
    assert ask(server.rest, "/v1/models/lifter/labels/stable:predict", body) == (
        400, {"error": "Unrecognized servable version label: stable"},
    )  # fmt: skip


def test_status_is_told_by_version(server):
    about = {
        "version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""},
    }  # fmt: skip
    for path in ("/v1/models/lifter", "/v1/models/lifter/versions/1"):
        assert ask(server.rest, path) == (200, {"model_version_status": [about]})
    assert ask(server.rest, "/v1/models/lifter/versions/9")[0] == 404
    assert ask(server.rest, "/v1/models/other") == (
        404, {"error": "Could not find any versions of model other"},
    )  # fmt: skip
    assert ask(server.rest, "/v1/models/lifter/labels/stable")[0] == 400
    assert ask(server.rest, "/v1/models") == (400, {"error": "Missing model name in request."})


def test_metadata_are_the_signatures(server):
    status, answer = ask(server.rest, "/v1/models/lifter/versions/1/metadata")
    assert status == 200
    assert answer["model_spec"] == {"name": "lifter", "signature_name": "", "version": "1"}
    signature = answer["metadata"]["signature_def"]["signature_def"]["lift_with_confidence"]
    assert signature["method_name"] == "tensorflow/serving/predict"
    confidence = signature["inputs"]["confidence"]
    assert confidence["dtype"] == "DT_FLOAT"
    sizes = [{"size": "-1", "name": ""}, {"size": "17", "name": ""}]
    assert confidence["tensor_shape"] == {"dim": sizes, "unknown_rank": False}
    assert set(signature["outputs"]) == {"keypoints_3d", "score", "elevation", "filled"}


def test_numbers_that_are_none_are_read_and_written_as_null(server):
    body = b'{"signature_name": "any_width", "inputs": [[1, NaN], [-Infinity, 0], [1, 2]]}'
    assert ask(server.rest, PREDICT, body) == (200, {"outputs": [None, None, 3.0]})


def test_the_type_of_the_content_does_not_matter_and_gzip_is_read(server):
    body = b'{"instances": [[1, 2]], "signature_name": "any_width"}'
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a")
    for kind in kinds:
        assert ask(server.rest, PREDICT, body, Content_Type=kind)[0] == 200
    packed = gzip.compress(body)
    answer = ask(server.rest, PREDICT, packed, Content_Encoding="gzip")
    assert answer == (200, {"predictions": [3.0]})


def test_a_connection_is_kept(server):
    connection = http.client.HTTPConnection(server.rest, timeout=20)
    for number in range(20):
        body = {"signature_name": "any_width", "inputs": [[number, 1]]}
        assert ask_on(connection, PREDICT, body)[1] == {"outputs": [number + 1.0]}
        assert ask_on(connection, "/nowhere")[0] == 404
        if number == 0:
            ours = connection.sock.getsockname()
    assert connection.sock.getsockname() == ours
    connection.close()


def test_other_calls_are_not_implemented(server):
    for name in ("classify", "regress"):
        status, answer = ask(server.rest, f"/v1/models/lifter:{name}", {"examples": [{"x": 1}]})
        assert (status, answer) == (
            501, {"error": f"{name.capitalize()} is not implemented by this server."},
        )  # fmt: skip


def test_pages_of_other_sites_may_not_ask_unless_told_so(server):
    status, _ = ask(server.rest, PREDICT, method="OPTIONS", Origin="https://example.org")
    assert status == 405
