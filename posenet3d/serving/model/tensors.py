"""Arrays from and to the protocol's TensorProto."""

from __future__ import annotations

import functools
import math

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2

from posenet3d.serving.model.failure import invalid

MAX_ELEMENTS = 1 << 26
"""Numbers in one tensor; a shape of more is not believed. Ours: far above a batch of poses."""


def dtype_name(dtype: int) -> str:
    """The name that TensorFlow's messages have for a type's number: `float`, `double`, `int64`."""
    try:
        return types_pb2.DataType.Name(dtype).removeprefix("DT_").lower()
    except ValueError:
        return str(dtype)


def shape_of(proto: tensor_pb2.TensorProto) -> tuple[int, ...] | None:
    """The sizes of the dimensions; None where they are not all known."""
    if proto.tensor_shape.unknown_rank:
        return None
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    return shape if all(size >= 0 for size in shape) else None


def to_array(name: str, proto: tensor_pb2.TensorProto) -> np.ndarray:
    """The array that a tensor of the protocol holds.

    Args:
      name: The tensor's name, for errors.
      proto: Raw bytes in `tensor_content`, or values in `float_val` and its like, the last of
        which is repeated where there are fewer than the shape says.

    Raises:
      RequestError: If the bytes or values do not fit the shape.
    """
    shape = shape_of(proto)
    if shape is None or (count := math.prod(shape)) > MAX_ELEMENTS:
        raise invalid(f"tensor parsing error: {name}: its shape is unknown or too large.")
    if proto.tensor_content and proto.dtype != types_pb2.DT_STRING:
        dtype = _numpy_type(proto.dtype)
        if len(proto.tensor_content) != count * dtype.itemsize:
            raise invalid(
                f"tensor parsing error: {name}: {len(proto.tensor_content)} bytes do not make "
                f"{dtype} of shape {list(shape)}."
            )
        return np.frombuffer(proto.tensor_content, dtype).reshape(shape)
    try:
        return tf.make_ndarray(proto)
    except (TypeError, ValueError) as error:
        raise invalid(f"tensor parsing error: {name}: {error}") from error


def to_proto(
    array: np.ndarray, proto: tensor_pb2.TensorProto | None = None
) -> tensor_pb2.TensorProto:
    """The protocol's tensor of an array, as raw bytes.

    Args:
      array: The array.
      proto: An empty tensor that is filled; None: a new one.
    """
    proto = tensor_pb2.TensorProto() if proto is None else proto
    if array.dtype.kind in "OSU":
        proto.CopyFrom(tf.make_tensor_proto(array))
        return proto
    proto.dtype = _datatype(array.dtype)
    proto.tensor_content = array.tobytes()
    for size in array.shape:
        proto.tensor_shape.dim.add().size = size
    return proto


@functools.cache
def _numpy_type(datatype: int) -> np.dtype:
    """NumPy's type of TensorFlow's number."""
    return np.dtype(tf.as_dtype(datatype).as_numpy_dtype)


@functools.cache
def _datatype(dtype: np.dtype) -> int:
    """TensorFlow's number of a type."""
    return tf.as_dtype(dtype).as_datatype_enum
