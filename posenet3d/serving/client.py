"""A client of TensorFlow Serving and of the embedded server: arrays in, arrays out."""

from __future__ import annotations

import dataclasses
import random
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import numpy as np
from google.protobuf import message
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from posenet3d.errors import ConfigError, InputError
from posenet3d.serving.model import tensors

Arrays = dict[str, np.ndarray]


class ServingError(ConnectionError):
    """The server does not answer, or not as asked; `code` is gRPC's."""

    def __init__(self, text: str, code: grpc.StatusCode) -> None:
        super().__init__(text)
        self.code = code


@dataclasses.dataclass(frozen=True)
class ClientConfig:
    """How a server is reached and how long is waited for it."""

    timeout: float = 30.0  # seconds for a request, its retries included
    retries: int = 100  # where the server is UNAVAILABLE: full, about to stop, or started again
    retries_at_first: int = 5  # before its first answer: a wrong address is told soon
    first_wait: float = 0.1  # seconds before the first retry; doubled every time, 2 at most
    rows_a_request: int = 256  # of `stream`
    requests_under_way: int = 4  # of `stream`
    max_message_bytes: int = 64 << 20
    tls_ca: str = ""  # authority (PEM) that signed the server's certificate; empty: no encryption
    tls_certificate: str = ""  # the client's own certificate (PEM), where the server wants one
    tls_key: str = ""
    tls_server_name: str = ""  # the name in the server's certificate, where it is not the host's
    token: str = ""  # sent as `authorization: Bearer <token>`


