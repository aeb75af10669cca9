"""The services of TensorFlow Serving's protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import grpc
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from posenet3d.serving.model import signature as signatures
from posenet3d.serving.model import tensors
from posenet3d.serving.model.failure import RequestError, invalid
from posenet3d.serving.model.versions import Versions
from posenet3d.serving.rpc.batching import Batcher
from posenet3d.serving.rpc.metrics import Metrics

_SIGNATURES = "signature_def"
_CLOCKS_SECONDS = 0.1
"""A client leaves at its deadline by its own clock; the server's may be that much behind."""


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict and GetModelMetadata; the others, of models for tf.Example, are not implemented."""

    def __init__(
        self, versions: Versions, batcher: Batcher, max_batch_size: int, metrics: Metrics
    ) -> None:
        self._versions = versions
        self._batcher = batcher
        self._max_batch_size = max_batch_size
        self._metrics = metrics

    async def Predict(self, request: Any, context: grpc.aio.ServicerContext) -> Any:  # noqa: N802
        """Runs a signature."""
        return await _answered(self._predict, request, context, self._metrics, "Predict")

    async def GetModelMetadata(self, request: Any, context: grpc.aio.ServicerContext) -> Any:  # noqa: N802
        """The signatures of a version."""
        return await _answered(self._metadata, request, context, self._metrics, "GetModelMetadata")

    async def Classify(self, request: Any, context: grpc.aio.ServicerContext) -> NoReturn:  # noqa: N802
        """Not implemented: lifters take arrays."""
        await _not_implemented(context, "Classify")

    async def Regress(self, request: Any, context: grpc.aio.ServicerContext) -> NoReturn:  # noqa: N802
        """Not implemented: lifters take arrays."""
        await _not_implemented(context, "Regress")

    async def MultiInference(self, request: Any, context: grpc.aio.ServicerContext) -> NoReturn:  # noqa: N802
        """Not implemented: lifters take arrays."""
        await _not_implemented(context, "MultiInference")

    async def _predict(self, request: Any, context: grpc.aio.ServicerContext) -> Any:
        spec = _spec(request)
        with self._versions.using(spec) as servable:
            signature = signatures.find(servable.signatures, spec.signature_name)
            inputs, rows = signature.arrays(request.inputs, self._max_batch_size)
            names = signature.chosen(request.output_filter)
            outputs = await self._batcher.run(
                servable, signature, inputs, rows, context.time_remaining()
            )
        response = predict_pb2.PredictResponse()
        response.model_spec.name = spec.name
        response.model_spec.version.value = servable.version
        response.model_spec.signature_name = signature.name
        for name in names:
            tensors.to_proto(outputs[name], response.outputs[name])
        return response

    async def _metadata(self, request: Any, context: grpc.aio.ServicerContext) -> Any:
        spec = _spec(request)
        if not request.metadata_field:
            raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != _SIGNATURES:
                raise invalid(f"Metadata field {field} is not supported")
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        with self._versions.using(spec) as servable:
            response.model_spec.name = spec.name
            response.model_spec.version.value = servable.version
            definitions = get_model_metadata_pb2.SignatureDefMap(signature_def=servable.definitions)
        response.metadata[_SIGNATURES].Pack(definitions)
        return response


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus; what is served is changed by the folder alone."""

    def __init__(self, versions: Versions, metrics: Metrics) -> None:
        self._versions = versions
        self._metrics = metrics

    async def GetModelStatus(self, request: Any, context: grpc.aio.ServicerContext) -> Any:  # noqa: N802
        """What became of the versions."""
        return await _answered(self._status, request, context, self._metrics, "GetModelStatus")

    async def HandleReloadConfigRequest(  # noqa: N802
        self, request: Any, context: grpc.aio.ServicerContext
    ) -> NoReturn:
        """Not implemented: there is one model, and new versions of it are found."""
        await _not_implemented(context, "HandleReloadConfigRequest")

    async def _status(self, request: Any, context: grpc.aio.ServicerContext) -> Any:
        return self._versions.status_of(_spec(request))


async def _answered(
    answer: Callable[[Any, grpc.aio.ServicerContext], Awaitable[Any]],
    request: Any,
    context: grpc.aio.ServicerContext,
    metrics: Metrics,
    api: str,
) -> Any:
    """The answer to a request, or its end with the code and text of what is wrong with it."""
    with metrics.request(request.model_spec.name, api) as ended:
        try:
            response = await answer(request, context)
            ended("OK")
            return response
        except asyncio.CancelledError:
            remaining = context.time_remaining()
            if remaining is not None and remaining < _CLOCKS_SECONDS:
                ended(grpc.StatusCode.DEADLINE_EXCEEDED.name)
            raise
        except RequestError as failure:
            ended(failure.code.name)
            await context.abort(failure.code, failure.message)
        except Exception as error:  # nothing of the server's own goes out
            ended("INTERNAL")
            await context.abort(
                grpc.StatusCode.INTERNAL, f"The server failed: {type(error).__name__}"
            )


def _spec(request: Any) -> Any:
    if not request.HasField("model_spec"):
        raise invalid("Missing ModelSpec")
    return request.model_spec


async def _not_implemented(context: grpc.aio.ServicerContext, name: str) -> NoReturn:
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{name} is not implemented by this server.")
