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
from posenet3d.serving.rpc.front import Front
from posenet3d.serving.rpc.health import Health
from posenet3d.serving.rpc.metrics import Metrics
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
_AGE_GRACE_SECONDS = 30.0
"""How long the calls of a connection that has reached its age have to finish."""
_LAST_SECONDS = 0.2
"""How long what has been sent has to leave, and what arrives meanwhile to be refused."""


def serve(
    config: ServerConfig,
    say: Say = lambda line: None,
    end_process: Callable[[], None] | None = None,
) -> None:
    """Serves a model until the process gets SIGTERM or SIGINT.

    The first line that is said once requests are answered is `Serving NAME on HOST:PORT`. When
    told to stop, the server refuses what is new as UNAVAILABLE, answers what is under way as long
    as `grace_seconds` allow, and refuses the rest.

    Args:
      config: The settings.
      say: Takes lines about what goes on.
      end_process: Ends the process, which closes its connections: calls that are on their way
        fail as UNAVAILABLE, which clients repeat. None: gRPC closes them, and this returns; calls
        that it has not handed over by then end as CANCELLED.

    Raises:
      ConfigError: If there is no version that can be loaded, a file of a setting cannot be read,
        or the address cannot be listened on.
    """
    asyncio.run(_serve(config, say, end_process))


async def _serve(config: ServerConfig, say: Say, end_process: Callable[[], None] | None) -> None:
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
        front = Front(config.max_concurrent_requests, metrics, security.token_of(config))
        prediction = PredictionService(versions, batcher, config.max_batch_size, metrics)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(prediction, front)
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            ModelService(versions, metrics), front
        )
        health_pb2_grpc.add_HealthServicer_to_server(health, front)
        server, port = _listening(config, front)
        rest = await _rest_listening(config, versions, batcher, metrics)
        if rest:
            stack.callback(rest.close)
        await versions.poll()
        watching = asyncio.create_task(_watch(versions, config.file_system_poll_wait_seconds))
        stack.callback(watching.cancel)
        if await _first(versions, stop):
            if not versions.available:
                raise ConfigError(_nothing(config, versions))
            if config.metrics_port:
                stack.callback(_listen(metrics, config.metrics_port))
            health.tell(serving=True)
            await server.start()
            host = config.address.rpartition(":")[0]
            if rest:
                await rest.start()
            say(f"Serving {config.name} on {host}:{port}")
            if rest:
                scheme = "https" if config.tls_certificate else "http"
                say(f"REST: {scheme}://{host}:{config.rest_api_port}/v1/models/{config.name}")
            await stop.wait()
            say("Stopping.")
            health.end()
            ends = [_drain(front, batcher, config.grace_seconds)]
            if rest:
                ends.append(rest.stop(config.grace_seconds))
            await asyncio.gather(*ends)
            await asyncio.sleep(_LAST_SECONDS)
        say("Stopped.")
        if end_process:
            end_process()
        await server.stop(0)


async def _drain(front: Front, batcher: Batcher, grace: float) -> None:
    """Ends gRPC: what has no answer in time is refused."""
    if not await front.drain(grace):
        batcher.refuse_all()
        await front.drain(1.0)


async def _first(versions: Versions, stop: asyncio.Event) -> bool:
    """Waits until versions are available or cannot be; False where it is to stop before."""
    waiting = [asyncio.create_task(work) for work in (versions.settled(), stop.wait())]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return not stop.is_set()


def _listening(config: ServerConfig, front: Front) -> tuple[grpc.aio.Server, int]:
    """The server, which has its port but answers nothing yet."""
    age = config.max_connection_age_seconds
    options = _OPTIONS | {
        "grpc.max_receive_message_length": config.max_message_bytes,
        "grpc.max_send_message_length": config.max_message_bytes,
        "grpc.max_concurrent_streams": config.max_concurrent_streams,
        "grpc.max_allowed_incoming_connections": config.max_connections,
        "grpc.max_connection_age_ms": round(1000 * age),
        "grpc.max_connection_age_grace_ms": round(1000 * min(age, _AGE_GRACE_SECONDS)),
    }
    server = grpc.aio.server(options=tuple(options.items()))
    server.add_generic_rpc_handlers((front,))
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
            max_connections=config.max_connections,
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
        "as posenet3d export writes it."
    )
