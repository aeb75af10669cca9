"""What every call meets first: may it come in, can it be read, is there room for it?"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Sequence
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from posenet3d.serving.rpc.metrics import Metrics

_HEALTH = "/grpc.health.v1.Health/"  # may be asked by anybody, at any time
_FULL = "The server has as many requests as it takes"
_STOPS = "The server stops"


class Front(grpc.GenericRpcHandler):
    """Leads calls to their services.

    It replaces what gRPC generates: interceptors, and a registration a method, cost each call more
    than the checks themselves. A call that is refused for want of room is not even read.

    Args:
      max_requests: Requests that may be under way; further ones are refused as UNAVAILABLE, which
        clients repeat. A request is under way until its client has taken the answer.
      metrics: Is told of those that are refused.
      token: What `authorization: Bearer <token>` must say; None: nothing is asked.
    """

    def __init__(self, max_requests: int, metrics: Metrics, token: bytes | None = None) -> None:
        self._max_requests = max_requests
        self._metrics = metrics
        self._expected = None if token is None else b"Bearer " + token
        self._services: list[grpc.GenericRpcHandler] = []
        self._handlers: dict[str, grpc.RpcMethodHandler] = {}
        self._stops = False
        self._under_way = 0
        self._empty = asyncio.Event()

    def add_generic_rpc_handlers(self, services: Sequence[grpc.GenericRpcHandler]) -> None:
        """Takes a service, from the functions that gRPC generates."""
        self._services.extend(services)

    def add_registered_method_handlers(self, service: str, handlers: Any) -> None:
        """Takes nothing: the same handlers come with the service."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """The handler of a call; None where there is no such method."""
        method = handler_call_details.method
        health = method.startswith(_HEALTH)
        if self._expected is not None and not health:
            metadata = dict(handler_call_details.invocation_metadata)
            sent = metadata.get("authorization", "")
            sent = sent if isinstance(sent, bytes) else sent.encode()
            if not hmac.compare_digest(sent, self._expected):  # takes as long for any token
                return _UNAUTHENTICATED
        if method not in self._handlers:
            handler = self._find(handler_call_details)
            if handler is None:
                return None
            self._handlers[method] = handler if health else self._read(handler)
        return self._handlers[method]

    async def drain(self, seconds: float) -> bool:
        """Takes no more requests; whether all have ended within that time."""
        self._stops = True
        if self._under_way:
            self._empty.clear()
            try:
                await asyncio.wait_for(self._empty.wait(), seconds)
            except TimeoutError:
                return False
        return True

    def _find(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        found = (service.service(details) for service in self._services)
        return next((handler for handler in found if handler is not None), None)

    def _read(self, handler: grpc.RpcMethodHandler) -> grpc.RpcMethodHandler:
        """A handler of one request and one answer that sees to all that is said above."""
        parse, answer = handler.request_deserializer, handler.unary_unary

        async def read(_: Any, context: grpc.aio.ServicerContext) -> bytes:
            if self._stops or self._under_way >= self._max_requests:
                self._metrics.refused(grpc.StatusCode.UNAVAILABLE.name)
                text = _STOPS if self._stops else _FULL
                await context.abort(grpc.StatusCode.UNAVAILABLE, text)
            if context.time_remaining() == 0:  # it waited in gRPC, which has ended it by now
                self._metrics.refused(grpc.StatusCode.DEADLINE_EXCEEDED.name)
                raise asyncio.CancelledError
            self._under_way += 1
            context.add_done_callback(self._left)
            content = await context.read()
            try:
                request = parse(content)
            except (DecodeError, TypeError):  # TypeError: the client has gone, or sent nothing
                gone = content is grpc.aio.EOF
                status = grpc.StatusCode.CANCELLED if gone else grpc.StatusCode.INTERNAL
                self._metrics.refused(status.name)
                # As gRPC's C++ servers do. From Python's it would be UNKNOWN, with a traceback.
                await context.abort(grpc.StatusCode.INTERNAL, "The request cannot be parsed.")
            return (await answer(request, context)).SerializeToString()

        return grpc.stream_unary_rpc_method_handler(read)  # reads by itself, or does not

    def _left(self, _: Any) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._empty.set()


async def _refuse(_: Any, context: grpc.aio.ServicerContext) -> None:
    await context.abort(
        grpc.StatusCode.UNAUTHENTICATED, "This server needs authorization: Bearer <token>."
    )


_UNAUTHENTICATED = grpc.stream_unary_rpc_method_handler(_refuse)


class _GoneClients(logging.Filter):
    """Leaves out that an answer could not be sent, since its deadline passed or its client left."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        return kind is None or kind.__name__ != "ExecuteBatchError"


logging.getLogger("grpc._cython.cygrpc").addFilter(_GoneClients())
