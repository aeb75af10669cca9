"""The weights of a network by names that are ours, and so the same under every Keras.

Keras orders a network's weights by its version and by whether the network is trainable, so lists
of them must not be matched by their order. A name is the path of attributes that leads to the
weight: `lifter/trunk/blocks/0/1/dense/kernel`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

# Keras's own layers keep their weights where they like, but call them by these names.
_OF_KERAS_LAYERS = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")


def named_weights(network: keras.layers.Layer) -> dict[str, Any]:
    """The variables of a built network by name, in the order in which its parts are defined."""
    return dict(_weights(network, ""))


def copy_weights(source: keras.layers.Layer, target: keras.layers.Layer) -> None:
    """Gives a network the weights of another of the same kind and size.

    Raises:
      ValueError: If it has other weights.
    """
    values, variables = named_weights(source), named_weights(target)
    if values.keys() != variables.keys():
        raise ValueError(
            f"The networks differ in the weights {sorted(values.keys() ^ variables.keys())}."
        )
    for name, variable in variables.items():
        variable.assign(values[name].numpy())


def _weights(part: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(part, keras.layers.Layer):
        if type(part).__module__.startswith("keras."):
            children = {name: getattr(part, name, None) for name in _OF_KERAS_LAYERS}
        else:
            children = {k: child for k, child in vars(part).items() if not k.startswith("_")}
    elif isinstance(part, list | tuple):
        children = dict(enumerate(part))
    elif callable(getattr(part, "assign", None)):
        yield path.removesuffix("/"), part
        return
    else:
        return
    for name, child in children.items():
        yield from _weights(child, f"{path}{name}/")
