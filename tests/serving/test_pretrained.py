"""The pretrained lifters over gRPC: the same model as the estimator."""

import json

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
    """(name, client) of a server of this model."""
    with (
        start(SHELF / request.param) as server,
        Client(server.address, request.param) as client,
    ):
        yield request.param, client


def test_every_signature_gives_its_golden_outputs(served):
    name, client = served
    recorded = json.loads((SHELF / name / GOLDEN_FILE).read_text())["saved_model"]
    assert set(recorded) == set(client.signatures())
    for signature, record in recorded.items():
        answer = client.predict(read_arrays(record["inputs"]), signature)
        for key, array in read_arrays(record["outputs"]).items():
            atol = ALLOWED_MM / MM_A_UNIT if key == "keypoints_3d" else 1e-3
            np.testing.assert_allclose(answer[key], array, atol=atol, err_msg=f"{signature} {key}")


def test_answers_are_the_estimators(served):
    name, client = served
    recorded = json.loads((SHELF / name / GOLDEN_FILE).read_text())["saved_model"]
    inputs = read_arrays(recorded["lift_with_confidence"]["inputs"])
    expected = posenet3d.load(name).lift(**inputs)
    answer = client.lift(**inputs)
    assert np.isfinite(expected.keypoints_3d).any()
    np.testing.assert_allclose(
        answer["keypoints_3d"], expected.keypoints_3d, atol=ALLOWED_MM / MM_A_UNIT
    )
    np.testing.assert_allclose(answer["score"], expected.score, atol=1e-4)
