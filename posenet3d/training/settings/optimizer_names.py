"""The optimizers that can be chosen: Keras's own by name, and those of TensorFlow Addons."""

from __future__ import annotations

import inspect
from typing import Any

import keras

from posenet3d.errors import ConfigError
from posenet3d.platform import stack

ADDONS = "addons/"
"""What the names of TensorFlow Addons' optimizers begin with."""

WRAPPERS = ("Lookahead", "MovingAverage", "SWA")
"""Those of Addons that change what another optimizer does; here that is Adam."""

_OF_ADDONS = (
    "AdaBelief", "AdamW", "LAMB", "LazyAdam", "NovoGrad", "ProximalAdagrad", "RectifiedAdam",
    "SGDW", "Yogi", *WRAPPERS,
)  # fmt: skip

# Names of settings that some optimizers call otherwise.
_ALIASES = {
    "beta_1": ("beta_1", "beta1", "adam_beta_1"),
    "beta_2": ("beta_2", "beta2", "adam_beta_2"),
}


def keras_names() -> list[str]:
    """Names of the optimizers of the installed Keras: those of its classes, in small letters."""
    return sorted(_keras_classes())


def addons_names() -> list[str]:
    """Names of TensorFlow Addons' optimizers, whether it is installed or not."""
    return [ADDONS + name for name in sorted(_OF_ADDONS, key=str.lower)]


def optimizer_class(name: str) -> type:
    """The class of an optimizer.

    Raises:
      ConfigError: If there is none of that name, or it needs TensorFlow Addons, which is not there.
    """
    if name.startswith(ADDONS):
        if name not in addons_names():
            raise ConfigError(f"optimizer must be one of {', '.join(addons_names())}, got {name}.")
        return getattr(stack.addons().optimizers, name.removeprefix(ADDONS))
    if name not in _keras_classes():
        raise ConfigError(
            f"optimizer must be one of {', '.join(keras_names())}, or with TensorFlow Addons "
            f"(docs/stacks.md) one of {', '.join(addons_names())}; got {name!r}."
        )
    return _keras_classes()[name]


def accepted(kind: type, settings: dict[str, Any]) -> dict[str, Any]:
    """Those of the settings that an optimizer has, by its own names for them."""
    parameters = inspect.signature(kind.__init__).parameters
    return {
        alias: value
        for name, value in settings.items()
        for alias in _ALIASES.get(name, (name,))
        if alias in parameters
    }


def _keras_classes() -> dict[str, type]:
    """Keras's optimizers by name, without those that only wrap others."""
    base = keras.optimizers.Optimizer
    return {
        name.lower(): kind
        for name, kind in vars(keras.optimizers).items()
        if inspect.isclass(kind)
        and issubclass(kind, base)
        and kind is not base
        and "learning_rate" in inspect.signature(kind.__init__).parameters
    }
