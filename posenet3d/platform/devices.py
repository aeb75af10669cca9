"""GPUs: TensorFlow takes all of their memory at once unless it is told not to."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def let_memory_grow(settings: Any = None) -> int:
    """Lets every GPU take memory as it is needed, so that others can use it beside this process.

    To be called as a program starts, before TensorFlow uses a GPU: from then on it cannot be
    changed, and nothing happens. Nor where there is no GPU.

    Args:
      settings: What lists and sets devices, by default `tf.config`.

    Returns:
      The number of GPUs.
    """
    settings = settings or tf.config
    gpus = settings.list_physical_devices("GPU")
    try:
        for gpu in gpus:
            settings.experimental.set_memory_growth(gpu, True)
    except RuntimeError:  # in use already: it goes as well, with all of the memory
        pass
    return len(gpus)
