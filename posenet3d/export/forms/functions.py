"""Functions as a SavedModel's signatures, each traced once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import tensorflow as tf

Endpoint = tuple[str, Callable[..., dict[str, tf.Tensor]], list[tf.TensorSpec]]
"""The name of a signature, its function, and the function's inputs."""


def write_functions(endpoints: Iterable[Endpoint], folder: str | os.PathLike[str]) -> None:
    """Writes a SavedModel with the weights that the functions use, each once.

    A function that stands under several names, for the same inputs, is traced for all of them.

    Args:
      endpoints: The functions.
      folder: The SavedModel's folder.
    """
    # Not a keras.export.ExportArchive: what that gives to TensorFlow is traced once more while
    # it is saved, and a function under two names twice as often.
    module = tf.Module()
    traced: dict[tuple[object, ...], tf.types.experimental.ConcreteFunction] = {}
    signatures = {}
    for name, function, inputs in endpoints:
        key = (function, *inputs)
        if key not in traced:
            traced[key] = tf.function(function, autograph=False).get_concrete_function(*inputs)
        signatures[name] = traced[key]
        setattr(module, name, traced[key])
    # Weights must hang on what is saved; those of Keras 3's variables do not by themselves.
    weights = {id(v): v for concrete in traced.values() for v in concrete.variables}
    module.all_weights = list(weights.values())
    tf.saved_model.save(module, os.fspath(folder), signatures=signatures)
