"""The answers of TensorFlow Serving's REST API."""

from __future__ import annotations

import asyncio
import inspect
import math
import time
from collections.abc import Mapping
from typing import Any

import grpc
import orjson
from google.protobuf import json_format
from google.protobuf.message import Message
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    model_pb2,
)

from posenet3d.serving.model.failure import RequestError, invalid
from posenet3d.serving.model.signature import Signature
from posenet3d.serving.model.versions import Versions
from posenet3d.serving.rest import paths, predict_json
from posenet3d.serving.rpc.batching import Batcher

LARGE = 64 << 10
"""Bytes of a body from which on it is read in a thread, so that others are answered meanwhile."""

_NEWER = "always_print_fields_with_no_presence"  # of protobuf 5 and later
_PRINT_ALL = (
    _NEWER
    if _NEWER in inspect.signature(json_format.MessageToDict).parameters
    else "including_default_value_fields"
)


class Api:
    """Answers what a path asks for; used from the event loop of versions and batcher.

    Args:
      versions: The versions of the model.
      batcher: Runs requests, those of gRPC and these together.
      max_batch_size: Most people of a request.
    """

    def __init__(self, versions: Versions, batcher: Batcher, max_batch_size: int) -> None:
        self._versions = versions
        self._batcher = batcher
        self._max_batch_size = max_batch_size

    async def answer(self, target: paths.Target, body: bytes, deadline: float) -> bytes:
        """The JSON that answers a request.

        Args:
          target: What is asked for.
          body: What was sent.
          deadline: Time of the monotonic clock from which on nobody wants the answer.

        Raises:
          RequestError: If there is no answer.
        """
        if target.api == paths.PREDICT:
            return await self._predict(target.spec, body, deadline)
        if target.api == paths.STATUS:
            return self._status(target.spec)
        if target.api == paths.METADATA:
            return self._metadata(target.spec)
        raise RequestError(
            grpc.StatusCode.UNIMPLEMENTED,
            f"{target.api.capitalize()} is not implemented by this server.",
        )

    async def _predict(self, spec: model_pb2.ModelSpec, body: bytes, deadline: float) -> bytes:
        with self._versions.using(spec) as servable:
            if len(body) < LARGE:
                request = predict_json.parse(body, servable.signatures)
            else:
                self._check_count(body, servable.signatures)
                request = await asyncio.to_thread(predict_json.parse, body, servable.signatures)
            signature = request.signature
            inputs, rows = signature.arrays(request.inputs, self._max_batch_size)
            outputs = await self._batcher.run(
                servable, signature, inputs, rows, deadline - time.monotonic()
            )
        return predict_json.dump(outputs, request.by_row)

    def _check_count(self, body: bytes, signatures: Mapping[str, Signature]) -> None:
        """Refuses what cannot be right before it is read.

        Reading holds Python's lock, even in a thread: half a second for 2 MB of poses.
        """
        most = _most_commas(signatures, self._max_batch_size)
        if most is not None and body.count(b",") > most:
            raise invalid(
                "The request has more numbers than the largest batch, of "
                f"{self._max_batch_size} people."
            )

    def _status(self, spec: model_pb2.ModelSpec) -> bytes:
        response = self._versions.status_of(spec)
        if spec.version_label:  # which gRPC passes over
            raise invalid(f"Unrecognized servable version label: {spec.version_label}")
        return _printed(_to_dict(response))

    def _metadata(self, spec: model_pb2.ModelSpec) -> bytes:
        with self._versions.using(spec) as servable:
            definitions = get_model_metadata_pb2.SignatureDefMap(signature_def=servable.definitions)
            named = {
                "name": spec.name, "signature_name": "", "version": str(servable.version)
            }  # fmt: skip
        return _printed({"model_spec": named, "metadata": {"signature_def": _to_dict(definitions)}})


def _most_commas(signatures: Mapping[str, Signature], max_rows: int) -> int | None:
    """Commas of the largest request that any signature takes; None: there is no such number."""
    most = 0
    for signature in signatures.values():
        shapes = [spec.shape for spec in signature.inputs.values()]
        if not signature.batched or any(-1 in shape[1:] for shape in shapes):
            return None
        # One after each number, and one after each input of a person.
        most = max(most, sum(math.prod(shape[1:]) + 1 for shape in shapes))
    return most * max_rows + 1024  # other keys may be there, and are passed over


def _to_dict(message: Message) -> dict[str, Any]:
    """A message as JSON has it, its zeros and empty texts too."""
    options = {_PRINT_ALL: True, "preserving_proto_field_name": True}
    return json_format.MessageToDict(message, **options)


def _printed(answer: Any) -> bytes:
    """JSON for people to read."""
    return orjson.dumps(answer, option=orjson.OPT_INDENT_2)
