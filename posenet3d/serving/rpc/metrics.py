"""What the server tells Prometheus, under TensorFlow Serving's names where it has one."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import prometheus_client
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

# tensorflow/serving, servables/tensorflow/util.cc: microseconds from 10, each bound 1.8 times the
# one before. The exporter there writes the slashes of its names as colons.
_MICROSECONDS = tuple(10 * 1.8**power for power in range(33))
_ROWS = tuple(2**power for power in range(15))
_PREFIX = ":tensorflow:serving:"
OTHER = "(unknown)"
"""The model's name in what is counted of requests for models that are not served; their own names
would be as many as clients care to make up."""


class _RequestCount(Collector):
    """A counter whose name does not end in `_total`, as Prometheus's library would have it."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, model: str, status: str) -> None:
        key = (model, status)
        self._counts[key] = self._counts.get(key, 0) + 1

    def collect(self) -> Iterator[Metric]:
        metric = Metric(f"{_PREFIX}request_count", "The total number of requests.", "unknown")
        for (model, status), count in list(self._counts.items()):
            metric.add_sample(metric.name, {"model_name": model, "status": status}, count)
        yield metric


class Metrics:
    """Counts and times of one server, in a registry of its own.

    Args:
      model_name: The model that is served.
    """

    def __init__(self, model_name: str) -> None:
        self.registry = prometheus_client.CollectorRegistry()
        self._model_name = model_name
        self._requests = _RequestCount()
        self.registry.register(self._requests)
        self._request_latency = prometheus_client.Histogram(
            f"{_PREFIX}request_latency", "Microseconds from request to answer.",
            ("model_name", "API", "entrypoint"), buckets=_MICROSECONDS, registry=self.registry,
        )  # fmt: skip
        self._runtime_latency = prometheus_client.Histogram(
            f"{_PREFIX}runtime_latency", "Microseconds of a run of the model.",
            ("model_name", "API", "runtime"), buckets=_MICROSECONDS, registry=self.registry,
        )  # fmt: skip
        self._batch_size = prometheus_client.Histogram(
            f"{_PREFIX}batching:processed_batch_size", "People in a run of the model.",
            ("model_name", "op_name"), buckets=_ROWS, registry=self.registry,
        )  # fmt: skip
        self._observer = functools.cache(
            lambda *labels: self._request_latency.labels(*labels).observe
        )
        self._under_way = prometheus_client.Gauge(
            "posenet3d_serving_requests_under_way", "Requests that have no answer yet.",
            registry=self.registry,
        )  # fmt: skip

    @contextmanager
    def request(
        self, model_name: str, api: str, entrypoint: str = "GRPC"
    ) -> Iterator[Callable[[str], None]]:
        """Times a request; what is yielded takes the name of its status, else it was cancelled."""
        model = model_name if model_name == self._model_name else OTHER
        status = "CANCELLED"
        observe = self._observer(model, api, entrypoint)
        start = time.perf_counter()
        self._under_way.inc()

        def ended(name: str) -> None:
            nonlocal status
            status = name

        try:
            yield ended
        finally:
            self._under_way.dec()
            self._requests.add(model, status)
            observe(1e6 * (time.perf_counter() - start))

    def refused(self, status: str) -> None:
        """Counts a request that is refused unread."""
        self._requests.add(self._model_name, status)

    def ran(self, signature: str, rows: int, seconds: float) -> None:
        """Counts a run of the model."""
        self._runtime_latency.labels(self._model_name, "Predict", "TF1").observe(1e6 * seconds)
        self._batch_size.labels(self._model_name, signature).observe(rows)

    def listen(self, port: int) -> Callable[[], None]:
        """Answers Prometheus on a port of this machine; returns what ends that.

        Raises:
          OSError: If the port is taken.
        """
        server, thread = prometheus_client.start_http_server(
            port, addr="127.0.0.1", registry=self.registry
        )

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop
