"""The health that gRPC's own protocol tells (grpc.health.v1)."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2

# Not from their modules: those of tensorflow-serving-api 2.15 cannot be imported with the protobuf
# that it requires.
SERVICES = ("", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService")
"""The names that may be asked for; the empty one is the whole server."""
MAX_WATCHERS = 1000


class Health(health.aio.HealthServicer):
    """SERVING while a version is available and the server does not stop."""

    def __init__(self) -> None:
        super().__init__()
        self._watchers: set[asyncio.Task[None]] = set()

    async def tell(self, serving: bool) -> None:
        """Says whether requests are answered."""
        status = health_pb2.HealthCheckResponse
        for name in SERVICES:
            await self.set(name, status.SERVING if serving else status.NOT_SERVING)

    async def Watch(self, request: Any, context: grpc.aio.ServicerContext) -> None:  # noqa: N802
        """Tells every change, until `end`."""
        if len(self._watchers) >= MAX_WATCHERS:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Too many watch the health already")
        watching = asyncio.ensure_future(super().Watch(request, context))
        self._watchers.add(watching)
        try:
            await asyncio.wait([watching])
        finally:
            self._watchers.discard(watching)
            watching.cancel()
        if not watching.cancelled():
            watching.result()

    async def end(self) -> None:
        """Says that nothing is answered any more, and ends the streams of all who watch."""
        await self.tell(serving=False)
        await asyncio.sleep(0)  # so that they are told before
        for watching in self._watchers:
            watching.cancel()
