"""GPUs: TensorFlow takes all of their memory at once unless it is told not to."""

from __future__ import annotations

from typing import Any, Protocol

import tensorflow as tf


class DeviceSettings(Protocol):
    """The part of `tf.config` that is needed here."""

    def list_physical_devices(self, device_type: str) -> list[Any]:
        """The devices of a type."""

    def get_memory_growth(self, device: Any) -> bool:
        """Whether a device takes memory as it needs it."""


def let_memory_grow(settings: Any = None) -> int:
    """Lets every GPU take memory as it is needed, so that others can use it beside this process.

    To be called as a program starts, before TensorFlow uses a GPU. Where there is none, nothing
    happens.

    Args:
      settings: What lists and sets devices, as `tf.config` does, which is the default.

    Returns:
      The number of GPUs.
    """
    settings = settings or tf.config
    gpus = settings.list_physical_devices("GPU")
    for gpu in gpus:
        settings.experimental.set_memory_growth(gpu, True)
    return len(gpus)
