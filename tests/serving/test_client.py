"""The client, against the embedded server and against servers that misbehave."""

import concurrent.futures
import dataclasses
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from posenet3d.errors import ConfigError, InputError
from posenet3d.serving import Client, ClientConfig, ServingError


@pytest.fixture
def client(server):
    with Client(server.address, "lifter", config=ClientConfig(rows_a_request=64)) as client:
        yield client


def test_arrays_come_back(models, client):
    poses = models.poses(5)
    answer = client.lift(poses.astype(np.float64))
    np.testing.assert_allclose(answer["keypoints_3d"], models.lifted(poses), rtol=1e-6)
    answer["keypoints_3d"] *= 2  # is the caller's own
    confidence = np.ones((5, 17))
    confidence[2, 3] = 0
    answer = client.lift(poses, confidence, outputs=["filled"])
    assert list(answer) == ["filled"]
    assert np.argwhere(answer["filled"]).tolist() == [[2, 3]]


def test_a_sequence_comes_back_in_order_in_bounded_pieces(models, client):
    poses = models.poses(1000)
    pieces = list(client.stream(poses, np.ones((1000, 17))))
    assert [len(piece["score"]) for piece in pieces] == [64] * 15 + [40]
    lifted = np.concatenate([piece["keypoints_3d"] for piece in pieces])
    np.testing.assert_allclose(lifted, models.lifted(poses), rtol=1e-6)
    assert list(client.stream(poses[:0])) == []


def test_a_server_is_described(client):
    assert client.versions() == {1: "AVAILABLE"}
    inputs, outputs = client.signatures()["lift_with_confidence"]
    assert (inputs, "filled" in outputs) == (["confidence", "keypoints_2d"], True)


def test_refusals_say_what_the_server_said(models, server, client):
    with pytest.raises(InputError, match=r"refused the request: keypoints_2d must have shape"):
        client.lift(models.poses(2)[:, :3])
    with pytest.raises(InputError, match="NaN"):
        list(client.stream(models.poses(200) * np.nan))
    for name, version in (("other", None), ("lifter", 4)):
        with (
            Client(server.address, name, version) as other,
            pytest.raises(ServingError, match="Servable not found") as caught,
        ):
            other.lift(models.poses(1))
        assert caught.value.code == grpc.StatusCode.NOT_FOUND


def test_a_deadline_is_kept(models, client):
    start = time.monotonic()
    with pytest.raises(ServingError) as caught:
        client.lift(models.poses(1), signature="slow", timeout=0.1)
    assert caught.value.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - start < 1


class Flaky(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers as TensorFlow Serving does by default, in values, after some refusals."""

    def __init__(self, refusals, code):
        self.refusals, self.code, self.calls, self.metadata = refusals, code, 0, None

    def Predict(self, request, context):  # noqa: N802
        self.calls += 1
        self.metadata = dict(context.invocation_metadata())
        if self.calls <= self.refusals:
            context.abort(self.code, "not now")
        response = predict_pb2.PredictResponse()
        poses = tf.make_ndarray(request.inputs["keypoints_2d"])
        response.outputs["score"].dtype = 1
        response.outputs["score"].float_val.extend(poses[:, 0, 0])
        response.outputs["score"].tensor_shape.dim.add().size = len(poses)
        return response


@pytest.fixture
def flaky():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def flaky(refusals, code=grpc.StatusCode.UNAVAILABLE):
        service = Flaky(refusals, code)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(service, server)
        return service, f"127.0.0.1:{port}"

    yield flaky
    server.stop(0)


QUICK = ClientConfig(first_wait=0.01, retries=3, retries_at_first=3, timeout=10)


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
def test_what_is_unavailable_or_cancelled_is_asked_again(models, flaky, code):
    service, address = flaky(3, code)
    with Client(address, "lifter", config=dataclasses.replace(QUICK, token="secret")) as client:
        poses = models.poses(4)
        np.testing.assert_array_equal(client.lift(poses)["score"], poses[:, 0, 0])
    assert service.calls == 4
    assert service.metadata["authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("refusals", "code", "calls"),
    [(9, grpc.StatusCode.UNAVAILABLE, 4), (9, grpc.StatusCode.RESOURCE_EXHAUSTED, 1)],
)
def test_retries_end(models, flaky, refusals, code, calls):
    service, address = flaky(refusals, code)
    with Client(address, "lifter", config=QUICK) as client, pytest.raises(ServingError) as caught:
        client.lift(models.poses(1))
    assert (caught.value.code, service.calls) == (code, calls)
    assert "not now" in str(caught.value)


def test_a_server_that_has_answered_is_asked_longer(models, flaky):
    service, address = flaky(0)
    config = dataclasses.replace(QUICK, retries_at_first=0)
    with Client(address, "lifter", config=config) as client:
        client.lift(models.poses(1))
        service.refusals = 4
        client.lift(models.poses(1))
    assert service.calls == 5


def test_what_the_client_ends_itself_is_not_asked_again(models, server):
    client = Client(server.address, "lifter")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.lift, models.poses(1), signature="slow")
        time.sleep(0.1)
        start = time.monotonic()
        client.close()
        with pytest.raises(ServingError) as caught:
            asked.result(timeout=10)
    assert caught.value.code == grpc.StatusCode.CANCELLED
    assert time.monotonic() - start < 1


def test_nobody_there_is_said(models):
    with (
        Client("127.0.0.1:1", "lifter", config=QUICK) as client,
        pytest.raises(ServingError, match=r"127.0.0.1:1: UNAVAILABLE"),
    ):
        client.lift(models.poses(1))


def test_certificates_that_cannot_be_read_are_said():
    with pytest.raises(ConfigError, match="tls_ca: cannot read nowhere"):
        Client("127.0.0.1:1", "lifter", config=ClientConfig(tls_ca="nowhere"))
    with pytest.raises(ConfigError, match="needs tls_ca"):
        Client("127.0.0.1:1", "lifter", config=ClientConfig(tls_key="key"))
