"""The settings of the embedded server; each field is a flag of posenet3d serve."""

from __future__ import annotations

import dataclasses
import ipaddress
import os
from pathlib import Path

from posenet3d.errors import ConfigError
from posenet3d.settings import check_range, setting

_COUNTS = (
    "num_versions",
    "max_batch_size",
    "max_enqueued_batches",
    "max_message_bytes",
    "max_concurrent_requests",
    "max_concurrent_streams",
    "max_connections",
)


@dataclasses.dataclass(frozen=True)
class ServerConfig:
    """Everything the server depends on; names are TensorFlow Serving's where it has the setting."""

    model_base_path: str = setting(
        "", "Folder with a SavedModel a version: saved_models/NAME, which holds 1/, 2/ and so on."
    )
    model_name: str = setting("", "Name that requests must give; empty: that of the folder.")
    host: str = setting(
        "127.0.0.1", "Address to listen on: this machine alone; 0.0.0.0 takes requests from others."
    )
    port: int = setting(8500, "Port of gRPC; 0: a free one, which is printed.")
    rest_api_port: int = setting(0, "Port of the REST API; 0: none.")
    rest_api_timeout_in_ms: int = setting(
        30_000, "Milliseconds for a REST request, until which it is answered or refused."
    )
    rest_api_enable_cors_support: bool = setting(
        False, "Let web pages of other sites ask by REST, from their visitors' browsers."
    )
    metrics_port: int = setting(
        0, "Port of the metrics for Prometheus, on this machine alone; 0: none."
    )
    num_versions: int = setting(1, "How many of the newest versions are served at the same time.")
    file_system_poll_wait_seconds: float = setting(
        1.0, "Seconds between checks for new versions; 0: check once."
    )
    enable_batching: bool = setting(True, "Run the waiting requests of all clients as one batch.")
    max_batch_size: int = setting(
        256, "Most people in a batch; a request with more people is refused."
    )
    batch_timeout_micros: int = setting(
        0, "Microseconds to wait for more requests if a batch is not full and the model is idle."
    )
    max_enqueued_batches: int = setting(
        16, "Batches of max_batch_size people that may wait; further requests are refused."
    )
    num_batch_threads: int = setting(0, "Batches that run at the same time; 0: one for two cores.")
    intra_op_parallelism: int = setting(1, "Threads that share one operation; 0: one a core.")
    max_message_bytes: int = setting(4 << 20, "Largest request or answer.")
    max_concurrent_requests: int = setting(
        512, "Requests under way, over all connections; further requests are refused."
    )
    max_concurrent_streams: int = setting(
        128, "Calls under way on one connection; further calls wait at the client."
    )
    max_connections: int = setting(1024, "Connections at the same time; further ones are closed.")
    max_connection_age_seconds: float = setting(
        300.0, "Age at which a connection is renewed; answers not taken 30 s later are dropped."
    )
    grace_seconds: float = setting(
        10.0, "Seconds for running requests to finish when the server is told to stop."
    )
    tls_certificate: str = setting("", "The server's certificate (PEM); empty: no encryption.")
    tls_key: str = setting("", "The certificate's private key (PEM).")
    tls_client_ca: str = setting("", "Authority (PEM) that must have signed clients' certificates.")
    token_file: str = setting(
        "", "File with the token that clients must send; empty: no token is needed."
    )

    def __post_init__(self) -> None:
        if not self.model_base_path:
            raise ConfigError("Nothing to serve: give --model_base_path=saved_models/NAME.")
        if not Path(self.model_base_path).is_dir():
            raise ConfigError(f"model_base_path: there is no folder {self.model_base_path}.")
        ports = {name: getattr(self, name) for name in ("port", "rest_api_port", "metrics_port")}
        for name, port in ports.items():
            check_range(name, port, 0, 65535)
        taken = [port for port in ports.values() if port]
        if len(set(taken)) < len(taken):
            raise ConfigError(f"The ports must differ: {ports}.")
        check_range("rest_api_timeout_in_ms", self.rest_api_timeout_in_ms, 1, 3_600_000)
        for name in _COUNTS:
            check_range(name, getattr(self, name), 1, 2**31 - 1)
        check_range("max_connection_age_seconds", self.max_connection_age_seconds, 1.0, 86_400.0)
        for name in ("num_batch_threads", "intra_op_parallelism"):
            check_range(name, getattr(self, name), 0, 1024)
        check_range("batch_timeout_micros", self.batch_timeout_micros, 0, 10_000_000)
        for name in ("file_system_poll_wait_seconds", "grace_seconds"):
            check_range(name, getattr(self, name), 0.0, 86_400.0)
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ConfigError("tls_certificate and tls_key belong together: give both or none.")
        if self.tls_client_ca and not self.tls_certificate:
            raise ConfigError("tls_client_ca needs tls_certificate and tls_key as well.")
        if self.token_file and not (self.tls_certificate or is_loopback(self.host)):
            raise ConfigError(
                f"A token must not go unencrypted over a network: give --tls_certificate and "
                f"--tls_key as well, or listen on 127.0.0.1 instead of {self.host}."
            )

    @property
    def name(self) -> str:
        """The model's name as requests must give it."""
        return self.model_name or Path(self.model_base_path).resolve().name

    @property
    def batch_threads(self) -> int:
        """How many batches are run beside each other."""
        return self.num_batch_threads or max(1, (os.cpu_count() or 1) // 2)

    @property
    def address(self) -> str:
        """`host:port`, with brackets around the host where it is of IPv6."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
