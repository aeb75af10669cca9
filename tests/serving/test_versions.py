"""Versions that come, go and are broken, while clients go on asking."""

import concurrent.futures
import threading
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
)

POLL = "--file_system_poll_wait_seconds=0.2"


def states(channel):
    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "lifter"
    names = get_model_status_pb2.ModelVersionStatus.State
    statuses = stub.GetModelStatus(request, timeout=20).model_version_status
    return {one.version: (names.Name(one.state), one.status.error_message) for one in statuses}


def wait_for(condition, timeout=30):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


class Load:
    """Clients that ask without a pause and check every answer against its version."""

    def __init__(self, models, server, clients=4):
        self.models, self.server = models, server
        self.versions, self.failures = set(), []
        self.count = 0
        self._stop = threading.Event()
        self._pool = concurrent.futures.ThreadPoolExecutor(clients)
        self._clients = [self._pool.submit(self._ask, number) for number in range(clients)]

    def _ask(self, number):
        poses = self.models.poses(1 + number, seed=number)
        with self.server.channel() as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            while not self._stop.is_set():
                try:
                    response = stub.Predict(self.models.request(poses), timeout=20)
                except grpc.RpcError as error:
                    self.failures.append(error)
                    continue
                version = response.model_spec.version.value
                answer = tf.make_ndarray(response.outputs["keypoints_3d"])
                if not np.allclose(answer, self.models.lifted(poses, version), rtol=1e-5):
                    self.failures.append((version, answer))
                self.versions.add(version)
                self.count += 1

    def end(self):
        self._stop.set()
        self._pool.shutdown()


@pytest.fixture(scope="module")
def swapped(models, start, tmp_path_factory):
    """A server with a base of its own."""
    folder = tmp_path_factory.mktemp("swapped") / "lifter"
    folder.mkdir()
    models.save(folder, 1)
    with start(folder, POLL) as server, server.channel() as channel:
        yield folder, server, channel


def test_versions_are_swapped_under_load_without_a_failed_request(models, swapped):
    folder, server, channel = swapped
    load = Load(models, server)
    wait_for(lambda: load.count > 20)
    for version in range(2, 9):
        models.save(folder, version)
        wait_for(lambda v=version: states(channel).get(v, [""])[0] == "AVAILABLE")
        wait_for(lambda v=version: states(channel)[v - 1][0] == "END")
        if version == 4:
            threads, memory = server.about("Threads"), server.about("VmRSS")
    wait_for(lambda: 8 in load.versions)
    load.end()
    assert not load.failures
    assert load.versions == set(range(1, 9))
    assert server.about("Threads") <= threads + 2
    assert server.about("VmRSS") < memory + 40_000


def test_a_broken_version_does_not_take_the_place_of_one_that_answers(models, swapped):
    folder, server, channel = swapped
    load = Load(models, server, clients=2)
    broken = folder / "20"
    broken.mkdir()
    (broken / "saved_model.pb").write_bytes(b"no model")
    wait_for(lambda: states(channel).get(20, [""])[0] == "END")
    assert "Cannot load" in states(channel)[20][1]
    wait_for(lambda: load.count > 20)
    load.end()
    assert not load.failures
    assert 20 not in load.versions
    # What was only half copied is tried again when the rest is there.
    (broken / "saved_model.pb").unlink()
    broken.rmdir()
    models.save(folder, 20)
    wait_for(lambda: states(channel)[20][0] == "AVAILABLE")


def test_a_failing_warmup_request_keeps_a_version_out(models, swapped):
    folder, _, channel = swapped
    models.save(folder, 30, warmup=[models.request(models.poses(1) * np.nan)])
    wait_for(lambda: states(channel).get(30, [""])[0] == "END")
    assert "NaN" in states(channel)[30][1]


def test_warmup_requests_are_run_and_several_versions_are_served(models, start, tmp_path):
    folder = tmp_path / "lifter"
    folder.mkdir()
    models.save(folder, 3)
    warmup = [models.request(models.poses(n)) for n in (1, 64)]
    models.save(folder, 12, warmup=warmup)
    (folder / "notes").mkdir()
    flags = (POLL, "--num_versions=2", "--model_name=other")
    with start(folder, *flags) as server, server.channel() as channel:
        server.said("Version 12 of other is available, after 2 warmup requests.")
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        poses = models.poses(2)
        for asked, answers in ((None, 12), (3, 3), (12, 12)):
            request = models.request(poses, "other", version=asked)
            response = stub.Predict(request, timeout=20)
            assert response.model_spec.version.value == answers
            answer = tf.make_ndarray(response.outputs["keypoints_3d"])
            np.testing.assert_allclose(answer, models.lifted(poses, answers), rtol=1e-6)
        status, errors = server.end()
        assert (status, "Traceback" in errors) == (0, False)
