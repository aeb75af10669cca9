"""Why a request cannot be answered: a gRPC code and a text, those of TensorFlow Serving."""

from __future__ import annotations

import grpc
import tensorflow as tf

MESSAGE_LIMIT = 1024
"""Longer messages are cut: tensorflow/serving, model_servers/grpc_status_util.cc."""

_PREFIX = "Graph execution error:\n\n"
_CODES = {code.value[0]: code for code in grpc.StatusCode}  # TensorFlow's numbers are gRPC's


class RequestError(Exception):
    """A request cannot be answered.

    Args:
      code: What kind of failure.
      message: Its text, which the client gets.
    """

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        if len(message) > MESSAGE_LIMIT:
            message = message[:MESSAGE_LIMIT] + "...TRUNCATED"
        super().__init__(message)
        self.code = code
        self.message = message

    @classmethod
    def of(cls, error: Exception) -> RequestError:
        """The failure that an exception of the model means."""
        if isinstance(error, RequestError):
            return error
        if isinstance(error, tf.errors.OpError):
            # Nodes of the graph say nothing to a client.
            text = error.message.removeprefix(_PREFIX).split("\n\t [[")[0].strip()
            return cls(_CODES.get(error.error_code, grpc.StatusCode.UNKNOWN), text)
        return cls(grpc.StatusCode.INTERNAL, f"The model failed: {type(error).__name__}")


def invalid(message: str) -> RequestError:
    """The failure of a request that says something it must not."""
    return RequestError(grpc.StatusCode.INVALID_ARGUMENT, message)
