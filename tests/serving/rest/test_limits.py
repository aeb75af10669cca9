"""What the HTTP server does with clients that send too much, too slowly, or take no answer."""

import asyncio
import contextlib
import gzip
import json
import socket

import numpy as np

from posenet3d.serving.rest import api, bodies, connections, predict_json
from posenet3d.serving.rest import server as rest_server
from tests.serving.rest.asking import ONE, POSE, PREDICT, SLOW


def counted(at):
    """{status: requests} as the metrics have them."""
    (metric,) = at.metrics._requests.collect()
    return {sample.labels["status"]: sample.value for sample in metric.samples}


def test_requests_are_joined_with_those_of_grpc(run):
    async def test(at):
        busy = await at.connect()
        busy.post(SLOW)
        await at.until(lambda: not at.batcher._idle)
        clients = await at.posting(5, ONE)
        signature = at.servable.signatures["serving_default"]
        pose = np.array([POSE], np.float32)
        other = at.batcher.run(at.servable, signature, {"keypoints_2d": pose}, 1)
        waiting = asyncio.gather(other, *(client.answer() for client in clients))
        await at.until(lambda: at.batcher._waiting_rows == 6)
        at.gate.set()
        assert {status for status, _, _ in (await waiting)[1:]} == {200}
        size = ":tensorflow:serving:batching:processed_batch_size"
        of_default = {"model_name": "lifter", "op_name": "serving_default"}
        sample = at.metrics.registry.get_sample_value
        assert (sample(f"{size}_sum", of_default), sample(f"{size}_count", of_default)) == (6, 1)

    run(test)


def test_a_full_line_is_refused_and_counted(run):
    async def test(at):
        clients = await at.posting(6, SLOW)
        answers = [asyncio.ensure_future(client.answer()) for client in clients]
        await asyncio.wait(answers[3:], timeout=5)
        at.gate.set()
        answers = [await answer for answer in answers]
        assert sorted(status for status, _, _ in answers) == [200, 200, 200, 503, 503, 503]
        refused = next(answer for answer in answers if answer[0] == 503)
        assert refused[1]["Retry-After"] == "1"
        assert "queue to which this task was submitted is full" in refused[2]["error"]
        assert counted(at) == {"OK": 3, "UNAVAILABLE": 3}
        assert at.metrics.registry.get_sample_value(
            ":tensorflow:serving:request_latency_count",
            {"model_name": "lifter", "API": "predict", "entrypoint": "REST"},
        ) == 6  # fmt: skip

    run(test, max_waiting=2)


def test_a_deadline_that_passes_is_504_and_a_late_body_408(run):
    async def test(at):
        slow, late = await at.connect(), await at.connect()
        slow.post(SLOW)
        late.send(
            b"POST " + PREDICT.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
        )
        assert (await slow.answer())[0] == 504
        status, headers, _ = await late.answer()
        assert (status, headers["Connection"]) == (408, "close")
        assert await late.closed()
        assert counted(at) == {"DEADLINE_EXCEEDED": 2}

    run(test, timeout=0.2)


def test_a_client_that_goes_is_not_worked_for(run):
    async def test(at):
        clients = await at.posting(10, SLOW)
        await at.until(lambda: at.batcher._waiting_rows == 9)
        for client in clients:
            client.writer.close()
        await at.until(lambda: counted(at) == {"CANCELLED": 10})
        assert not at.batcher._waiting_rows

    run(test)


def test_bodies_have_a_limit_each_and_together(run, monkeypatch):
    monkeypatch.setattr(bodies, "AT_A_TIME", 2)
    head = b"POST " + PREDICT.encode() + b" HTTP/1.1\r\nHost: x\r\n"

    async def test(at):
        declared = await at.connect()
        declared.send(head + b"Content-Length: 100001\r\nExpect: 100-continue\r\n\r\n")
        assert (await declared.answer())[0] == 413
        chunked = await at.connect()
        chunked.send(head + b"Transfer-Encoding: chunked\r\n\r\n")
        chunked.send((b"8000\r\n" + bytes(0x8000) + b"\r\n") * 4)
        assert (await chunked.answer())[0] == 413
        holding = [await at.connect() for _ in range(2)]
        for one in holding:
            one.send(head + b"Content-Length: 100000\r\n\r\n" + bytes(99_990))
        await at.until(lambda: at.rest._bodies._held == 2 * 99_990)
        more = await at.connect()
        more.post(b" " * 1000)
        assert (await more.answer())[0] == 503
        for one in holding:
            one.send(bytes(10))
            assert (await one.answer())[0] == 400
        more = await at.connect()
        more.post(ONE)
        assert (await more.answer())[0] == 200
        assert at.rest._bodies._held == 0

    run(test)