class Client:
    """Asks a server for 3D poses; threads may share one.

    Example:

        with Client("127.0.0.1:8500", "full") as client:
            client.lift(keypoints_2d)["keypoints_3d"]               # [N, 17, 3]
            for lifted in client.stream(keypoints_2d, confidence):  # a long sequence in pieces
                ...

    Args:
      address: `host:port` of the server's gRPC.
      model_name: The model's name there.
      version: Its version; None: the newest.
      config: How to reach it.

    Raises:
      ConfigError: If a file of certificates cannot be read, or the token cannot be sent.
    """

    def __init__(
        self,
        address: str,
        model_name: str,
        version: int | None = None,
        config: ClientConfig = ClientConfig(),
    ) -> None:
        if not (config.token.isascii() and config.token.isprintable()):
            raise ConfigError("A token must be of printable ASCII characters.")
        self._address = address
        self._config = config
        self._spec = model_pb2.ModelSpec(name=model_name)
        if version is not None:
            self._spec.version.value = version
        self._metadata = [("authorization", f"Bearer {config.token}")] if config.token else None
        self._answered = self._closed = False
        self._channel = _channel(address, config)
        self._prediction = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)
        self._model = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def lift(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        signature: str | None = None,
        outputs: Sequence[str] = (),
        timeout: float | None = None,
    ) -> Arrays:
        """Lifts people in one request.

        Args:
          keypoints_2d: `[N, J, 2]`, image frame (x right, y down), pixels.
          confidence: `[N, J]`; 0 marks a missing joint. None: every joint is present.
          signature: The model's function; None: `lift_with_confidence` where there are
            confidences, else `serving_default`.
          outputs: Names of those that are wanted; empty: all.
          timeout: Seconds to wait, retries included; None: as configured.

        Returns:
          `keypoints_3d` `[N, J, 3]`, `score` and `elevation` `[N]`, `expected_error` `[N, J]`
          where the lifter estimates it, and whatever else the signature gives, by name.

        Raises:
          InputError: If the server refuses the arrays; its words are in the message.
          ServingError: If it does not answer, or has no such model or signature.
        """
        inputs = {"keypoints_2d": np.asarray(keypoints_2d, np.float32)}
        if confidence is not None:
            inputs["confidence"] = np.asarray(confidence, np.float32)
        if signature is None:
            signature = "serving_default" if confidence is None else "lift_with_confidence"
        return self.predict(inputs, signature, outputs, timeout)

    def stream(
        self,
        keypoints_2d: np.ndarray,
        confidence: np.ndarray | None = None,
        signature: str | None = None,
        outputs: Sequence[str] = (),
    ) -> Iterator[Arrays]:
        """Lifts a long sequence in pieces of `rows_a_request`, some under way at once.

        Args and errors are those of `lift`; the timeout is that of each piece.

        Yields:
          What `lift` returns of each piece, in order. No more pieces are asked for than are
          taken, but for the few under way.
        """
        rows, ahead = self._config.rows_a_request, self._config.requests_under_way
        waiting: deque[Future[Arrays]] = deque()
        pool = ThreadPoolExecutor(ahead, thread_name_prefix="lift")
        try:
            for start in range(0, len(keypoints_2d), rows):
                piece = slice(start, start + rows)
                trust = None if confidence is None else confidence[piece]
                waiting.append(
                    pool.submit(self.lift, keypoints_2d[piece], trust, signature, outputs)
                )
                if len(waiting) == ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def predict(
        self,
        inputs: Mapping[str, np.ndarray],
        signature: str = "serving_default",
        outputs: Sequence[str] = (),
        timeout: float | None = None,
    ) -> Arrays:
        """Calls any signature with arrays of exactly its types; see `lift`."""
        request = predict_pb2.PredictRequest(model_spec=self._spec, output_filter=outputs)
        request.model_spec.signature_name = signature
        for name, array in inputs.items():
            request.inputs[name].CopyFrom(tensors.to_proto(np.asarray(array)))
        response = self._call(self._prediction.Predict, request, timeout)
        # Copies: what is read from bytes cannot be written to.
        return {
            name: np.array(tensors.to_array(name, proto))
            for name, proto in response.outputs.items()
        }

    def versions(self, timeout: float | None = None) -> dict[int, str]:
        """The state of each version: `LOADING`, `AVAILABLE`, `UNLOADING`, `END`."""
        request = get_model_status_pb2.GetModelStatusRequest(model_spec=self._spec)
        response = self._call(self._model.GetModelStatus, request, timeout)
        states = get_model_status_pb2.ModelVersionStatus.State
        return {one.version: states.Name(one.state) for one in response.model_version_status}

    def signatures(self, timeout: float | None = None) -> dict[str, tuple[list[str], list[str]]]:
        """The names of the inputs and of the outputs of each signature."""
        request = get_model_metadata_pb2.GetModelMetadataRequest(
            model_spec=self._spec, metadata_field=["signature_def"]
        )
        response = self._call(self._prediction.GetModelMetadata, request, timeout)
        definitions = get_model_metadata_pb2.SignatureDefMap()
        response.metadata["signature_def"].Unpack(definitions)
        return {
            name: (sorted(one.inputs), sorted(one.outputs))
            for name, one in definitions.signature_def.items()
            if one.method_name
        }

    def close(self) -> None:
        """Ends the connection, and with it what is under way."""
        self._closed = True
        self._channel.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _call(
        self, method: grpc.UnaryUnaryMultiCallable, request: message.Message, timeout: float | None
    ) -> Any:
        """The answer to a request that may be sent again, which all of these may."""
        timeout = self._config.timeout if timeout is None else timeout
        deadline = time.monotonic() + timeout
        wait = self._config.first_wait
        retries = 0
        while True:
            left = max(deadline - time.monotonic(), 0.0)
            try:
                response = method(request, timeout=left, metadata=self._metadata)
                self._answered = True
                return response
            except grpc.RpcError as error:
                pause = wait * random.uniform(0.5, 1.0)  # clients must not all come back at once
                config = self._config
                allowed = config.retries if self._answered else config.retries_at_first
                late = time.monotonic() + pause >= deadline
                if not self._passes(error) or retries >= allowed or late:
                    raise self._error(error) from error
                time.sleep(pause)
                retries += 1
                wait = min(2 * wait, 2.0)

    def _passes(self, error: grpc.RpcError) -> bool:
        """Whether the same request may be answered later.

        gRPC's servers end calls as CANCELLED that they have not begun when they stop.
        """
        cancelled = error.code() == grpc.StatusCode.CANCELLED and not self._closed
        return cancelled or error.code() == grpc.StatusCode.UNAVAILABLE

    def _error(self, error: grpc.RpcError) -> Exception:
        code, text = error.code(), error.details()
        if code == grpc.StatusCode.INVALID_ARGUMENT:
            return InputError(f"{self._address} refused the request: {text}")
        return ServingError(f"{self._address}: {code.name}: {text}", code)


def _channel(address: str, config: ClientConfig) -> grpc.Channel:
    options = [
        ("grpc.max_receive_message_length", config.max_message_bytes),
        ("grpc.max_send_message_length", config.max_message_bytes),
        ("grpc.enable_retries", 0),  # retries are ours, within the deadline
        ("grpc.initial_reconnect_backoff_ms", 100),  # a server that was started again is found soon
        ("grpc.max_reconnect_backoff_ms", 2_000),
    ]
    if not config.tls_ca:
        if config.tls_certificate or config.tls_key:
            raise ConfigError("A client's certificate needs tls_ca as well.")
        return grpc.insecure_channel(address, options)
    if config.tls_server_name:
        options.append(("grpc.ssl_target_name_override", config.tls_server_name))
    files = {
        name: _read(getattr(config, name), name)
        for name in ("tls_ca", "tls_key", "tls_certificate")
    }
    credentials = grpc.ssl_channel_credentials(
        files["tls_ca"], files["tls_key"], files["tls_certificate"]
    )
    return grpc.secure_channel(address, credentials, options)


def _read(path: str, what: str) -> bytes | None:
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"{what}: cannot read {path}: {error.strerror}.") from error
