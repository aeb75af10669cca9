"""The HTTP server alone, in the test's own process, with connections that send any bytes."""

import asyncio
import contextlib
import functools
import json
import threading
import types

import pytest

from posenet3d.serving.model.servable import Servable
from posenet3d.serving.model.versions import Versions
from posenet3d.serving.rest import server as rest_server
from posenet3d.serving.rest.api import Api
from posenet3d.serving.rest.server import RestConfig, RestServer
from posenet3d.serving.rpc.batching import Batcher
from posenet3d.serving.rpc.metrics import Metrics
from tests.serving.rest.asking import PREDICT


@pytest.fixture(scope="session")
def load(base):
    """Loads the tiny model, once for all servers."""
    return functools.lru_cache(lambda path, number: Servable(path, number, 1))


@pytest.fixture
def run(base, load, monkeypatch):
    """Runs a test's coroutine on a server in this process."""

    def run(test, max_waiting=1024, **settings):
        return asyncio.run(inside(test, max_waiting, **settings))

    async def inside(test, max_waiting, **settings):
        metrics = Metrics("lifter")
        versions = Versions(base, "lifter", 1, load, print)
        await versions.poll()
        await versions.settled()
        batcher = Batcher(64, True, 0, max_waiting, 1, metrics)
        config = RestConfig(
            **{"max_bytes": 100_000, "max_connections": 512, "timeout": 20.0} | settings
        )
        rest = RestServer(Api(versions, batcher, 64), metrics, config)
        await rest.bind("127.0.0.1", 0)
        await rest.start()
        port = rest._listener.port
        servable, gate = load(base / "1", 1), threading.Event()
        monkeypatch.setattr(servable, "run", functools.partial(held, servable, gate))
        at = types.SimpleNamespace(
            port=port, rest=rest, batcher=batcher, metrics=metrics,
            connect=functools.partial(connect, port), servable=servable, gate=gate, until=until,
            posting=functools.partial(posting, port),
        )  # fmt: skip
        try:
            return await asyncio.wait_for(test(at), 60)
        finally:
            gate.set()
            monkeypatch.setattr(rest_server, "_DRAIN_SECONDS", 0.0)
            await rest.stop(5.0)
            batcher.close()

    return run


def held(servable, gate, signature, inputs):
    """Runs a signature; that of SLOW bodies waits for the gate to open."""
    if signature.name == "slow":
        gate.wait(20)
        signature = servable.signatures["serving_default"]
    return Servable.run(servable, signature, inputs)


async def until(condition):
    """Waits for something that the server does."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("It does not happen.")


class Connection:
    """A connection by which a test sends bytes and reads answers."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def send(self, content):
        self.writer.write(content)

    def post(self, content, *headers, path=PREDICT):
        lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(content)}", *headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + content)

    async def answer(self):
        """Status, headers and content."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        content = await self.reader.readexactly(int(headers["Content-Length"]))
        return int(head[0].split()[1]), headers, json.loads(content)

    async def closed(self):
        """Whether the server closes it, with nothing more to read."""
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(self.reader.read(), 15) == b""
        return True


async def connect(port):
    return Connection(*await asyncio.open_connection("127.0.0.1", port))


async def posting(port, count, content):
    """Connections that have each sent a request."""
    clients = [await connect(port) for _ in range(count)]
    for client in clients:
        client.post(content)
    return clients
