"""The embedded server: from settings to a process that answers until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from grpc_health.v1 import health_pb2_grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from posenet3d.errors import ConfigError
from posenet3d.serving import security
from posenet3d.serving.config import ServerConfig
from posenet3d.serving.model.servable import Servable
from posenet3d.serving.model.versions import Versions
from posenet3d.serving.rpc.batching import Batcher
from posenet3d.serving.rpc.health import Health
from posenet3d.serving.rpc.metrics import Metrics
from posenet3d.serving.rpc.parsing import ParsingCheck
from posenet3d.serving.rpc.service import ModelService, PredictionService

if TYPE_CHECKING:
    from posenet3d.serving.rest.server import RestServer

Say = Callable[[str], None]
"""Takes a line for whoever runs the server."""

_OPTIONS = {
    "grpc.so_reuseport": 0,  # a second server on the port is an error, not half the requests
    "grpc.keepalive_time_ms": 60_000,  # finds clients that went without a word
    "grpc.keepalive_timeout_ms": 20_000,
    "grpc.http2.min_ping_interval_without_data_ms": 10_000,
}


def serve(config: ServerConfig, say: Say = lambda line: None) -> None:
    """Serves a model until the process gets SIGTERM or SIGINT.

    The first line that is said once requests are answered is `Serving NAME on HOST:PORT`. When
    told to stop, the server takes nothing new, answers what is under way as long as
    `grace_seconds` allow, and returns.

    Args:
      config: The settings.
      say: Takes lines about what goes on.

    Raises:
      ConfigError: If there is no version that can be loaded, a file of a setting cannot be read,
        or the address cannot be listened on.
    """
    asyncio.run(_serve(config, say))


async def _serve(config: ServerConfig, say: Say) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    metrics = Metrics(config.name)
    load = functools.partial(Servable, intra_op_parallelism=config.intra_op_parallelism)
    versions = Versions(Path(config.model_base_path), config.name, config.num_versions, load, say)
    batcher = Batcher(
        config.max_batch_size,
        config.enable_batching,
        config.batch_timeout_micros,
        config.max_batch_size * config.max_enqueued_batches,
        config.batch_threads,
        metrics,
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(batcher.close)
        stack.push_async_callback(versions.close)
        health = Health()
        server, port = _listening(config, versions, batcher, metrics, health)
        rest = await _rest_listening(config, versions, batcher, metrics)
        if rest:
            stack.callback(rest.close)
        await versions.poll()
        if not versions.available:
            raise ConfigError(_nothing(config, versions))
        if config.metrics_port:
            stack.callback(_listen(metrics, config.metrics_port))
        await health.tell(serving=True)
        await server.start()
        host = config.address.rpartition(":")[0]
        if rest:
            await rest.start()
        say(f"Serving {config.name} on {host}:{port}")
        if rest:
            scheme = "https" if config.tls_certificate else "http"
            say(f"REST: {scheme}://{host}:{config.rest_api_port}/v1/models/{config.name}")
        watching = asyncio.create_task(_watch(versions, config.file_system_poll_wait_seconds))
        await stop.wait()
        watching.cancel()
        say("Stopping.")
        await health.tell(serving=False)
        await asyncio.gather(
            *(one.stop(config.grace_seconds) for one in (server, rest) if one is not None)
        )
    say("Stopped.")


def _listening(
    config: ServerConfig, versions: Versions, batcher: Batcher, metrics: Metrics, health: Health
) -> tuple[grpc.aio.Server, int]:
    """The server, which has its port but answers nothing yet."""
    options = _OPTIONS | {
        "grpc.max_receive_message_length": config.max_message_bytes,
        "grpc.max_send_message_length": config.max_message_bytes,
    }
    checks: list[grpc.aio.ServerInterceptor] = [ParsingCheck()]
    if token := security.token_of(config):
        checks.insert(0, security.TokenCheck(token))
    server = grpc.aio.server(interceptors=checks, options=tuple(options.items()))
    prediction = PredictionService(versions, batcher, config.max_batch_size, metrics)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(prediction, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        ModelService(versions, metrics), server
    )
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    credentials = security.server_credentials(config)
    try:
        if credentials is None:
            return server, server.add_insecure_port(config.address)
        return server, server.add_secure_port(config.address, credentials)
    except RuntimeError as error:
        raise ConfigError(
            f"Cannot listen on {config.address}: the port is taken, the address is not one of this "
            "machine, or the certificate and its key do not fit."
        ) from error


async def _rest_listening(
    config: ServerConfig, versions: Versions, batcher: Batcher, metrics: Metrics
) -> RestServer | None:
    """The REST API's server, which has its port but answers nothing yet; None: it is off."""
    if not config.rest_api_port:
        return None
    try:  # here, because clients and servers without it need not wait for aiohttp
        from posenet3d.serving.rest.api import Api
        from posenet3d.serving.rest.server import RestConfig, RestServer
    except ImportError as error:
        raise ConfigError(
            f"rest_api_port: {error.name} cannot be imported ({error}); it comes with the extra: "
            "pip install 'posenet3d[serving]'."
        ) from error

    rest = RestServer(
        Api(versions, batcher, config.max_batch_size),
        metrics,
        RestConfig(
            max_bytes=config.max_message_bytes,
            timeout=config.rest_api_timeout_in_ms / 1000,
            token=security.token_of(config),
            tls=security.tls_context(config),
            cors=config.rest_api_enable_cors_support,
        ),
    )
    try:
        await rest.bind(config.host, config.rest_api_port)
    except OSError as error:
        raise ConfigError(
            f"rest_api_port: cannot listen on {config.rest_api_port}: {error.strerror}."
        ) from error
    return rest


def _listen(metrics: Metrics, port: int) -> Callable[[], None]:
    try:
        return metrics.listen(port)
    except OSError as error:
        raise ConfigError(f"metrics_port: cannot listen on {port}: {error.strerror}.") from error


async def _watch(versions: Versions, seconds: float) -> None:
    if seconds:
        await versions.watch(seconds)


def _nothing(config: ServerConfig, versions: Versions) -> str:
    """Why there is nothing to serve."""
    failed = [one.failure.message for one in versions.statuses() if one.failure]
    if failed:
        return failed[0]
    return (
        f"{config.model_base_path} has no version: a folder like 1/ with a saved_model.pb in it, "
        "as scripts/export.py writes it."
    )
