"""Clients that are many, rude or gone: the server goes on, with no wrong answer and no leak."""

import concurrent.futures
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc


def answers(models, channel, count=1, seed=0, **given):
    poses = models.poses(count, seed)
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    response = stub.Predict(models.request(poses, **given), timeout=30)
    answer = tf.make_ndarray(response.outputs["keypoints_3d"])
    return np.allclose(answer, models.lifted(poses, response.model_spec.version.value), rtol=1e-5)


def test_64_clients_at_once_get_their_own_answers(models, server):
    def client(number):
        with server.channel() as channel:
            return [
                answers(models, channel, 1 + (number + i) % 5, seed=1000 * number + i)
                for i in range(8)
            ]

    def all_at_once():
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            return [right for rights in pool.map(client, range(64)) for right in rights]

    assert all(all_at_once())
    threads, memory = server.about("Threads"), server.about("VmRSS")
    for _ in range(2):
        rights = all_at_once()
        assert len(rights) == 512
        assert all(rights)
    assert server.about("Threads") <= threads + 2
    assert server.about("VmRSS") < memory + 30_000


def test_a_bad_request_fails_alone_among_many(models, prediction, refusal):
    """All are sent while the model is busy, so that they are joined."""
    bad = models.poses(1) * np.nan
    busy = prediction.Predict.future(models.request(models.poses(1), signature="slow"), timeout=30)
    sent = [models.request(bad if i == 13 else models.poses(1, seed=i)) for i in range(32)]
    waiting = [prediction.Predict.future(request, timeout=30) for request in sent]
    for i, call in enumerate(waiting):
        if i == 13:
            assert call.code() == grpc.StatusCode.INVALID_ARGUMENT
        else:
            answer = tf.make_ndarray(call.result().outputs["keypoints_3d"])
            np.testing.assert_allclose(answer, models.lifted(models.poses(1, seed=i)), rtol=1e-6)
    busy.result()


def test_requests_of_other_signatures_and_shapes_are_not_mixed(models, prediction):
    busy = prediction.Predict.future(models.request(models.poses(1), signature="slow"), timeout=30)
    calls = []
    for i in range(24):
        width = 1 + i % 3
        values = np.full((2, width), i, np.float32)
        wide = models.request(None, signature="any_width", values=values)
        calls.append((prediction.Predict.future(wide, timeout=30), "sums", [i * width] * 2))
        mean = models.request(np.full((1, 17, 2), i, np.float32), signature="one_answer")
        calls.append((prediction.Predict.future(mean, timeout=30), "mean", i))
    for call, name, expected in calls:
        np.testing.assert_allclose(tf.make_ndarray(call.result().outputs[name]), expected)
    busy.result()


def test_messages_that_are_too_large_are_refused(models, server, refusal):
    with server.channel(max_send_message_length=-1) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        code, text = refusal(stub.Predict, models.request(models.poses(5000)))
        assert code == "RESOURCE_EXHAUSTED"
        assert "larger than max" in text
        assert answers(models, channel)


def test_garbage_on_the_port_harms_nobody(models, server, refusal):
    host, port = server.address.split(":")
    rude = [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", os.urandom(100_000), b"", b"\x00" * 1000]
    rude.append(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + os.urandom(10_000))
    for content in rude * 4:
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            try:
                connection.sendall(content)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(5)
                while connection.recv(65536):
                    pass
            except OSError:
                pass  # the server hangs up
    with server.channel() as channel:
        call = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        for content in (b"\xff" * 50, b"\x0a\x7f"):
            assert refusal(call, content)[0] == "INTERNAL"
        assert answers(models, channel)


CLIENT = """
import sys, grpc
channel = grpc.insecure_channel(sys.argv[1])
call = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
request = open(sys.argv[2], "rb").read()
waiting = [call.future(request) for _ in range(20)]
print("sent", flush=True)
[one.result() for one in waiting]
"""


def test_the_work_of_a_killed_client_is_not_done(models, server, tmp_path):
    path = tmp_path / "request"
    path.write_bytes(models.request(models.poses(33), signature="slow").SerializeToString())
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, server.address, str(path)], stdout=subprocess.PIPE
    )
    assert client.stdout.readline() == b"sent\n"
    time.sleep(0.3)
    client.send_signal(signal.SIGKILL)
    client.wait()
    client.stdout.close()
    start = time.monotonic()
    with server.channel() as channel:
        assert answers(models, channel)
    # No two of the 20 runs of 33 rows fit a batch of 64, so that the line would take six seconds.
    assert time.monotonic() - start < 3


def test_what_nobody_waits_for_any_more_is_not_run(models, server, prediction, refusal):
    slow = models.request(models.poses(33), signature="slow")
    busy = prediction.Predict.future(slow, timeout=30)
    late = [prediction.Predict.future(slow, timeout=0.05) for _ in range(10)]
    cancelled = [prediction.Predict.future(slow, timeout=30) for _ in range(10)]
    late = {call.code() for call in late}  # UNAVAILABLE: those that come last are refused at once
    assert late <= {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE}
    for call in cancelled:
        call.cancel()
    start = time.monotonic()
    with server.channel() as channel:
        assert answers(models, channel)
    assert time.monotonic() - start < 3
    busy.result()


def test_health_is_told_by_service(server):
    with server.channel() as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for service in ("", "tensorflow.serving.PredictionService"):
            request = health_pb2.HealthCheckRequest(service=service)
            assert stub.Check(request, timeout=10).status == health_pb2.HealthCheckResponse.SERVING


def test_a_full_line_is_refused_and_sigterm_lets_what_is_under_way_end(models, start, base):
    flags = ("--max_batch_size=4", "--max_enqueued_batches=2", "--num_batch_threads=1")
    with start(base, *flags) as server, server.channel() as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        request = models.request(models.poses(4), signature="slow")
        calls = [stub.Predict.future(request, timeout=60) for _ in range(12)]
        refused = [call for call in calls if call.code() == grpc.StatusCode.UNAVAILABLE]
        assert 8 <= len(refused) <= 10  # one is run, two wait; the first may end in time
        assert "queue to which this task was submitted is full" in refused[0].details()
        calls = [stub.Predict.future(request, timeout=60) for _ in range(2)]
        health = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        time.sleep(0.3)
        ending = threading.Thread(target=server.process.terminate)
        ending.start()
        states = [answer.status for _, answer in zip(range(2), health, strict=False)]
        assert states[-1] == health_pb2.HealthCheckResponse.NOT_SERVING
        health.cancel()
        for call in calls:
            expected = models.lifted(models.poses(4))
            answer = tf.make_ndarray(call.result().outputs["keypoints_3d"])
            np.testing.assert_allclose(answer, expected, rtol=1e-5)
        assert server.process.wait(timeout=15) == 0
        ending.join()
        assert server.lines[-1] == "Stopped.\n"
