"""What HTTP says of a request that cannot be answered."""

from __future__ import annotations

from collections.abc import Mapping

import grpc
import orjson
from aiohttp import web

from posenet3d.serving.model.failure import RequestError

# tensorflow/serving, model_servers/http_server.cc
_STATUS = {
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}
_HEADERS = {
    grpc.StatusCode.UNAVAILABLE: {"Retry-After": "1"},
    grpc.StatusCode.UNAUTHENTICATED: {"WWW-Authenticate": "Bearer"},
}


class HttpError(RequestError):
    """A failure for which HTTP has a status that gRPC has no code for.

    Args:
      status: HTTP's status.
      code: The code that comes closest, for the metrics.
      message: Its text, which the client gets.
      headers: What is sent with it.
    """

    def __init__(
        self,
        status: int,
        code: grpc.StatusCode,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.status = status
        self.headers = dict(headers or {})


def response(failure: RequestError) -> web.Response:
    """The answer of `{"error": text}` with the status that TensorFlow Serving gives it."""
    if isinstance(failure, HttpError):
        status, headers = failure.status, failure.headers
    else:
        status, headers = _STATUS.get(failure.code, 500), _HEADERS.get(failure.code, {})
    text = failure.message.encode("utf-8", "replace").decode()  # paths may hold any bytes
    return json_response(orjson.dumps({"error": text}), status, headers)


def json_response(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """An answer of JSON, with the end of line that a terminal wants."""
    return web.Response(
        body=content + b"\n",
        status=status,
        headers={"Server": "posenet3d", **(headers or {})},  # not names and versions of libraries
        content_type="application/json",
    )
