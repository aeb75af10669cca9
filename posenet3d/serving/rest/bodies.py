"""The bodies of requests, within limits."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import grpc
from aiohttp import web

from posenet3d.serving.model.failure import RequestError, invalid
from posenet3d.serving.rest.failure import HttpError

AT_A_TIME = 16
"""How many bodies of the largest size may be held at the same time."""


class Bodies:
    """Reads bodies; holds no more than so many bytes at a time.

    Args:
      max_bytes: Largest body, uncompressed.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held = 0

    @contextlib.asynccontextmanager
    async def body_of(self, request: web.BaseRequest) -> AsyncIterator[bytes]:
        """The body of a request, which counts as held until the end of the block.

        Raises:
          RequestError: If it is too large, is not compressed as its headers say, or too many bytes
            are held.
        """
        if (request.content_length or 0) > self._max_bytes:
            raise self._too_large()
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0  # nothing of the answer is sent
        body = bytearray()
        try:
            async for chunk in request.content.iter_any():
                body += chunk
                self._held += len(chunk)
                if len(body) > self._max_bytes:
                    raise self._too_large()
                if self._held > AT_A_TIME * self._max_bytes:
                    raise RequestError(
                        grpc.StatusCode.UNAVAILABLE, "Too many large requests are under way."
                    )
            yield bytes(body)
        except web.RequestPayloadError as error:
            raise invalid(f"The body cannot be read: {error}") from error
        finally:
            self._held -= len(body)

    def _too_large(self) -> HttpError:
        return HttpError(
            413,
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            f"The request's body is larger than max ({self._max_bytes} bytes).",
        )
