"""The bodies of Predict: JSON to tensors of a signature, and outputs to JSON.

Codes and texts of errors are those of tensorflow/serving, util/json_tensor.cc.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from tensorflow.core.framework import tensor_pb2

from posenet3d.serving.model import tensors
from posenet3d.serving.model.failure import RequestError, invalid
from posenet3d.serving.model.signature import Signature
from posenet3d.serving.rest import json_arrays


@dataclasses.dataclass(frozen=True)
class PredictBody:
    """What a body asks for."""

    signature: Signature
    inputs: Mapping[str, tensor_pb2.TensorProto]
    by_row: bool  # "instances", an item a person; else "inputs", an array an input


def parse(body: bytes, signatures: Mapping[str, Signature]) -> PredictBody:
    """Reads the body of a Predict.

    Args:
      body: JSON in UTF-8; NaN and Infinity are numbers, as in TensorFlow Serving.
      signatures: Those of the model.

    Raises:
      RequestError: If it is no JSON, or not what the signature takes. Shapes are not checked.
    """
    content = _loads(body)
    if type(content) is not dict:
        raise invalid("JSON Value: is not object")
    name = content.get("signature_name", "")
    if type(name) is not str:
        raise invalid("JSON Value: 'signature_name' key must be a string value.")
    name = name or "serving_default"
    if name not in signatures:
        raise invalid(f'Serving signature name: "{name}" not found in signature def')
    signature = signatures[name]
    if not signature.inputs:
        raise invalid(f"Failed to get input map for signature: {name}")
    by_row = "instances" in content
    if by_row and "inputs" in content:
        raise invalid("Expecting only one of 'inputs' or 'instances' keys to exist")
    if not by_row and "inputs" not in content:
        raise invalid("Missing 'inputs' or 'instances' key")
    read = _rows if by_row else _columns
    arrays = read(content["instances" if by_row else "inputs"], signature)
    inputs = {name: tensors.to_proto(array) for name, array in arrays.items()}
    return PredictBody(signature, inputs, by_row)


def dump(outputs: Mapping[str, np.ndarray], by_row: bool) -> bytes:
    """The answer as JSON; a number that is not finite is `null`.

    Args:
      outputs: The outputs by name; one alone is written without its name.
      by_row: Whether an item of the answer is a person (`predictions`) or an output (`outputs`).

    Raises:
      RequestError: If outputs that have no row a person are asked for by row, or JSON has nothing
        for a type.
    """
    if by_row:
        _check_rows(outputs)
    values = {name: json_arrays.to_json(name, array) for name, array in outputs.items()}
    alone = next(iter(values.values())) if len(values) == 1 else None
    if not by_row:
        answer = {"outputs": values if alone is None else alone}
    elif alone is None:
        rows = zip(*values.values(), strict=True)
        answer = {"predictions": [dict(zip(values, row, strict=True)) for row in rows]}
    else:
        answer = {"predictions": alone}
    try:
        return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError as error:
        raise invalid(f"Failed to write JSON value for tensor type: {error}") from error


def _loads(body: bytes) -> Any:
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    try:
        if b"NaN" in body or b"Infinity" in body:
            # Only Python's own reader takes them. It is slower, and has other limits.
            return json.loads(body.decode(), parse_int=_integer)
        return orjson.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid(f"JSON Parse error: {error}") from error


def _integer(text: str) -> float:
    """A number as orjson reads it: as a float beyond 64 bits."""
    return int(text) if len(text) < 20 else float(text)


def _columns(value: Any, signature: Signature) -> dict[str, np.ndarray]:
    if type(value) is not dict or json_arrays.is_base64(value):
        return {(only := _only(signature, "inputs")): _array(value, signature, only)}
    for name in signature.inputs:
        if name not in value:
            raise invalid(f"Missing named input: {name} in 'inputs' object.")
    _check_known(value, signature)
    return {name: _array(value[name], signature, name) for name in signature.inputs}


def _rows(items: Any, signature: Signature) -> dict[str, np.ndarray]:
    if type(items) is not list:
        raise invalid("Expecting 'instances' to be a list/array")
    if not items:
        raise invalid("No values in 'instances' array")
    if not _named(items[0]):
        only = _only(signature, "instances")
        for number, item in enumerate(items):
            if _named(item):
                raise invalid(f"Expecting value/list but got object at item {number} of input list")
        return {only: _stacked(items, signature, only)}
    for number, item in enumerate(items):
        if not _named(item):
            raise invalid(f"Expecting object but got list at item {number} of input list")
        if item.keys() != signature.inputs.keys():
            _check_known(item, signature)
            raise invalid(
                f"Failed to process element: {number} of 'instances' list. Keys must be equal to: "
                f"{','.join(sorted(signature.inputs))}"
            )
    return {
        name: _stacked([item[name] for item in items], signature, name) for name in signature.inputs
    }


def _stacked(items: Sequence[Any], signature: Signature, name: str) -> np.ndarray:
    """An input of which each item is a row; an error names the item that is the first wrong one."""
    try:
        return _array(items, signature, name)
    except RequestError as failure:
        for number, item in enumerate(items):
            try:
                _array(item, signature, name)
            except RequestError as error:
                raise invalid(
                    f"Failed to process element: {number} key: {name} of 'instances' list. Error: "
                    f"{error.message}"
                ) from error
        raise failure


def _array(value: Any, signature: Signature, name: str) -> np.ndarray:
    return json_arrays.to_array(value, signature.inputs[name].dtype)


def _named(item: Any) -> bool:
    """Whether an item has its inputs by name."""
    return type(item) is dict and not json_arrays.is_base64(item)


def _only(signature: Signature, key: str) -> str:
    """The signature's input, of which there must be one alone."""
    if len(signature.inputs) > 1:
        raise invalid(
            f"{key} is a plain value/list, but expecting objects as multiple input tensors are "
            f"required: {','.join(signature.inputs)}"
        )
    return next(iter(signature.inputs))


def _check_known(named: Mapping[str, Any], signature: Signature) -> None:
    if unknown := sorted(named.keys() - signature.inputs.keys()):
        raise invalid(f"JSON object: does not have named input: {unknown[0]}")


def _check_rows(outputs: Mapping[str, np.ndarray]) -> None:
    rows = None
    for name, array in outputs.items():
        if not array.ndim:
            raise invalid(f"Tensor name: {name} has no shape information")
        if rows not in (None, len(array)):
            raise invalid(
                f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: {rows}"
            )
        rows = len(array)
