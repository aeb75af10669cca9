"""More than can be answered: refused early, as UNAVAILABLE, and counted; memory stays bounded."""

import asyncio
import collections
import time
import types
import urllib.request

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc

from posenet3d.errors import ConfigError
from posenet3d.serving import ServerConfig
from posenet3d.serving.model.failure import RequestError
from posenet3d.serving.rpc.batching import Batcher
from posenet3d.serving.rpc.metrics import Metrics
from tests.fixtures.checkout import load_module
from tests.fixtures.ports import free_port


@pytest.fixture(scope="module")
def small(start, base):
    """A server that takes eight requests, and the function that reads its metrics."""
    port = free_port()
    flags = ("--max_concurrent_requests=8", "--max_connection_age_seconds=2")
    with start(base, *flags, f"--metrics_port={port}") as server:
        url = f"http://127.0.0.1:{port}/metrics"
        yield server, lambda: urllib.request.urlopen(url, timeout=10).read().decode()
        status, errors = server.end()
        assert (status, "Traceback" in errors) == (0, False)


def test_what_there_is_no_room_for_is_refused_at_once_and_counted(models, small):
    server, metrics = small
    with server.channel() as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        slow = models.request(models.poses(1), signature="slow")
        calls = [stub.Predict.future(slow, timeout=60) for _ in range(40)]
        codes = collections.Counter(call.code().name for call in calls)
        assert codes == {"OK": 8, "UNAVAILABLE": 32}
        refused = [call for call in calls if call.code() == grpc.StatusCode.UNAVAILABLE]
        assert "as many requests as it takes" in refused[0].details()
    assert 'request_count{model_name="lifter",status="UNAVAILABLE"} 32.0' in metrics()
    assert 'request_count{model_name="lifter",status="OK"} 8.0' in metrics()


SIGNATURE = types.SimpleNamespace(name="lift", batched=True)


class Slow:
    """A model that takes 50 ms a run."""

    def run(self, signature, inputs):
        time.sleep(0.05)
        return inputs


def batcher():
    return Batcher(1, True, 0, 100, 1, Metrics("lifter"))


def test_a_deadline_that_cannot_be_kept_is_refused_when_it_comes():
    async def run():
        line = batcher()
        model, inputs = Slow(), {"keypoints_2d": np.zeros((1, 17, 2), np.float32)}
        await line.run(model, SIGNATURE, inputs, 1)  # from now on the time is known
        waiting = [asyncio.ensure_future(line.run(model, SIGNATURE, inputs, 1)) for _ in range(10)]
        await asyncio.sleep(0)
        begin = time.monotonic()
        with pytest.raises(RequestError, match="deadline would pass") as caught:
            await line.run(model, SIGNATURE, inputs, 1, timeout=0.3)
        assert time.monotonic() - begin < 0.1
        assert caught.value.code == grpc.StatusCode.UNAVAILABLE
        in_time = line.run(model, SIGNATURE, inputs, 1, timeout=5)
        assert len(await asyncio.gather(in_time, *waiting)) == 11
        assert list(await line.run(model, SIGNATURE, inputs, 1, timeout=0.3)) == ["keypoints_2d"]
        line.close()

    asyncio.run(run())


def test_deadlines_that_pass_leave_no_traceback_and_are_counted(models, small):
    """The traceback is looked for when the server has ended."""
    server, metrics = small
    codes = collections.Counter()
    with server.channel() as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        for i in range(60):
            signature = "slow" if i % 20 == 0 else "serving_default"
            request = models.request(models.poses(8), signature=signature)
            calls = [stub.Predict.future(request, timeout=0.0005 * (1 + i % 20)) for _ in range(8)]
            codes.update(call.code().name for call in calls)
        assert codes["DEADLINE_EXCEEDED"] > 50
        time.sleep(0.5)
    assert 'status="DEADLINE_EXCEEDED"' in metrics()
    assert 'status="CANCELLED"' not in metrics()


def test_a_client_that_takes_no_answers_is_dropped(models, small):
    server, _ = small
    client = load_module("benchmarks/serving/silent.py").SilentClient(server.address)
    request = models.request(models.poses(1)).SerializeToString()
    for _ in range(20):
        client.ask(request)
    good = models.request(models.poses(1))
    with server.channel() as channel:  # the eight that are not taken are all the room
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        time.sleep(0.5)
        assert stub.Predict.future(good, timeout=5).code() == grpc.StatusCode.UNAVAILABLE
        assert client.hung_up(15)
        time.sleep(0.5)
        assert stub.Predict.future(good, timeout=5).code() == grpc.StatusCode.OK
    client.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_concurrent_requests", 0),
        ("max_concurrent_streams", 0),
        ("max_connections", -1),
        ("max_connection_age_seconds", 0.5),
    ],
)
def test_limits_have_ranges(tmp_path, name, value):
    with pytest.raises(ConfigError, match=name):
        ServerConfig(str(tmp_path), **{name: value})
