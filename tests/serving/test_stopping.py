"""A server that is told to stop: what has arrived is answered, or refused as UNAVAILABLE."""

import collections
import concurrent.futures
import os
import threading
import time
import types

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

from posenet3d.serving import Client, ClientConfig, ServingError
from tests.fixtures.checkout import started
from tests.fixtures.ports import free_port


class Hammer:
    """Clients that ask without a pause, whatever they are told, until nobody listens."""

    def __init__(self, server, request, clients):
        self.server, self.request, self.codes = server, request, collections.Counter()
        self._pool = concurrent.futures.ThreadPoolExecutor(clients)
        self._clients = [self._pool.submit(self._ask) for _ in range(clients)]

    def _ask(self):
        with self.server.channel(enable_retries=0) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            while self.server.process.poll() is None:
                try:
                    stub.Predict(self.request, timeout=20)
                    self.codes["OK"] += 1
                except grpc.RpcError as error:
                    self.codes[error.code().name] += 1

    def end(self):
        self._pool.shutdown()
        return self.codes


class Lifters:
    """Users of the package's client, who ask until they are ended."""

    def __init__(self, models, address, clients):
        self.count, self.lost = collections.Counter(), []
        self._ended = threading.Event()
        self._pool = concurrent.futures.ThreadPoolExecutor(clients)
        for number in range(clients):
            self._pool.submit(self._ask, models.poses(1), address, number)
        self._numbers = range(clients)

    def _ask(self, poses, address, number):
        with Client(address, "lifter", config=ClientConfig(timeout=120)) as client:
            while not self._ended.is_set():
                try:
                    client.lift(poses)
                    self.count[number] += 1
                except ServingError as error:
                    self.lost.append(error)

    def all_go_on(self):
        """Waits until everybody has had more answers."""
        before = dict(self.count)
        wait_for(lambda: all(self.count[n] > before.get(n, 0) + 3 for n in self._numbers), 100)

    def end(self):
        self._ended.set()
        self._pool.shutdown()
        return self.lost


@pytest.fixture(scope="module")
def restarted(models, start, base):
    """What became of a server that was ended and started again under load, and of its clients."""
    port = free_port()
    found = types.SimpleNamespace()
    flags = (f"--port={port}", "--grace_seconds=60")
    with start(base, *flags, begin=started) as server, server.channel() as channel:
        lifters = Lifters(models, server.address, 6)
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        found.states = [next(watch).status]
        lifters.all_go_on()
        hammer = Hammer(server, models.request(models.poses(1)), 24)
        time.sleep(1)
        begin = time.monotonic()
        found.status, found.errors = server.end()
        found.seconds = time.monotonic() - begin
        found.codes = hammer.end()
        found.states.append(next(watch).status)
    with start(base, f"--port={port}"):
        lifters.all_go_on()
        found.lost = lifters.end()
    return found


def test_sigterm_under_load_cancels_no_call(restarted):
    assert set(restarted.codes) == {"OK", "UNAVAILABLE"}
    assert restarted.codes["OK"] > 24
    assert (restarted.status, "Traceback" in restarted.errors) == (0, False)


def test_a_watcher_of_health_is_told_and_does_not_hold_the_stop_up(restarted):
    states = health_pb2.HealthCheckResponse
    assert restarted.states == [states.SERVING, states.NOT_SERVING]
    assert restarted.seconds < 20


def test_clients_lose_nothing_while_a_server_is_started_again(restarted):
    assert not restarted.lost


def test_what_the_grace_is_too_short_for_is_refused_as_unavailable(models, start, base):
    flags = ("--max_batch_size=1", "--num_batch_threads=1", "--grace_seconds=0.1")
    with start(base, *flags) as server, server.channel() as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        slow = models.request(models.poses(1), signature="slow")
        calls = [stub.Predict.future(slow, timeout=60) for _ in range(12)]
        time.sleep(0.3)
        assert server.end()[0] == 0
        assert {call.code().name for call in calls} <= {"OK", "UNAVAILABLE"}
        assert "The server stops" in calls[-1].details()


def test_a_version_that_blocks_stops_neither_later_ones_nor_the_end(models, start, tmp_path):
    folder = tmp_path / "lifter"
    folder.mkdir()
    models.save(folder, 1)
    with start(folder, "--file_system_poll_wait_seconds=0.2") as server:
        (folder / "new").mkdir()
        os.mkfifo(folder / "new" / "saved_model.pb")  # nobody ever writes to this pipe
        (folder / "new").rename(folder / "2")
        with Client(server.address, "lifter") as client:
            wait_for(lambda: client.versions().get(2) == "LOADING")
            models.save(folder, 3)
            wait_for(lambda: client.versions().get(3) == "AVAILABLE")
            wait_for(lambda: client.versions()[1] == "END")
            assert client.versions()[2] == "LOADING"
        server.process.terminate()
        assert server.process.wait(timeout=10) == 0


def wait_for(condition, timeout=20):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
