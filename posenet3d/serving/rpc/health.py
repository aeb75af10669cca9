"""The health that gRPC's own protocol tells (grpc.health.v1)."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

# Not from their modules: those of tensorflow-serving-api 2.15 cannot be imported with the protobuf
# that it requires.
SERVICES = ("", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService")
"""The names that may be asked for; the empty one is the whole server."""
MAX_WATCHERS = 1000


class Health(health_pb2_grpc.HealthServicer):
    """SERVING while a version is available and the server does not stop.

    gRPC's own servicer never ends the stream of a watcher, and one that does not read holds up the
    news for all others.
    """

    def __init__(self) -> None:
        self._status = health_pb2.HealthCheckResponse.NOT_SERVING
        self._changed = asyncio.Event()
        self._ended = False
        self._watchers = 0

    def tell(self, serving: bool) -> None:
        """Says whether requests are answered."""
        status = health_pb2.HealthCheckResponse
        self._status = status.SERVING if serving else status.NOT_SERVING
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def end(self) -> None:
        """Says that nothing is answered any more, and ends the streams of all who watch."""
        self._ended = True
        self.tell(serving=False)

    async def Check(self, request: Any, context: grpc.aio.ServicerContext) -> Any:  # noqa: N802
        """The present state."""
        if request.service not in SERVICES:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"No service {request.service}")
        return health_pb2.HealthCheckResponse(status=self._status)

    async def List(self, request: Any, context: grpc.aio.ServicerContext) -> NoReturn:  # noqa: N802
        """Not implemented: the names are few and known."""
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, "List is not implemented.")

    async def Watch(self, request: Any, context: grpc.aio.ServicerContext) -> None:  # noqa: N802
        """The present state, and every change until `end`."""
        if self._watchers >= MAX_WATCHERS:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Too many watch the health already")
        self._watchers += 1
        try:
            told = None
            while True:
                changed = self._changed
                known = request.service in SERVICES
                unknown = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
                status = self._status if known else unknown
                if status != told:
                    await context.write(health_pb2.HealthCheckResponse(status=status))
                    told = status
                if self._ended:
                    return
                await changed.wait()
        finally:
            self._watchers -= 1
