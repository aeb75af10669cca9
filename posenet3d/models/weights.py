"""The weights of a network by names that are ours, and so the same under every Keras.

Keras orders a network's weights by its version and by whether the network is trainable, so lists
of them must not be matched by their order. A name is the path of attributes that leads to the
weight: `lifter/trunk/blocks/0/1/dense/kernel`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from posenet3d.models.lifter import ERROR_WIDTH

# Keras's own layers keep their weights where they like, but call them by these names.
_OF_KERAS_LAYERS = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")

_OF_NORMALISATIONS = {
    "none": (),
    "layer": ("gamma", "beta"),
    "batch": ("gamma", "beta", "moving_mean", "moving_variance"),
}
_LARGEST = 1e6  # a million times that of the pretrained models, which is 0.9


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


def mix_weights(
    source: keras.layers.Layer,
    other: keras.layers.Layer,
    share: float,
    target: keras.layers.Layer,
) -> None:
    """Gives a network weights between those of two of the same kind and size.

    Between a network and what further training has made of it, the way is often better than its
    ends (Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022).

    Args:
      source: The first.
      other: The second.
      share: That of `other`, 0 to 1.
      target: The network whose weights are set.
    """
    copy_weights(source, target)
    values = named_weights(other)
    for name, variable in named_weights(target).items():
        variable.assign((1.0 - share) * variable.numpy() + share * values[name].numpy())


def shapes_of(lifter: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Shapes of an estimator's weights by name, from its lifter's settings; nothing is built.

    Args:
      lifter: The arguments of a `Lifter`, all of them.
    """
    joints, width, completes = lifter["num_joints"], lifter["width"], lifter["completes"]
    num_features = (3 if completes else 2) * joints
    heads = {"head": (width, joints)}
    if completes:
        heads["correction_head"] = (width, 2 * joints)
    if lifter["elevation"] is not None:
        heads["elevation_head"] = (width, 1)
    if lifter["estimates_error"]:
        heads["error_hidden"] = (width + num_features, ERROR_WIDTH)
        heads["error_head"] = (ERROR_WIDTH, joints)
    units = {"widen": num_features}
    units |= {f"blocks/{i}/{j}": width for i in range(lifter["num_blocks"]) for j in range(2)}
    shapes: dict[str, tuple[int, ...]] = {}
    for unit, size in units.items():
        shapes[f"lifter/trunk/{unit}/dense/kernel"] = (size, width)
        shapes[f"lifter/trunk/{unit}/dense/bias"] = (width,)
        for name in _OF_NORMALISATIONS[lifter["normalisation"]]:
            shapes[f"lifter/trunk/{unit}/norm/{name}"] = (width,)
    for head, size in heads.items():
        shapes[f"lifter/{head}/kernel"] = size
        shapes[f"lifter/{head}/bias"] = size[1:]
    shapes["gap_filler/mean"] = (2 * joints,)
    shapes["gap_filler/covariance"] = (2 * joints, 2 * joints)
    return shapes


def check_values(values: Mapping[str, np.ndarray]) -> None:
    """Refuses weights, by name, that make no lifter.

    Raises:
      ValueError: If one is not finite, or beyond what training gives.
    """
    for name, array in values.items():
        low = 0.0 if name.endswith("/moving_variance") else -_LARGEST
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds nan or infinity")
        if array.size and not low <= array.min() <= array.max() <= _LARGEST:
            raise ValueError(
                f"{name} holds numbers from {array.min():g} to {array.max():g}; they must lie "
                f"between {low:g} and {_LARGEST:g}"
            )


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
