"""Requests that are wrong: each gets a 4xx that says why, and the server goes on."""

import json

import pytest

from tests.serving.rest.asking import CONFIDENCE, POSE, PREDICT, ask

TWO = "lift_with_confidence"
ROW = {"keypoints_2d": POSE, "confidence": CONFIDENCE}
DEEP = b'{"instances": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def body(signature=None, **content):
    return content | ({"signature_name": signature} if signature else {})


def changed(value, joint=3):
    """The rows of a person one of whose numbers is something else."""
    return [[*POSE[:joint], [1.0, value], *POSE[joint + 1 :]]]


JSON_WRONG = {
    "nothing": (b"", "The document is empty"),
    "no JSON": (b"instances = [1, 2]", "JSON Parse error"),
    "half": (b'{"instances": [[1, 2', "JSON Parse error"),
    "comma": (b'{"instances": [[1, 2,]]}', "JSON Parse error"),
    "two documents": (b'{"instances": [1]} {}', "JSON Parse error"),
    "comment": (b'{"instances": [1] /* one */}', "JSON Parse error"),
    "apostrophes": (b"{'instances': [1]}", "JSON Parse error"),
    "not UTF-8": (b'{"signature_name": "\xff\xfe", "instances": [1]}', "UTF-8"),
    "UTF-16": ('{"instances": [1]}'.encode("utf-16"), "JSON Parse error"),
    "byte order mark": (b"\xef\xbb\xbf{}", "JSON Parse error"),
    "half a character": (b'{"signature_name": "\\ud800", "instances": [1]}', "JSON Parse error"),
    "deep": (DEEP, "JSON Parse error"),
    "deep with NaN": (DEEP.replace(b"[]", b"[NaN]"), "JSON Parse error"),
    "too large a number": (b'{"instances": [[[1e999, 1]]]}', "JSON Parse error"),
    "endless number": (b'{"instances": [' + b"1" * 5000 + b"]}", "JSON Parse error"),
    "control character": (b'{"instances": ["\x00"]}', "JSON Parse error"),
    "list": ([POSE], "is not object"),
    "number": (b"7", "is not object"),
    "null": (b"null", "is not object"),
}

