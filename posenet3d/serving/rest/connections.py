"""HTTP connections as aiohttp keeps them, with errors in JSON and a limit of their number."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import grpc
from aiohttp import web

from posenet3d.serving.rest import failure
from posenet3d.serving.rest.failure import HttpError

IDLE_SECONDS = 75.0
"""How long a connection may take for its first request, and wait for the next one."""

_NO_ROOM = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 35\r\n\r\n"
    b'{"error": "Too many connections."}\n'
)
# What clients send is no event of the server's: they get it as an answer.
_SILENT = logging.Logger("posenet3d.serving.rest", logging.CRITICAL + 1)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Connections(web.Server):
    """The connections of a server; a handler is cancelled when its client goes.

    Args:
      handler: Answers a request.
      most: How many there may be at a time; further ones are sent away.
    """

    def __init__(self, handler: Handler, most: int) -> None:
        super().__init__(handler, handler_cancellation=True)
        self._most = most
        self._ended = False

    def __call__(self) -> web.RequestHandler:
        """A new connection's protocol."""
        return _Connection(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=2.0,  # of a body that is refused unread
            access_log=None,
            logger=_SILENT,
        )

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Takes a connection, or sends it away."""
        super().connection_made(handler, transport)
        if self._ended or len(self.connections) > self._most:
            transport.write(_NO_ROOM)
            transport.close()

    def end(self) -> None:
        """Takes no new requests; those under way go on."""
        self._ended = True
        self.pre_shutdown()


class _Connection(web.RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no HTTP."""
        text = (message or HTTPStatus(status).phrase).split("\n")[0].strip().rstrip(":")
        answer = failure.response(HttpError(status, grpc.StatusCode.INVALID_ARGUMENT, text))
        answer.force_close()
        return answer
