"""The pretrained lifters over gRPC and REST: the same model as the estimator."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request

import numpy as np
import pytest

import posenet3d
from posenet3d.export.answers.golden import GOLDEN_FILE, read_arrays
from posenet3d.serving import Client
from tests.fixtures.checkout import CHECKOUT

SHELF = CHECKOUT / "saved_models"
MM_A_UNIT = 450.0  # a person 1.7 m tall is about 3.8 units
ALLOWED_MM = 0.01


@pytest.fixture(scope="module", params=["full", "small"])
def served(request, start):
    """(name, client, HOST:PORT of REST) of a server of this model."""
    with (
        start(SHELF / request.param) as server,
        Client(server.address, request.param) as client,
    ):
        yield request.param, client, server.rest


def test_every_signature_gives_its_golden_outputs(served):
    name, client, _ = served
    recorded = json.loads((SHELF / name / GOLDEN_FILE).read_text())["saved_model"]
    assert set(recorded) == set(client.signatures())
    for signature, record in recorded.items():
        answer = client.predict(read_arrays(record["inputs"]), signature)
        for key, array in read_arrays(record["outputs"]).items():
            atol = ALLOWED_MM / MM_A_UNIT if key == "keypoints_3d" else 1e-3
            np.testing.assert_allclose(answer[key], array, atol=atol, err_msg=f"{signature} {key}")


def test_answers_are_the_estimators(served):
    name, client, _ = served
    recorded = json.loads((SHELF / name / GOLDEN_FILE).read_text())["saved_model"]
    inputs = read_arrays(recorded["lift_with_confidence"]["inputs"])
    expected = posenet3d.load(name).lift(**inputs)
    answer = client.lift(**inputs)
    assert np.isfinite(expected.keypoints_3d).any()
    np.testing.assert_allclose(
        answer["keypoints_3d"], expected.keypoints_3d, atol=ALLOWED_MM / MM_A_UNIT
    )
    np.testing.assert_allclose(answer["score"], expected.score, atol=1e-4)


def test_answers_by_rest_are_those_by_grpc(served):
    name, client, rest = served
    recorded = json.loads((SHELF / name / GOLDEN_FILE).read_text())["saved_model"]
    for signature, record in recorded.items():
        inputs = read_arrays(record["inputs"])
        body = {"signature_name": signature, "inputs": {k: v.tolist() for k, v in inputs.items()}}
        request = urllib.request.Request(
            f"http://{rest}/v1/models/{name}:predict", json.dumps(body).encode()
        )
        outputs = json.load(urllib.request.urlopen(request, timeout=20))["outputs"]
        for key, array in client.predict(inputs, signature).items():
            # Null becomes NaN; batches of other sizes differ in the last digits.
            answer = np.array(outputs[key], float)
            np.testing.assert_allclose(answer, array, rtol=1e-4, atol=1e-4, err_msg=key)


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_the_documented_curl_gets_the_documented_answer(served):
    name, _, rest = served
    page = (CHECKOUT / "docs" / "serving.md").read_text().split("<!-- rest -->")[1]
    command, printed = re.findall(r"```(?:bash|text)\n(.*?)```", page, re.DOTALL)[:2]
    command = command.replace("127.0.0.1:8501", rest).replace("models/full", f"models/{name}")
    output = subprocess.run(command, shell=True, capture_output=True, check=True, timeout=30).stdout
    (person,) = json.loads(output)["predictions"]
    assert np.array(person["keypoints_3d"]).shape == (17, 3)
    if name == "full":
        for key in ("score", "elevation"):
            (number,) = re.findall(rf'"{key}":([0-9.]+)', printed)
            assert person[key] == pytest.approx(float(number), abs=1e-3)


def test_a_body_with_more_numbers_than_a_batch_is_refused_unread(served):
    name, _, rest = served
    body = b"[" + b"1," * 40_000 + b"1]"
    request = urllib.request.Request(f"http://{rest}/v1/models/{name}:predict", body)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=20)
    assert caught.value.code == 400
    assert b"more numbers than the largest batch" in caught.value.read()
