"""The HTTP server of the REST API: who may ask, deadlines, and the end."""

from __future__ import annotations

import asyncio
import dataclasses
import hmac
import ssl
import time

import grpc
from aiohttp import web

from posenet3d.serving.model.failure import RequestError
from posenet3d.serving.rest import failure, paths
from posenet3d.serving.rest.api import Api
from posenet3d.serving.rest.bodies import Bodies
from posenet3d.serving.rest.connections import Connections
from posenet3d.serving.rest.failure import HttpError
from posenet3d.serving.rest.listening import Listener
from posenet3d.serving.rpc.metrics import Metrics

_WRITE_SECONDS = 30.0  # for a client to take its answer
_DRAIN_SECONDS = 1.0  # for the next request of a client that does not know of the end
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type, Authorization",
}


@dataclasses.dataclass(frozen=True)
class RestConfig:
    """How the REST API is offered."""

    max_bytes: int  # of a body, and of an answer
    max_connections: int  # at a time
    timeout: float  # seconds from the head of a request to its answer
    token: bytes | None = None  # sent as `Authorization: Bearer <token>`; None: none is needed
    tls: ssl.SSLContext | None = None  # None: no encryption
    cors: bool = False  # whether pages of other sites may ask


class RestServer:
    """Answers HTTP on an address; used from the event loop of the API's model.

    Args:
      api: Has the answers.
      metrics: Is told of every request that a path of the API has.
      config: Limits and keys.
    """

    def __init__(self, api: Api, metrics: Metrics, config: RestConfig) -> None:
        self._api = api
        self._metrics = metrics
        self._config = config
        self._expected = b"Bearer " + config.token if config.token else None
        self._bodies = Bodies(config.max_bytes)
        self._connections = Connections(self._handle, config.max_connections)
        self._listener = Listener(self._connections, config.tls)
        self._tasks: set[asyncio.Task[object]] = set()  # requests under way
        self._stopping = False

    async def bind(self, host: str, port: int) -> None:
        """Takes the address, and answers nothing yet.

        Raises:
          OSError: If it cannot be listened on.
        """
        await self._listener.bind(host, port)

    async def start(self) -> None:
        """Begins to answer."""
        await self._listener.start()

    def close(self) -> None:
        """Gives the address back."""
        self._listener.close()

    async def stop(self, grace: float) -> None:
        """Takes no connection any more, and answers what arrives on those there are.

        Each answer ends its connection. Those that send nothing more for a second are closed; what
        has no answer after `grace` seconds is refused as UNAVAILABLE.
        """
        self._stopping = True
        end = time.monotonic() + grace
        quiet = min(end, time.monotonic() + _DRAIN_SECONDS)
        await self._listener.end()
        while self._connections.connections and time.monotonic() < quiet:
            await asyncio.sleep(0.01)
        self._connections.end()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=max(0.0, end - time.monotonic()))
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)
        await self._connections.shutdown(0.1)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            answer = await self._answer(request)
            if self._stopping or not request.content.is_eof():
                answer.force_close()
            if self._config.cors:
                answer.headers.update(_CORS)
            await self._send(request, answer)
            return answer
        finally:
            self._tasks.discard(task)

    async def _send(self, request: web.BaseRequest, answer: web.Response) -> None:
        try:
            async with asyncio.timeout(_WRITE_SECONDS):
                await answer.prepare(request)
                await answer.write_eof()
        except TimeoutError:
            if request.transport:
                request.transport.abort()
            raise ConnectionResetError("The client takes no answer.") from None

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        """What is sent back, whatever comes in."""
        if request.method == "OPTIONS" and self._config.cors:
            return failure.json_response(b"{}")
        try:
            url = request.rel_url
            query = f"?{url.raw_query_string}" if url.raw_query_string else ""
            target = paths.target_of(request.method, url.raw_path + query)
            self._check_token(request)
            with self._metrics.request(target.spec.name, target.api, "REST") as ended:
                try:
                    content = await self._content(request, target)
                    ended("OK")
                    return failure.json_response(content)
                except RequestError as error:
                    ended(error.code.name)
                    raise
                except Exception as error:  # nothing of the server's own goes out
                    if isinstance(error, ConnectionError):
                        raise
                    ended("INTERNAL")
                    raise RequestError(
                        grpc.StatusCode.INTERNAL, f"The server failed: {type(error).__name__}"
                    ) from error
        except RequestError as error:
            return failure.response(error)

    def _check_token(self, request: web.BaseRequest) -> None:
        sent = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if self._expected and not hmac.compare_digest(sent, self._expected):
            raise RequestError(
                grpc.StatusCode.UNAUTHENTICATED, "This server needs Authorization: Bearer <token>."
            )

    async def _content(self, request: web.BaseRequest, target: paths.Target) -> bytes:
        """The JSON of an answer, in time."""
        deadline = time.monotonic() + self._config.timeout
        arrived = False
        try:
            async with asyncio.timeout(self._config.timeout), self._bodies.body_of(request) as body:
                arrived = True
                content = await self._api.answer(target, body, deadline)
        except TimeoutError as error:
            status, text = (504, "The deadline passed.") if arrived else (408, "The body is late.")
            raise HttpError(status, grpc.StatusCode.DEADLINE_EXCEEDED, text) from error
        except asyncio.CancelledError:
            if self._stopping and request.transport:  # not because the client has gone
                raise RequestError(grpc.StatusCode.UNAVAILABLE, "The server stops.") from None
            raise
        if len(content) > self._config.max_bytes:
            raise HttpError(
                413,
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"The answer, {len(content)} bytes, is larger than max ({self._config.max_bytes}): "
                "ask for fewer people.",
            )
        return content