CONTENT_WRONG = {
    "no inputs": (body(), "Missing 'inputs' or 'instances' key"),
    "both": (body(inputs=[POSE], instances=[POSE]), "only one of 'inputs' or 'instances'"),
    "no rows": (body(instances=[]), "No values in 'instances' array"),
    "rows as object": (body(instances={"keypoints_2d": [POSE]}), "to be a list"),
    "rows as number": (body(instances=1), "to be a list"),
    "rows as null": (body(instances=None), "to be a list"),
    "signature as number": (body(100, instances=[POSE]), "key must be a string value"),
    "signature as null": (
        {"signature_name": None, "instances": [POSE]}, "key must be a string value",
    ),
    "signature": (body("lift", instances=[POSE]), 'name: "lift" not found in signature def'),
    "initialiser": (body("__saved_model_init_op", instances=[POSE]), "not found in signature def"),
    "list for two inputs": (body(TWO, inputs=[POSE]), "multiple input tensors are required"),
    "rows for two inputs": (body(TWO, instances=[POSE]), "multiple input tensors are required"),
    "input missing": (
        body(TWO, inputs={"keypoints_2d": [POSE]}),
        "Missing named input: confidence in 'inputs' object.",
    ),
    "input missing in a row": (
        body(TWO, instances=[ROW, {"keypoints_2d": POSE}]),
        "Failed to process element: 1 of 'instances' list. Keys must be equal to: "
        "confidence,keypoints_2d",
    ),
    "input too much": (
        body(inputs={"keypoints_2d": [POSE], "confidence": [CONFIDENCE]}),
        "does not have named input: confidence",
    ),
    "input too much in a row": (
        body(instances=[ROW]), "does not have named input: confidence",
    ),
    "input's name": (body(inputs={"poses": [POSE]}), "Missing named input: keypoints_2d"),
    "rows mixed": (body(TWO, instances=[ROW, POSE]), "Expecting object but got list at item 1"),
    "rows mixed, lists first": (
        body(instances=[POSE, {"keypoints_2d": POSE}]),
        "Expecting value/list but got object at item 1",
    ),
    "text": (
        body(instances=changed("7")),
        'Failed to process element: 0 key: keypoints_2d of \'instances\' list. Error: JSON Value: '
        '"7" Type: String is not of expected type: float',
    ),
    "truth value": (body(inputs=changed(True)), "true Type: Bool is not of expected type: float"),
    "null in it": (body(inputs=changed(None)), "null Type: Null is not of expected type: float"),
    "object in it": (body(inputs=changed({"x": 1})), "Type: Object is not of expected type"),
    "base64": (body(inputs={"b64": "AAAA"}), "Type: Object is not of expected type: float"),
    "beyond float": (body(inputs=changed(1e300)), "Cannot convert JSON value: 1e+300 to float"),
    "whole beyond float": (body(inputs=changed(2**24)), "value: 16777216 to float"),
    "list in it": (body(inputs=changed([1.0])), "Encountered list at unexpected level: 3"),
    "joints unequal": (
        body(instances=[POSE, POSE[:16]]),
        "Encountered list at unexpected size: 16 at level: 1 expected size: 17",
    ),
    "coordinates unequal": (
        body(inputs=[[*POSE[:16], [1.0, 2.0, 3.0]]]),
        "Encountered list at unexpected size: 3 at level: 2 expected size: 2",
    ),
    "number among joints": (body(inputs=[[*POSE[:16], 1.0]]), "1.0 found at incorrect level: 2"),
    "joints": (body(instances=[POSE[:5]]), "must have shape [N, 17, 2], got [1, 5, 2]."),
    "no batch": (body(inputs=POSE), "got [17, 2]."),
    "scalar": (body(inputs=7), "got []."),
    "empty": (body(inputs=[]), "got [0]."),
    "emptier": (body(inputs=[[], []]), "got [2, 0]."),
    "too many": (body(instances=65 * [POSE]), "Task size 65 is larger than maximum batch size 64"),
    "unequal": (
        body(TWO, inputs={"keypoints_2d": [POSE, POSE], "confidence": [CONFIDENCE]}),
        "must have equal 0th-dimension size",
    ),
    "NaN": (body(inputs=changed(float("nan"))), "keypoints_2d has a NaN or an infinity"),
    "rows of one answer": (
        body("one_answer", instances=[POSE]), "Tensor name: mean has no shape information",
    ),
    "damaged gzip": (b"no gzip", "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", [*JSON_WRONG, *CONTENT_WRONG])
def test_wrong_bodies_are_refused(server, case):
    content, text = (JSON_WRONG | CONTENT_WRONG)[case]
    headers = {"Content_Encoding": "gzip"} if case == "damaged gzip" else {}
    status, answer = ask(server.rest, PREDICT, content, method="POST", **headers)
    assert status == 400
    assert text in answer["error"]
    assert len(answer["error"]) < 2000


MODEL = "/v1/models/lifter"
PATHS_WRONG = {
    "root": ("GET", "/", 404),
    "elsewhere": ("GET", "/metrics", 404),
    "no such version of REST": ("GET", "/v2/models/lifter", 404),
    "up and down": ("GET", "/v1/../v1/models/lifter", 404),
    "verb missing": ("POST", MODEL, 405),
    "verb unknown": ("POST", f"{MODEL}:lift", 404),
    "verb asked for": ("GET", f"{MODEL}:predict", 405),
    "slash": ("GET", f"{MODEL}/", 404),
    "query": ("POST", f"{MODEL}:predict?x=1", 404),
    "version is a word": ("POST", f"{MODEL}/versions/one:predict", 404),
    "version is negative": ("POST", f"{MODEL}/versions/-1:predict", 404),
    "version is large": ("POST", f"{MODEL}/versions/{2**64}:predict", 400),
    "version is endless": ("GET", f"{MODEL}/versions/{'9' * 5000}", 400),
    "version and label": ("POST", f"{MODEL}/versions/1/labels/a:predict", 404),
    "label": ("GET", f"{MODEL}/labels/a/metadata", 400),
    "metadata sent": ("POST", f"{MODEL}/metadata", 405),
    "name is no text": ("GET", "/v1/models/%ff", 400),
    "name is long": ("GET", f"/v1/models/{'a' * 7000}", 404),
    "name has a zero": ("GET", "/v1/models/%00", 404),
    "deleted": ("DELETE", MODEL, 405),
    "put": ("PUT", f"{MODEL}:predict", 405),
    "head": ("HEAD", MODEL, 405),
    "trace": ("TRACE", MODEL, 405),
    "made up": ("LIFT", f"{MODEL}:predict", 400),
}


@pytest.mark.parametrize("case", PATHS_WRONG)
def test_wrong_paths_and_methods_are_refused(server, case):
    method, path, expected = PATHS_WRONG[case]
    content = json.dumps({"instances": [POSE]}).encode() if method == "POST" else None
    status, answer = ask(server.rest, path, content, method=method)
    assert status == expected
    assert method == "HEAD" or answer["error"]


def test_a_key_given_twice_counts_as_the_last(server):
    content = b'{"signature_name": "any_width", "inputs": [[1]], "inputs": [[2]]}'
    assert ask(server.rest, PREDICT, content) == (200, {"outputs": [2.0]})


def test_a_body_beyond_the_limit_is_refused_without_being_read(server):
    status, answer = ask(server.rest, PREDICT, b" " * 262_145)
    assert status == 413
    assert "larger than max (262144 bytes)" in answer["error"]
    assert ask(server.rest, PREDICT, {"instances": [POSE]})[0] == 200