def test_a_body_is_sent_for_when_its_head_is_right(run):
    async def test(at):
        client = await at.connect()
        head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        client.send(f"{head}Content-Length: {len(ONE)}\r\n\r\n".encode())
        assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(ONE)
        assert (await client.answer())[0] == 200

    run(test)


def test_compressed_bodies_count_by_what_they_become(run):
    async def test(at):
        client = await at.connect()
        client.post(gzip.compress(bytes(10_000_000)), "Content-Encoding: gzip")
        status, _, answer = await client.answer()
        assert (status, "larger than max" in answer["error"]) == (413, True)

    run(test)


def test_large_bodies_that_no_batch_could_hold_are_not_read(run, monkeypatch):
    monkeypatch.setattr(api, "LARGE", 1000)
    read, parse = [], predict_json.parse
    monkeypatch.setattr(
        predict_json, "parse", lambda body, *args: read.append(len(body)) or parse(body, *args)
    )

    async def test(at):
        fixed = {name: at.servable.signatures[name] for name in ("serving_default", "slow")}
        monkeypatch.setattr(at.servable, "signatures", fixed)
        client = await at.connect()
        client.post(b"[" + b"1," * 40_000 + b"1]")
        status, _, answer = await client.answer()
        assert (status, "more numbers than the largest batch" in answer["error"]) == (400, True)
        assert not read
        client.post(json.dumps({"instances": 64 * [POSE]}).encode())
        status, _, answer = await client.answer()
        assert (status, len(answer["predictions"])) == (200, 64)
        assert len(read) == 1

    run(test)


def test_an_answer_beyond_the_limit_is_refused(run):
    async def test(at):
        client = await at.connect()
        client.post(json.dumps({"instances": 60 * [17 * [[0, 0]]]}).encode())
        status, _, answer = await client.answer()
        assert (status, "ask for fewer people" in answer["error"]) == (413, True)

    run(test, max_bytes=10_000)


def test_a_client_that_takes_no_answer_is_let_go(run, monkeypatch):
    monkeypatch.setattr(rest_server, "_WRITE_SECONDS", 0.3)

    async def test(at):
        loop = asyncio.get_running_loop()
        body = json.dumps({"instances": 64 * [POSE]}).encode()
        head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.socket() as rude:
            rude.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            rude.connect(("127.0.0.1", at.port))
            rude.setblocking(False)
            with contextlib.suppress(OSError):
                for _ in range(3000):
                    await asyncio.wait_for(loop.sock_sendall(rude, head.encode() + body), 2)
            await at.until(lambda: not at.rest._connections.connections)

    run(test)


def test_connections_beyond_the_limit_are_sent_away(run):
    async def test(at):
        first = [await at.connect() for _ in range(3)]
        await at.until(lambda: len(at.rest._connections.connections) == 3)
        more = await at.connect()
        status, headers, _ = await more.answer()
        assert (status, headers["Connection"]) == (503, "close")
        assert await more.closed()
        first[0].post(ONE)
        assert (await first[0].answer())[0] == 200
        first[1].writer.close()
        await at.until(lambda: len(at.rest._connections.connections) < 3)
        again = await at.connect()
        again.post(ONE)
        assert (await again.answer())[0] == 200

    run(test, max_connections=3)


def test_a_connection_that_asks_nothing_is_closed(run, monkeypatch):
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.3)

    async def test(at):
        silent, slow = await at.connect(), await at.connect()
        slow.send(b"POST " + PREDICT.encode())
        assert await silent.closed()
        assert await slow.closed()

    run(test)


def test_pages_of_other_sites_may_ask_if_told_so(run):
    async def test(at):
        client = await at.connect()
        client.send(b"OPTIONS " + PREDICT.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        status, headers, _ = await client.answer()
        assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
        client.post(ONE)
        assert (await client.answer())[1]["Access-Control-Allow-Methods"] == "POST, GET"
        client.post(b"")
        assert (await client.answer())[1]["Access-Control-Allow-Origin"] == "*"

    run(test, cors=True)
