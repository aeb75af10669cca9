"""What a signature of a SavedModel takes and gives, and whether a request fits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import grpc
import numpy as np
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from posenet3d.serving.model import tensors
from posenet3d.serving.model.failure import RequestError, invalid

Shape = tuple[int, ...] | None


@dataclasses.dataclass(frozen=True)
class Spec:
    """A tensor of a signature."""

    tensor: str  # its name in the graph
    dtype: int  # TensorFlow's number
    shape: Shape  # -1: any size; None: any rank


@dataclasses.dataclass(frozen=True)
class Signature:
    """A named function of a model.

    Codes and texts of its errors are those of `PreProcessPrediction` in tensorflow/serving,
    servables/tensorflow/predict_util.cc; that file checks no shapes, which here are.
    """

    name: str
    inputs: Mapping[str, Spec]
    outputs: Mapping[str, Spec]

    @classmethod
    def of(cls, name: str, definition: meta_graph_pb2.SignatureDef) -> Signature:
        """The signature that a SavedModel defines."""
        return cls(name, _specs(definition.inputs), _specs(definition.outputs))

    @property
    def batched(self) -> bool:
        """Whether every tensor has a row a person, so that requests can be joined."""
        specs = [*self.inputs.values(), *self.outputs.values()]
        return bool(self.inputs) and all(spec.shape and spec.shape[0] == -1 for spec in specs)

    def arrays(
        self, protos: Mapping[str, tensor_pb2.TensorProto], max_rows: int
    ) -> tuple[dict[str, np.ndarray], int]:
        """The inputs of a request as arrays, and how many rows they have.

        Raises:
          RequestError: If names, types, shapes or sizes are not those of the signature.
        """
        self._check_names(set(protos))
        rows = 1
        for number, (name, spec) in enumerate(self.inputs.items()):
            _check(number, name, spec, protos[name])
        if self.batched:
            counts = {tensors.shape_of(proto)[0] for proto in protos.values()}
            if len(counts) > 1:
                raise invalid(
                    "Batching session Run() input tensors must have equal 0th-dimension size"
                )
            rows = counts.pop()
            if rows > max_rows:
                raise invalid(f"Task size {rows} is larger than maximum batch size {max_rows}")
        return {name: tensors.to_array(name, protos[name]) for name in self.inputs}, rows

    def chosen(self, output_filter: Sequence[str]) -> Sequence[str]:
        """The outputs that a request wants.

        Raises:
          RequestError: If there is no such output, or it is named twice.
        """
        for number, name in enumerate(output_filter):
            if name not in self.outputs:
                raise invalid(
                    f"output tensor alias not found in signature: {name} Outputs expected to be "
                    f"in the set {_set(self.outputs)}."
                )
            if name in output_filter[:number]:
                raise invalid(f"duplicate output tensor alias: {name}")
        return output_filter or tuple(self.outputs)

    def _check_names(self, sent: set[str]) -> None:
        known = set(self.inputs)
        if len(sent) != len(known):
            raise invalid(
                f"input size does not match signature: {len(sent)}!={len(known)} "
                f"len({_set(sent)}) != len({_set(known)}). Sent extra: {_set(sent - known)}. "
                f"Missing but required: {_set(known - sent)}."
            )
        if wrong := sorted(sent - known):
            raise invalid(
                f"input tensor alias not found in signature: {wrong[0]}. Inputs expected to be in "
                f"the set {_set(known)}."
            )


def find(signatures: Mapping[str, Signature], name: str) -> Signature:
    """The signature of that name; an empty name is `serving_default`'s.

    Raises:
      RequestError: If there is none.
    """
    name = name or "serving_default"
    if name not in signatures:
        raise RequestError(
            grpc.StatusCode.FAILED_PRECONDITION, f'Serving signature key "{name}" not found.'
        )
    return signatures[name]


def _check(number: int, name: str, spec: Spec, proto: tensor_pb2.TensorProto) -> None:
    if proto.dtype != spec.dtype:
        raise invalid(
            f"Expects arg[{number}] to be {tensors.dtype_name(spec.dtype)} but "
            f"{tensors.dtype_name(proto.dtype)} is provided ({name})"
        )
    shape = tensors.shape_of(proto)
    if shape is None:
        raise invalid(f"tensor parsing error: {name}: its shape is not known.")
    if spec.shape is None:
        return
    fits = len(shape) == len(spec.shape) and all(
        wanted in (-1, size) for wanted, size in zip(spec.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("N" if size == -1 else str(size) for size in spec.shape)
        raise invalid(f"{name} must have shape [{wanted}], got {list(shape)}.")


def _specs(infos: Mapping[str, meta_graph_pb2.TensorInfo]) -> dict[str, Spec]:
    return {name: _spec(info) for name, info in sorted(infos.items())}


def _spec(info: meta_graph_pb2.TensorInfo) -> Spec:
    shape = info.tensor_shape
    sizes = None if shape.unknown_rank else tuple(dim.size for dim in shape.dim)
    return Spec(info.name, info.dtype, sizes)


def _set(names: Sequence[str] | Mapping[str, Spec] | set[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"
