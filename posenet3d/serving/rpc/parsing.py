"""Requests that are no messages of the protocol."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError


class ParsingCheck(grpc.aio.ServerInterceptor):
    """Answers bytes that are no request with INTERNAL, as gRPC's C++ servers do.

    Without it gRPC's asyncio server says UNKNOWN, and writes a traceback for each.
    """

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """The call's handler, with that answer where it would have failed."""
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None or not handler.request_deserializer:
            return handler

        def parse(content: bytes) -> Any:
            try:
                return handler.request_deserializer(content)
            except DecodeError:
                return None

        async def answer(request: Any, context: grpc.aio.ServicerContext) -> Any:
            if request is None:
                await context.abort(grpc.StatusCode.INTERNAL, "The request cannot be parsed.")
            return await handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(answer, parse, handler.response_serializer)
