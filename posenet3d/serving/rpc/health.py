"""The health that gRPC's own protocol tells (grpc.health.v1)."""

from __future__ import annotations

from grpc_health.v1 import health, health_pb2

# Not from their modules: those of tensorflow-serving-api 2.15 cannot be imported with the protobuf
# that it requires.
SERVICES = ("", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService")
"""The names that may be asked for; the empty one is the whole server."""


class Health(health.aio.HealthServicer):
    """SERVING while a version is available and the server does not stop."""

    async def tell(self, serving: bool) -> None:
        """Says whether requests are answered."""
        status = health_pb2.HealthCheckResponse
        for name in SERVICES:
            await self.set(name, status.SERVING if serving else status.NOT_SERVING)
