"""Arrays from and to the nested lists of JSON, by the rules of TensorFlow Serving's REST API.

Codes and texts of errors are those of tensorflow/serving, util/json_tensor.cc. Everything is done
level by level, not number by number: a request has up to some ten thousand numbers.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from collections.abc import Sequence
from typing import Any

import grpc
import numpy as np
import orjson
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from posenet3d.serving.model import tensors
from posenet3d.serving.model.failure import RequestError, invalid

_TYPES = {
    dict: "Object", list: "Array", str: "String", int: "Number", float: "Number",
    bool: "Bool", type(None): "Null",
}  # fmt: skip
_INTEGERS = {
    types_pb2.DT_INT8, types_pb2.DT_INT16, types_pb2.DT_INT32, types_pb2.DT_INT64,
    types_pb2.DT_UINT8, types_pb2.DT_UINT32, types_pb2.DT_UINT64,
}  # fmt: skip
_FLOATS = {types_pb2.DT_FLOAT, types_pb2.DT_DOUBLE}
_SHOWN = 100  # characters of a value in an error


def is_base64(value: Any) -> bool:
    """Whether a value is `{"b64": text}`, which stands for bytes."""
    return type(value) is dict and value.keys() == {"b64"} and type(value["b64"]) is str


def to_array(value: Any, dtype: int) -> np.ndarray:
    """The array of a value that JSON gave.

    Args:
      value: A number, text, truth value or `{"b64": ...}`, or lists of such.
      dtype: TensorFlow's number of the type that the model takes.

    Raises:
      RequestError: If lists are of unequal lengths, or a value is of another type or does not fit.
    """
    level, shape = [value], []
    while level and type(level[0]) is list:
        if set(map(type, level)) != {list}:
            wrong = next(one for one in level if type(one) is not list)
            raise invalid(
                f"JSON Value: {_shown(wrong)} found at incorrect level: {len(shape)} in the JSON "
                f"DOM. Expected at level: {len(shape) + 1}"
            )
        size = len(level[0])
        if set(map(len, level)) != {size}:
            wrong = next(one for one in level if len(one) != size)
            raise invalid(
                f"Encountered list at unexpected size: {len(wrong)} at level: {len(shape)} "
                f"expected size: {size}"
            )
        shape.append(size)
        level = list(itertools.chain.from_iterable(level))
    types = set(map(type, level))
    if list in types:
        raise invalid(f"Encountered list at unexpected level: {len(shape)} expected < {len(shape)}")
    return _leaves(level, types, dtype).reshape(shape)


def to_json(name: str, array: np.ndarray) -> Any:
    """An output as orjson writes it: NumPy's numbers as they are, text in lists.

    Args:
      name: The output's. Text of one that ends in `_bytes` is written as `{"b64": ...}`.
      array: Numbers, truth values or text.

    Raises:
      RequestError: If JSON has nothing for what is in it.
    """
    if array.dtype.kind in "OSU":
        return _texts(array.tolist(), name.endswith("_bytes"))
    return np.ascontiguousarray(array) if array.ndim else array[()]  # orjson wants a scalar


def _leaves(values: Sequence[Any], types: set[type], dtype: int) -> np.ndarray:
    """The values of a tensor in a row."""
    if dtype in _FLOATS:
        _check_types(values, types, {int, float}, dtype)
        return _floats(values, types, dtype)
    if dtype in _INTEGERS:
        _check_types(values, types, {int}, dtype)
        made = tf.as_dtype(dtype).as_numpy_dtype
        limits = np.iinfo(made)
        if wrong := [one for one in values if not limits.min <= one <= limits.max]:
            raise _type_error(wrong[0], dtype)
        return np.array(values, made)
    if dtype == types_pb2.DT_BOOL:
        _check_types(values, types, {bool}, dtype)
        return np.array(values, np.bool_)
    if dtype == types_pb2.DT_STRING:
        _check_types(values, types, {str, dict}, dtype)
        made = np.empty(len(values), object)
        made[:] = [_bytes(one) for one in values]
        return made
    raise RequestError(
        grpc.StatusCode.UNIMPLEMENTED,
        f"Conversion of JSON Values to type: {tensors.dtype_name(dtype)}",
    )


def _floats(values: Sequence[Any], types: set[type], dtype: int) -> np.ndarray:
    single = dtype == types_pb2.DT_FLOAT
    made = np.array(values, np.float64)
    whole, largest = (2**24 - 1, np.finfo(np.float32).max) if single else (2**53 - 1, np.inf)
    size = np.abs(made)
    if (size > whole).any():  # NaN and infinity may pass
        name = tensors.dtype_name(dtype)
        if wrong := [one for one in values if type(one) is int and abs(one) > whole]:
            raise _lossy(wrong[0], name)
        if (wrong := made[(size > largest) & np.isfinite(made)]).size:
            raise _lossy(wrong[0], name)
    return made.astype(np.float32) if single else made


def _check_types(values: Sequence[Any], types: set[type], wanted: set[type], dtype: int) -> None:
    if types - wanted:
        raise _type_error(next(one for one in values if type(one) not in wanted), dtype)


def _bytes(value: Any) -> bytes:
    if type(value) is str:
        return value.encode("utf-8", "surrogatepass")
    if not is_base64(value):
        raise invalid(f"JSON Value: {_shown(value)} not formatted correctly for base64 data")
    try:
        return base64.b64decode(value["b64"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid("Unable to base64 decode") from error


def _texts(value: Any, as_base64: bool) -> Any:
    if isinstance(value, list):
        return [_texts(one, as_base64) for one in value]
    content = value if isinstance(value, bytes) else str(value).encode()
    if as_base64:
        return {"b64": base64.b64encode(content).decode()}
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise invalid(
            "An output has text that is not UTF-8; outputs of bytes need a name ending in _bytes."
        ) from error


def _type_error(value: Any, dtype: int) -> RequestError:
    return invalid(
        f"JSON Value: {_shown(value)} Type: {_TYPES[type(value)]} is not of expected type: "
        f"{tensors.dtype_name(dtype)}"
    )


def _lossy(value: Any, name: str) -> RequestError:
    return invalid(
        f"Cannot convert JSON value: {_shown(value)} to {name} without loss of precision."
    )


def _shown(value: Any) -> str:
    try:
        text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    except TypeError:  # an integer of more than 64 bits, or half of a character
        text = ascii(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
